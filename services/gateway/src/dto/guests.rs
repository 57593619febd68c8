//! Ordering without being signed in.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::{auth::User, json::Version, order::Order};

use super::TokenType;

/// The tokens for a customer who ordered without being signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderAuth {
    /// True for a customer without an account: the token gives access to this order and to others placed with it.
    pub guest: bool,
    /// The account; absent for guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user: Option<User>,
    /// JWT; send it as `Authorization: Bearer …` to read, pay and cancel the order and to chat about it.
    pub access_token: String,
    pub token_type: TokenType,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Opaque, valid for one refresh; absent for guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
}

/// A new order. If the customer was not signed in, with `auth`, whose tokens are repeated beside the order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlacedOrder {
    #[serde(flatten)]
    pub order: Order,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub auth: Option<OrderAuth>,
    /// As in `auth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub access_token: Option<String>,
    /// As in `auth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_in: Option<i64>,
    /// As in `auth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
}

impl Version for PlacedOrder {
    fn version(&self) -> i64 {
        self.order.version
    }
}

impl PlacedOrder {
    pub fn new(order: Order, auth: Option<OrderAuth>) -> Self {
        Self {
            order,
            access_token: auth.as_ref().map(|auth| auth.access_token.clone()),
            expires_in: auth.as_ref().map(|auth| auth.expires_in),
            refresh_token: auth.as_ref().and_then(|auth| auth.refresh_token.clone()),
            auth,
        }
    }
}

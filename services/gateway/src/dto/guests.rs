//! Ordering without being signed in.

use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::{auth::User, json::Version, order::Order};

use super::TokenType;

/// The access that comes with an order of somebody who was not signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderAuth {
    /// Without an account: the token is for this order, and for others that are placed with it.
    pub guest: bool,
    /// The account; not there for guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user: Option<User>,
    /// JWT; send it as `Authorization: Bearer …` to read, pay and cancel the order and to chat about it.
    pub access_token: String,
    pub token_type: TokenType,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Opaque, good for one refresh; not there for guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
}

/// A new order; with `auth`, and its tokens beside the order too, if whoever placed it was not signed in.
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

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

/// A new order. If the customer was not signed in, with their tokens in `auth`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlacedOrder {
    #[serde(flatten)]
    pub order: Order,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub auth: Option<OrderAuth>,
}

impl Version for PlacedOrder {
    fn version(&self) -> i64 {
        self.order.version
    }
}

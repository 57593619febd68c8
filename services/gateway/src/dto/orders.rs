//! Orders and their history.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order::{self as pb, OrderStatus};

use super::{
    Contact,
    rules::{country_code, not_blank},
};

/// Where goods go.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "London", "postalCode": "SW1Y 4JH", "country": "GB"}))]
pub struct NewAddress {
    /// Who gets it, if it is not the customer.
    #[garde(length(chars, max = 200))]
    pub name: Option<String>,
    #[garde(custom(not_blank), length(chars, max = 200))]
    pub line1: String,
    #[garde(length(chars, max = 200))]
    pub line2: Option<String>,
    #[garde(custom(not_blank), length(chars, max = 100))]
    pub city: String,
    #[garde(length(chars, max = 100))]
    pub region: Option<String>,
    #[garde(length(chars, max = 20))]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[garde(custom(country_code))]
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: String,
}

impl From<NewAddress> for pb::Address {
    fn from(address: NewAddress) -> Self {
        Self {
            name: address.name,
            line1: address.line1,
            line2: address.line2,
            city: address.city,
            region: address.region,
            postal_code: address.postal_code,
            country: address.country,
        }
    }
}

/// An order as all workers see it in the pool: without how to reach the customer.
pub fn for_pool(mut order: pb::Order) -> pb::Order {
    if let Some(customer) = &mut order.customer {
        customer.email = None;
    }
    order.shipping_address = None;
    order
}

#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderLine {
    #[garde(skip)]
    pub product_id: Uuid,
    #[garde(range(min = 1, max = MAX_QUANTITY))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
}

/// The most units of one product that an order may have.
pub const MAX_QUANTITY: i64 = 1_000_000;

/// The most lines that any shop allows; how many this one does is its setting.
pub const MAX_LINES: usize = 100;

/// Items or the cart, a free description, or both.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"items": [{"productId": "01890a5d-ac96-774b-bcce-b302099a8057", "quantity": 2}], "title": "A mug with our logo", "specialInstructions": "Please wrap it."}))]
pub struct NewOrder {
    #[garde(length(max = MAX_LINES), dive)]
    #[serde(default)]
    pub items: Vec<OrderLine>,
    /// Everything that the cart shows, instead of `items`; the cart is empty afterwards. What has changed since it was last
    /// shown is refused with `CART_CHANGED`.
    #[garde(skip)]
    #[serde(default)]
    pub from_cart: bool,
    /// `version` of the cart that was looked at; any other is refused with `CART_CHANGED`.
    #[garde(range(min = 1))]
    #[schema(minimum = 1)]
    pub cart_version: Option<i64>,
    /// Who orders, if nobody is signed in; without effect for who is.
    // Checked where it is used.
    #[garde(skip)]
    pub contact: Option<Contact>,
    #[garde(length(chars, max = 200))]
    pub title: Option<String>,
    #[garde(length(chars, max = 10_000))]
    pub description: Option<String>,
    #[garde(length(chars, max = 5_000))]
    pub special_instructions: Option<String>,
    #[garde(skip)]
    pub estimated_completion: Option<DateTime<Utc>>,
    #[garde(dive)]
    pub shipping_address: Option<NewAddress>,
}

impl From<NewOrder> for pb::PlaceOrderRequest {
    fn from(new: NewOrder) -> Self {
        let items = new.items.into_iter().map(|line| pb::OrderLine {
            product_id: line.product_id.to_string(),
            quantity: line.quantity,
        });
        Self {
            items: items.collect(),
            title: new.title,
            description: new.description,
            special_instructions: new.special_instructions,
            estimated_completion: new.estimated_completion.map(Into::into),
            shipping_address: new.shipping_address.map(Into::into),
            from_cart: new.from_cart,
            cart_version: new.cart_version,
            ..Self::default()
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"status": "ON_HOLD", "note": "Waiting for the customer's pictures."}))]
pub struct StatusChange {
    #[garde(skip)]
    pub status: OrderStatus,
    #[garde(length(chars, max = 2_000))]
    pub note: Option<String>,
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "Ordered twice."}))]
pub struct CancelOrder {
    #[garde(length(chars, max = 2_000))]
    pub reason: Option<String>,
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

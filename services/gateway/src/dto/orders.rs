//! Orders and their history.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order as pb;

use super::{
    Contact, Money, OrderKind, OrderStatus, PaymentStatus, Person, ProductKind, filled, moment,
    money,
    rules::{country_code, not_blank},
    time, to_proto_time,
};

/// Who ordered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Customer {
    #[schema(value_type = Uuid)]
    pub id: String,
    pub name: String,
    /// Null in the pool: workers learn it with the order.
    #[schema(required)]
    pub email: Option<String>,
}

/// Who does the work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assignee {
    #[schema(value_type = Uuid)]
    pub id: String,
    pub name: String,
}

impl From<pb::Assignee> for Assignee {
    fn from(assignee: pb::Assignee) -> Self {
        Self {
            id: assignee.id,
            name: assignee.name,
        }
    }
}

/// A line of an order: name and price as they were when it was placed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderItem {
    #[schema(value_type = Uuid)]
    pub product_id: String,
    pub name: String,
    #[schema(value_type = ProductKind)]
    pub kind: &'static str,
    pub unit_price: Money,
    pub quantity: i64,
    pub line_total: Money,
}

/// Where goods go.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "London", "postalCode": "SW1Y 4JH", "country": "GB"}))]
pub struct Address {
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

impl From<pb::Address> for Address {
    fn from(address: pb::Address) -> Self {
        Self {
            name: filled(address.name),
            line1: address.line1,
            line2: filled(address.line2),
            city: address.city,
            region: filled(address.region),
            postal_code: filled(address.postal_code),
            country: address.country,
        }
    }
}

impl From<Address> for pb::Address {
    fn from(address: Address) -> Self {
        Self {
            name: address.name.unwrap_or_default(),
            line1: address.line1,
            line2: address.line2.unwrap_or_default(),
            city: address.city,
            region: address.region.unwrap_or_default(),
            postal_code: address.postal_code.unwrap_or_default(),
            country: address.country,
        }
    }
}

/// An order as whoever may read it sees it.
#[expect(
    clippy::struct_field_names,
    reason = "`orderNumber` is the contract's name"
)]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    #[schema(value_type = Uuid)]
    pub id: String,
    #[schema(example = "W261121-7K3M9QX")]
    pub order_number: String,
    #[schema(value_type = OrderStatus)]
    pub status: &'static str,
    #[schema(value_type = PaymentStatus)]
    pub payment_status: &'static str,
    /// Whether `paymentStatus` is PAID.
    pub payment_received: bool,
    #[schema(value_type = OrderKind)]
    pub kind: &'static str,
    pub customer: Customer,
    #[schema(required)]
    pub assignee: Option<Assignee>,
    #[schema(required)]
    pub title: Option<String>,
    #[schema(required)]
    pub description: Option<String>,
    #[schema(required)]
    pub special_instructions: Option<String>,
    #[schema(required)]
    pub estimated_completion: Option<DateTime<Utc>>,
    pub items: Vec<OrderItem>,
    pub subtotal: Money,
    pub total: Money,
    #[schema(required)]
    pub shipping_address: Option<Address>,
    /// When it expires if it stays unpaid.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
    #[schema(required)]
    pub completed_at: Option<DateTime<Utc>>,
    /// Placed without an account.
    pub guest: bool,
    /// The order that this one was opened in place of.
    #[schema(required, value_type = Option<Uuid>)]
    pub replaces_id: Option<String>,
    /// The order that was opened in place of this one.
    #[schema(required, value_type = Option<Uuid>)]
    pub replaced_by_id: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<pb::Order> for Order {
    fn from(order: pb::Order) -> Self {
        let customer = order.customer.unwrap_or_default();
        Self {
            status: OrderStatus::text(order.status),
            payment_status: PaymentStatus::text(order.payment_status),
            payment_received: order.payment_status == pb::PaymentStatus::Paid as i32,
            kind: OrderKind::text(order.kind),
            id: order.id,
            order_number: order.order_number,
            customer: Customer {
                id: customer.id,
                name: customer.name,
                email: filled(customer.email),
            },
            assignee: order.assignee.map(Into::into),
            title: filled(order.title),
            description: filled(order.description),
            special_instructions: filled(order.special_instructions),
            estimated_completion: time(order.estimated_completion),
            items: order.items.into_iter().map(Into::into).collect(),
            subtotal: money(order.subtotal),
            total: money(order.total),
            shipping_address: order.shipping_address.map(Into::into),
            expires_at: time(order.expires_at),
            completed_at: time(order.completed_at),
            guest: order.guest,
            replaces_id: filled(order.replaces_id),
            replaced_by_id: filled(order.replaced_by_id),
            version: order.version,
            created_at: moment(order.created_at),
            updated_at: moment(order.updated_at),
        }
    }
}

impl Order {
    /// As all workers see it in the pool: without how to reach the customer.
    #[must_use]
    pub fn for_pool(mut self) -> Self {
        self.customer.email = None;
        self.shipping_address = None;
        self
    }
}

impl From<pb::OrderItem> for OrderItem {
    fn from(item: pb::OrderItem) -> Self {
        Self {
            kind: ProductKind::text(item.kind),
            product_id: item.product_id,
            name: item.name,
            unit_price: money(item.unit_price),
            quantity: item.quantity,
            line_total: money(item.line_total),
        }
    }
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
pub const MOST_LINES: usize = 100;

/// Items or the cart, a free description, or both.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"items": [{"productId": "01890a5d-ac96-774b-bcce-b302099a8057", "quantity": 2}], "title": "A mug with our logo", "specialInstructions": "Please wrap it."}))]
pub struct NewOrder {
    #[garde(length(max = MOST_LINES), dive)]
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
    pub shipping_address: Option<Address>,
}

impl From<NewOrder> for pb::PlaceOrderRequest {
    fn from(new: NewOrder) -> Self {
        let items = new.items.into_iter().map(|line| pb::OrderLine {
            product_id: line.product_id.to_string(),
            quantity: line.quantity,
        });
        Self {
            items: items.collect(),
            title: new.title.unwrap_or_default(),
            description: new.description.unwrap_or_default(),
            special_instructions: new.special_instructions.unwrap_or_default(),
            estimated_completion: new.estimated_completion.map(to_proto_time),
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

/// One change of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryItem {
    pub at: DateTime<Utc>,
    /// Null: the system.
    #[schema(required)]
    pub actor: Option<Person>,
    #[schema(example = "STATUS_CHANGED")]
    pub event: String,
    #[schema(required)]
    pub from: Option<String>,
    #[schema(required)]
    pub to: Option<String>,
    #[schema(required)]
    pub note: Option<String>,
    /// The order's version after the change.
    pub version: i64,
}

impl From<pb::HistoryItem> for HistoryItem {
    fn from(item: pb::HistoryItem) -> Self {
        Self {
            at: moment(item.at),
            actor: item.actor.map(Into::into),
            event: item.event,
            from: filled(item.from),
            to: filled(item.to),
            note: filled(item.note),
            version: item.version,
        }
    }
}

//! The API's JSON shapes and how they are made from the services' messages. Names here are the contract; nothing else in the crate knows JSON field names.

mod analytics;
mod audit;
mod cart;
mod categories;
mod chat;
mod editing;
mod enums;
mod guests;
mod media;
mod notifications;
mod orders;
mod payments;
mod products;
mod read_only;
pub(crate) mod rules;
mod shipments;
mod shop;
mod times;
mod users;
mod work;
mod workers;

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::common as pb;

pub use analytics::{Dashboard, OrderAnalytics, UserAnalytics};
pub use audit::AuditRecord;
pub use cart::{Cart, CartQuantity};
pub use categories::{
    Category, CategoryPatch, CsvFile, ImportLine, ImportReport, NewCategory, ProductFile,
};
pub use chat::{ChatRead, ChatReadResult, Conversation, Message, NewMessage};
pub use editing::OrderEdit;
pub(crate) use enums::named;
pub use enums::{
    ChangeRequestKind, ChangeRequestState, FilePurpose, Named, NoteVisibility, OrderKind,
    OrderSort, OrderStatus, PaymentState, PaymentStatus, ProductKind, ProductSort, Provider, Role,
    SandboxOutcome, ShipmentState, by_name, number,
};
pub use guests::{Contact, EmailStatus, OrderAuth, PlacedOrder};
pub use media::{
    File, FileLink, FileUpload, ImageOrder, NewLink, PictureUpload, file_url, thumbnail_url,
};
pub use notifications::{Notification, ReadAllResult, UnreadCount};
pub use orders::{CancelOrder, HistoryItem, NewOrder, Order, StatusChange};
pub use payments::{
    CheckoutResult, LedgerLine, NewPayment, Payment, PaymentCreated, SandboxChoice,
};
pub use products::{
    Categories, NewProduct, Product, ProductPatch, ProductPut, StockAdjustment, StockMovement,
    Versioned,
};
pub use shipments::{NewShipment, Shipment, ShipmentPatch, Shipments};
pub use shop::{Shop, ShopSettings, ShopSettingsPatch};
pub use times::{Since, Until};
pub use users::{
    LoggedOut, Login, PasswordChange, ProfileUpdate, RefreshToken, Register, RoleChange, Session,
    SessionMode, ShortLogin, ShortRegister, Suspension, User,
};
pub use work::{
    Approval, Assignment, ChangeRequest, Claims, Decided, NewChangeRequest, OrderResults,
    Rejection, Release,
};
pub use workers::{NewNote, NewProgress, Note, Progress, WorkerEntry, WorkerPatch};

/// An amount in minor units (1999 USD is 19.99 dollars) of an ISO 4217 currency.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 1999, "currency": "USD"}))]
pub struct Money {
    /// Minor units.
    #[garde(range(min = 0, max = MAX_AMOUNT))]
    #[schema(example = 1999)]
    pub amount: i64,
    /// ISO 4217.
    #[garde(custom(rules::currency_code))]
    #[schema(example = "USD", pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

/// The largest amount that a request may name: far above any price, far below where sums overflow.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000;

impl From<pb::Money> for Money {
    fn from(money: pb::Money) -> Self {
        Self {
            amount: money.amount,
            currency: money.currency,
        }
    }
}

impl From<Money> for pb::Money {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount,
            currency: money.currency,
        }
    }
}

/// A message that lacks its amount is a fault of the service; it shows as an amount of zero without currency rather than as a failed request.
pub(crate) fn money(money: Option<pb::Money>) -> Money {
    money.unwrap_or_default().into()
}

/// Somebody as others see them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    #[schema(value_type = Role)]
    pub role: &'static str,
}

impl From<pb::Person> for Person {
    fn from(person: pb::Person) -> Self {
        Self {
            role: Role::text(person.role),
            id: person.id,
            name: person.name,
        }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// How many there are on all pages; only if asked for with `total=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// True if there are more than `total`: orders of a filter by more than their status are counted up to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_is_capped: Option<bool>,
}

impl<T> Page<T> {
    pub fn new<M: Into<T>>(items: Vec<M>, page: Option<pb::PageInfo>) -> Self {
        let page = page.unwrap_or_default();
        Self {
            items: items.into_iter().map(Into::into).collect(),
            next_cursor: filled(page.next_cursor),
            total_is_capped: page.total.map(|_| page.total_capped),
            total: page.total,
        }
    }
}

/// `limit`, `cursor` and `total` of a list's query as the services take them.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the field that it fills is optional"
)]
pub fn page_request(
    limit: Option<u32>,
    cursor: Option<String>,
    total: Option<bool>,
) -> Option<pb::PageRequest> {
    Some(pb::PageRequest {
        limit: limit.unwrap_or(DEFAULT_LIMIT),
        cursor: cursor.unwrap_or_default(),
        total: total.unwrap_or(false),
    })
}

/// Rows of a page if the client does not say.
pub const DEFAULT_LIMIT: u32 = 20;

/// Empty text stands for "not given" in the services' messages and is null in the API.
pub(crate) fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A protobuf time as RFC 3339; null if it is not set.
pub(crate) fn time(time: Option<prost_types::Timestamp>) -> Option<DateTime<Utc>> {
    time.map(|time| waybill_proto::time::from_proto(&time).to_datetime())
}

/// A protobuf time that is always set.
pub(crate) fn moment(at: Option<prost_types::Timestamp>) -> DateTime<Utc> {
    time(at).unwrap_or_default()
}

pub(crate) fn to_proto_time(time: DateTime<Utc>) -> prost_types::Timestamp {
    waybill_proto::time::to_proto(time.into())
}

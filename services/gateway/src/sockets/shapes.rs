//! Payloads of Socket.IO events that are not protobuf messages.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, Object, RefOr, SchemaFormat, Type,
        schema::{AnyOf, Schema},
    },
};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_proto::{
    chat,
    common::{ErrorCode, Person},
    notification,
    order::{self, OrderStatus},
};

use crate::error::{Always, Detail};

// ---------------------------------------------------------------- to clients

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderStatusEvent {
    #[schema(format = Uuid)]
    pub order_id: String,
    pub order_number: String,
    pub from: OrderStatus,
    pub to: OrderStatus,
    #[schema(value_type = DateTime<Utc>)]
    pub at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderUnavailableEvent {
    #[schema(format = Uuid)]
    pub order_id: String,
    pub order_number: String,
    #[schema(value_type = DateTime<Utc>)]
    pub at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderClaimedEvent {
    #[schema(format = Uuid)]
    pub order_id: String,
    pub order_number: String,
    #[schema(required)]
    pub assignee: Option<order::Assignee>,
    #[schema(value_type = DateTime<Utc>)]
    pub at: Timestamp,
}

/// A public product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ProductEvent {
    Shown(Box<order::Product>),
    Gone(ProductGone),
}

/// A product that cannot be ordered: a draft, or archived.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductGone {
    #[schema(format = Uuid)]
    pub id: String,
    #[schema(inline)]
    pub active: Always<false>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockLowEvent {
    #[schema(format = Uuid)]
    pub product_id: String,
    pub sku: String,
    pub name: String,
    pub available: i64,
    pub threshold: i64,
    #[schema(value_type = DateTime<Utc>)]
    pub at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatReadEvent {
    #[schema(format = Uuid)]
    pub order_id: String,
    #[schema(format = Uuid)]
    pub user_id: String,
    /// The newest message that was read.
    #[schema(format = Uuid)]
    pub up_to: String,
    #[schema(value_type = DateTime<Utc>)]
    pub at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatTypingEvent {
    #[schema(format = Uuid)]
    pub order_id: String,
    pub user: Person,
    /// False: has stopped.
    pub typing: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceEvent {
    #[schema(format = Uuid)]
    pub order_id: String,
    pub user: Person,
    /// False: has gone.
    pub online: bool,
}

/// Nothing is in it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncEvent {}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionEndedEvent {
    pub code: ErrorCode,
    /// For people.
    pub message: String,
}

// -------------------------------------------------------------- from clients

/// Where a client that was away stopped.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "must be an order version, an RFC 3339 time or a message id"
)]
pub enum Since {
    Version(i64),
    Time(DateTime<Utc>),
    Message(Uuid),
}

/// Derived, it would be `oneOf`, and to a validator that looks at no formats a text is both a time and an id.
impl PartialSchema for Since {
    fn schema() -> RefOr<Schema> {
        let text = |format| {
            Object::builder()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(format)))
        };
        AnyOf::builder()
            .description(Some(
                "Where a client that was away stopped: an order's version, a time, or a message.",
            ))
            .item(i64::schema())
            .item(text(KnownFormat::DateTime))
            .item(text(KnownFormat::Uuid))
            .into()
    }
}

impl ToSchema for Since {}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderWatchRequest {
    pub order_id: Uuid,
    /// What the client knows already: the `version` of the order that it has, or a time. The answer then has in `missed` the history of the
    /// order after it; with a time, in `messages` also the messages after it. A message id here means `sinceMessage`.
    pub since: Option<Since>,
    /// The id of the newest message that the client has. The answer then has in `messages` the ones after it.
    pub since_message: Option<Uuid>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderUnwatchRequest {
    pub order_id: Uuid,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatTypingRequest {
    pub order_id: Uuid,
    /// False: has stopped. True if not given.
    pub typing: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatSendRequest {
    pub order_id: Uuid,
    #[schema(min_length = 1, max_length = 4000)]
    pub body: String,
    /// Your own id of the message: sent twice, it is stored once.
    pub client_id: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatReadRequest {
    pub order_id: Uuid,
    /// The newest message that was read.
    pub up_to: Uuid,
}

/// A client was away: what it missed besides the orders that it watches, which `order:watch` catches up on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CatchUpRequest {
    /// `createdAt` of the newest notification that the client has, or the time at which it was last connected.
    #[schema(example = "2026-11-21T09:30:00Z")]
    #[serde(deserialize_with = "waybill_proto::json::time_or_day")]
    pub since: DateTime<Utc>,
}

// ----------------------------------------------------------- acknowledgements

/// Done.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Acknowledged {
    #[schema(inline)]
    pub ok: Always<true>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct OrderWatchAnswer {
    #[schema(inline)]
    pub ok: Always<true>,
    pub order: order::Order,
    /// The history of the order since the version or the time that was given, oldest first.
    pub missed: Vec<order::HistoryItem>,
    /// Only with `sinceMessage`, or with a time as `since`: the messages since then, oldest first. At most 100; if there are as many, get the
    /// rest from `GET /api/v1/orders/{id}/chat/messages?since=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub messages: Option<Vec<chat::Message>>,
    /// Who watches it.
    pub present: Vec<Person>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ChatSendAnswer {
    #[schema(inline)]
    pub ok: Always<true>,
    pub message: chat::Message,
    /// It was stored before.
    pub replayed: bool,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ChatReadAnswer {
    #[schema(inline)]
    pub ok: Always<true>,
    /// Messages that are still unread.
    pub unread: u64,
}

/// What a client missed.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatchUpAnswer {
    #[schema(inline)]
    pub ok: Always<true>,
    /// The newest notifications since the given time, at most 100, oldest first. The first ones may be known already: they have the same id.
    pub notifications: Vec<notification::Notification>,
    /// There are more, at `GET /api/v1/notifications?since=`.
    pub more_notifications: bool,
    /// Number of all unread notifications.
    pub unread: u64,
    /// For workers and administrators: the orders that are in the pool now, at most 100, longest waiting first. It replaces what the client
    /// shows, because orders have left the pool, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pool: Option<Vec<order::Order>>,
    /// There are more in the pool, at `GET /api/v1/orders/available`.
    pub more_in_pool: bool,
}

/// What acknowledges an event that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct SocketRefusal {
    #[schema(inline)]
    pub ok: Always<false>,
    pub error: SocketError,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SocketError {
    pub code: ErrorCode,
    /// For people; says what to do.
    pub message: String,
    pub details: Vec<Detail>,
}

//! The events of both directions, in one table: what is sent and taken, and what the documents say of it.

use std::marker::PhantomData;

use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};
use waybill_proto::{chat, notification, order, payment};

use super::shapes::{
    Acknowledged, ChatReadAnswer, ChatReadEvent, ChatReadRequest, ChatSendAnswer, ChatSendRequest,
    ChatTypingEvent, ChatTypingRequest, OrderClaimedEvent, OrderStatusEvent, OrderUnavailableEvent,
    OrderUnwatchRequest, OrderWatchAnswer, OrderWatchRequest, PresenceEvent, ProductEvent,
    SessionEndedEvent, SocketRefusal, StockLowEvent, SyncEvent,
};

/// An event to clients with a `T` in it.
#[derive(Debug)]
pub struct SocketEvent<T>(&'static str, PhantomData<fn(T)>);

/// An event from clients with a `T` in it, which an `A` acknowledges.
#[derive(Debug)]
pub struct Asked<T, A>(&'static str, PhantomData<fn(T) -> A>);

impl<T: Serialize> SocketEvent<T> {
    /// The name and the payload, to be emitted.
    pub const fn with(self, payload: &T) -> (&'static str, &T) {
        (self.0, payload)
    }
}

impl<T> SocketEvent<T> {
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl<T, A> Asked<T, A> {
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// What the documents say of an event.
#[derive(Debug)]
pub struct Described {
    pub name: &'static str,
    pub about: &'static str,
    /// The names of the schemas of the payload and, of an event from clients, of what acknowledges it.
    pub payload: String,
    pub answer: Option<String>,
}

/// Schemas by their names.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

fn add<T: ToSchema>(schemas: &mut Schemas) -> String {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
    T::name().into_owned()
}

macro_rules! events {
    (
        to clients:
        $($(#[doc = $about:literal])+ $event:ident: $payload:ty = $name:literal;)+
        from clients:
        $($(#[doc = $asked:literal])+ $question:ident: $question_payload:ty => $answer:ty = $question_name:literal;)+
    ) => {
        $($(#[doc = $about])+ pub const $event: SocketEvent<$payload> = SocketEvent($name, PhantomData);)+
        $($(#[doc = $asked])+ pub const $question: Asked<$question_payload, $answer> = Asked($question_name, PhantomData);)+

        /// All events, and the schemas that they name.
        pub fn described() -> (Vec<Described>, Schemas) {
            let mut schemas = Schemas::new();
            let events = vec![
                $(Described {
                    name: $event.name(),
                    about: concat!($($about),+).trim_ascii(),
                    payload: add::<$payload>(&mut schemas),
                    answer: None,
                },)+
                $(Described {
                    name: $question.name(),
                    about: concat!($($asked),+).trim_ascii(),
                    payload: add::<$question_payload>(&mut schemas),
                    answer: Some(add::<$answer>(&mut schemas)),
                },)+
            ];
            add::<SocketRefusal>(&mut schemas);
            (events, schemas)
        }
    };
}

events! {
    to clients:
    /// An order was placed. To its customer, administrators and who watches it.
    ORDER_CREATED: order::Order = "order:created";
    /// An order is another one than before. To its customer, its worker, administrators and who watches it.
    ORDER_UPDATED: order::Order = "order:updated";
    /// The work on an order stands elsewhere; `order:updated` follows. To the same.
    ORDER_STATUS: OrderStatusEvent = "order:status";
    /// An order came into the pool. To workers and administrators, without the customer's address.
    ORDER_AVAILABLE: order::Order = "order:available";
    /// An order left the pool, and no worker has it. To workers and administrators.
    ORDER_UNAVAILABLE: OrderUnavailableEvent = "order:unavailable";
    /// A worker has an order now. To all workers, whose pool it left, and to who may read the order.
    ORDER_CLAIMED: OrderClaimedEvent = "order:claimed";
    /// A note was added to an order. To its worker and administrators; to who may read the order if it is for the customer.
    ORDER_NOTE: order::Note = "order:note";
    /// A step of an order's work was reported. To who may read the order.
    ORDER_PROGRESS: order::Progress = "order:progress";
    /// Somebody asks for a change of an order. To who may read the order.
    CHANGE_REQUEST_CREATED: order::ChangeRequest = "change-request:created";
    /// A request was decided. To who may read the order, and to who asked.
    CHANGE_REQUEST_DECIDED: order::ChangeRequest = "change-request:decided";
    /// A file was added to an order. To who sees the file.
    FILE_ADDED: order::File = "file:added";
    /// A file of an order was deleted. To who saw the file.
    FILE_DELETED: order::File = "file:deleted";
    /// A shipment was made or changed. To who may read the order.
    SHIPMENT_UPDATED: order::Shipment = "shipment:updated";
    /// A payment was begun or changed. To its customer and administrators.
    PAYMENT_UPDATED: payment::Payment = "payment:updated";
    /// A product or its stock changed. To everybody; of one that is not for visitors (any more), all but administrators get no more than that.
    PRODUCT_UPDATED: ProductEvent = "product:updated";
    /// Fewer units than the threshold can be ordered. To administrators.
    STOCK_LOW: StockLowEvent = "stock:low";
    /// The shop's settings changed. To administrators.
    SETTINGS_CHANGED: order::ShopSettings = "settings:changed";
    /// Something that the user should know.
    NOTIFICATION_NEW: notification::Notification = "notification:new";
    /// A line of a conversation. To its participants, the author too, and administrators.
    CHAT_MESSAGE: chat::Message = "chat:message";
    /// Somebody has read a conversation up to a message. To its participants and administrators.
    CHAT_READ: ChatReadEvent = "chat:read";
    /// Somebody writes, or has stopped. To the others who watch the order.
    CHAT_TYPING: ChatTypingEvent = "chat:typing";
    /// Somebody began to watch an order, or stopped. To the others who watch it.
    PRESENCE: PresenceEvent = "presence";
    /// Events may have been missed: watch again, with `since`, and read again what is shown.
    SYNC: SyncEvent = "sync";
    /// The server disconnects this client; the message says why. Connect again with a new access token.
    SESSION_ENDED: SessionEndedEvent = "session:ended";

    from clients:
    /// Watch an order that the user may read. The answer has the order, what happened since, and who else watches it.
    WATCH_ORDER: OrderWatchRequest => OrderWatchAnswer = "order:watch";
    /// Watch an order no longer.
    UNWATCH_ORDER: OrderUnwatchRequest => Acknowledged = "order:unwatch";
    /// Write a message. It comes to everybody, the author too, as `chat:message`.
    SEND_MESSAGE: ChatSendRequest => ChatSendAnswer = "chat:send";
    /// Tell the others who watch an order that the user writes.
    TYPE_MESSAGE: ChatTypingRequest => Acknowledged = "chat:typing";
    /// Say that a conversation was read up to a message.
    READ_MESSAGES: ChatReadRequest => ChatReadAnswer = "chat:read";
}

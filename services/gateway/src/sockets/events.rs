//! The table of all Socket.IO events in both directions, with their descriptions for AsyncAPI.

use std::marker::PhantomData;

use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};
use waybill_proto::{chat, notification, order, payment};

use super::shapes::{
    Acknowledged, CatchUpAnswer, CatchUpRequest, ChatReadAnswer, ChatReadEvent, ChatReadRequest,
    ChatSendAnswer, ChatSendRequest, ChatTypingEvent, ChatTypingRequest, OrderClaimedEvent,
    OrderStatusEvent, OrderUnavailableEvent, OrderUnwatchRequest, OrderWatchAnswer,
    OrderWatchRequest, PresenceEvent, ProductEvent, SessionEndedEvent, SocketRefusal,
    StockLowEvent, SyncEvent,
};

/// An event to clients with the payload `T`.
#[derive(Debug)]
pub struct SocketEvent<T>(&'static str, PhantomData<fn(T)>);

/// An event from clients with the payload `T` and the acknowledgement `A`.
#[derive(Debug)]
pub struct Asked<T, A>(&'static str, PhantomData<fn(T) -> A>);

impl<T: Serialize> SocketEvent<T> {
    /// The name and the payload to emit.
    pub const fn with(self, payload: &T) -> (&'static str, &T) {
        (self.0, payload)
    }
}

// Derived ones would ask for `T: Copy`.
impl<T> Clone for SocketEvent<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SocketEvent<T> {}

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

/// The description of an event for AsyncAPI.
#[derive(Debug)]
pub struct Described {
    pub name: &'static str,
    pub about: &'static str,
    /// The schema names of the payload and, for events from clients, of the acknowledgement.
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
    /// An order was placed. Sent to its customer, administrators and watchers.
    ORDER_CREATED: order::Order = "order:created";
    /// An order changed. Sent to its customer, its worker, administrators and watchers.
    ORDER_UPDATED: order::Order = "order:updated";
    /// The status of an order changed; `order:updated` follows. Sent to its customer, its worker, administrators and watchers.
    ORDER_STATUS: OrderStatusEvent = "order:status";
    /// An order entered the pool. Sent to workers and administrators, without the customer's address.
    ORDER_AVAILABLE: order::Order = "order:available";
    /// An order left the pool without being assigned. Sent to workers and administrators.
    ORDER_UNAVAILABLE: OrderUnavailableEvent = "order:unavailable";
    /// A worker got an order, which leaves the pool. Sent to all workers and to everyone who may read the order.
    ORDER_CLAIMED: OrderClaimedEvent = "order:claimed";
    /// A note was added to an order. Sent to its worker and administrators; if the customer may read it, to everyone who may read the order.
    ORDER_NOTE: order::Note = "order:note";
    /// A progress step of an order was reported. Sent to everyone who may read the order.
    ORDER_PROGRESS: order::Progress = "order:progress";
    /// A change request was created. Sent to everyone who may read the order; if a worker made it, watchers get nothing, and the customer no `reason` and `note`.
    CHANGE_REQUEST_CREATED: order::ChangeRequest = "change-request:created";
    /// A change request was decided. Sent to everyone who may read the order, and to the requester; if a worker made it, watchers get nothing, and the customer no `reason` and `note`.
    CHANGE_REQUEST_DECIDED: order::ChangeRequest = "change-request:decided";
    /// A file was added to an order. Sent to everyone who may read the file.
    FILE_ADDED: order::File = "file:added";
    /// A file of an order was deleted. Sent to everyone who could read the file.
    FILE_DELETED: order::File = "file:deleted";
    /// A shipment was created or changed. Sent to everyone who may read the order.
    SHIPMENT_UPDATED: order::Shipment = "shipment:updated";
    /// An invoice or a credit note was issued. Sent to its customer and administrators.
    INVOICE_ISSUED: order::Invoice = "invoice:issued";
    /// A payment was started or changed. Sent to its customer and administrators.
    PAYMENT_UPDATED: payment::Payment = "payment:updated";
    /// A payout was created or changed. Sent to its worker and administrators.
    PAYOUT_UPDATED: payment::Payout = "payout:updated";
    /// A product or its stock changed. Sent to everyone. For drafts and archived products, only administrators get the product; others get only its id and `active: false`.
    PRODUCT_UPDATED: ProductEvent = "product:updated";
    /// The available units fell below the threshold. Sent to administrators.
    STOCK_LOW: StockLowEvent = "stock:low";
    /// The shop's settings changed. Sent to administrators.
    SETTINGS_CHANGED: order::ShopSettings = "settings:changed";
    /// A new notification. Sent to its user.
    NOTIFICATION_NEW: notification::Notification = "notification:new";
    /// A message was posted. Sent to the participants, including the author, and to administrators.
    CHAT_MESSAGE: chat::Message = "chat:message";
    /// A user has read a conversation up to a message. Sent to its participants and administrators.
    CHAT_READ: ChatReadEvent = "chat:read";
    /// A user is typing, or has stopped. Sent to the others who watch the order.
    CHAT_TYPING: ChatTypingEvent = "chat:typing";
    /// A user started or stopped watching an order. Sent to the others who watch it.
    PRESENCE: PresenceEvent = "presence";
    /// Events may have been lost: send `catch-up`, watch the orders again, with `since`, and reload the displayed data.
    SYNC: SyncEvent = "sync";
    /// The server disconnects this client; the message has the reason. Connect again with a new access token.
    SESSION_ENDED: SessionEndedEvent = "session:ended";

    from clients:
    /// Watch an order that the user may read. The answer has the order, the events since `since`, and the other watchers.
    WATCH_ORDER: OrderWatchRequest => OrderWatchAnswer = "order:watch";
    /// After a break: get the notifications since a time and, for workers and administrators, the pool as it is now.
    CATCH_UP: CatchUpRequest => CatchUpAnswer = "catch-up";
    /// Stop watching an order.
    UNWATCH_ORDER: OrderUnwatchRequest => Acknowledged = "order:unwatch";
    /// Post a message. All participants, including the author, get it as `chat:message`.
    SEND_MESSAGE: ChatSendRequest => ChatSendAnswer = "chat:send";
    /// Notify the others who watch an order that the user is typing.
    TYPE_MESSAGE: ChatTypingRequest => Acknowledged = "chat:typing";
    /// Mark a conversation as read up to a message.
    READ_MESSAGES: ChatReadRequest => ChatReadAnswer = "chat:read";
}

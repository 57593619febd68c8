//! Ids, money, roles, times and the like that every crate shares. No I/O, no async: used by all services and by the proto conversions.

mod backoff;
mod calendar;
mod column;
mod fields;
mod id;
mod message;
mod money;
mod network;
mod order_number;
mod outage;
mod role;
mod string_enum;
mod time;

pub use backoff::{backoff, pause_after};
pub use calendar::{Bucket, Span, SpanError, day_of, start_of};
#[doc(hidden)]
pub use column::__private;
pub use fields::{FieldError, FieldErrors, find_character, is_bidi_control, is_text_control};
pub use id::{
    ApiKeyId, CartId, CategoryId, ChangeRequestId, EventId, FileId, IdError, InvoiceId, MessageId,
    NoteId, NotificationId, OrderId, PaymentId, PayoutId, ProductId, ShipmentId, UserId,
};
pub use money::{Currency, Money, MoneyError, share_of};
pub use network::{address_key, customer_key, network_key};
pub use order_number::{OrderNumber, OrderNumberError};
pub use outage::{Outage, Report};
pub use role::Role;
pub use string_enum::UnknownValue;
pub use time::{Clock, ManualClock, SystemClock, Timestamp};

/// The text, or none if it is empty.
pub fn non_empty(text: impl Into<String>) -> Option<String> {
    Some(text.into()).filter(|text| !text.is_empty())
}

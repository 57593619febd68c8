//! One type per entity, so that an order's id cannot be used as a user's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id; expected a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new UUIDv7 (RFC 9562): sorts by time of creation.
            #[allow(clippy::new_without_default, reason = "a default id would be a surprise")]
            pub fn new() -> Self { Self(Uuid::now_v7()) }
            pub const fn from_uuid(id: Uuid) -> Self { Self(id) }
            pub const fn uuid(self) -> Uuid { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid { id.0 }
        }
        crate::__column!($name, Uuid, |id| id.0, |id| Ok::<_, IdError>($name(*id)));
    )+};
}

ids! {
    /// An account.
    UserId,
    /// An API key of a machine client.
    ApiKeyId,
    /// Goods or a service in the catalogue.
    ProductId,
    /// A group of products.
    CategoryId,
    /// What somebody has selected but not ordered yet.
    CartId,
    /// A file of an order, or a picture of a product.
    FileId,
    /// A parcel of an order.
    ShipmentId,
    /// An invoice or a credit note.
    InvoiceId,
    /// A note on an order, or a step of its progress.
    NoteId,
    /// An order; also the id of its conversation.
    OrderId,
    /// A worker's or customer's request to change an order.
    ChangeRequestId,
    /// One attempt to pay an order.
    PaymentId,
    /// Money to a worker or to the owner of the platform.
    PayoutId,
    /// An in-app notification.
    NotificationId,
    /// A chat message.
    MessageId,
    /// An event in an outbox; also its `Nats-Msg-Id`.
    EventId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip_and_sort_by_creation() {
        let (a, b) = (OrderId::new(), OrderId::new());
        assert!(a < b);
        assert_eq!(a.to_string().parse(), Ok(a));
        assert_eq!("order-1".parse::<OrderId>(), Err(IdError));
    }
}

//! Ids, money, roles and times that every crate shares. No I/O, no async: used by all services and by the proto conversions.

mod id;
mod money;
mod order_number;
mod role;
mod time;

pub use id::{
    ApiKeyId, ChangeRequestId, EventId, IdError, MessageId, NotificationId, OrderId, PaymentId,
    ProductId, UserId,
};
pub use money::{Currency, Money, MoneyError};
pub use order_number::{OrderNumber, OrderNumberError};
pub use role::{Role, RoleError};
pub use time::{Clock, ManualClock, SystemClock, Timestamp};

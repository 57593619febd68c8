//! JSON types without a protobuf message: sessions, and answers composed of several messages. All other bodies, queries and
//! answers are messages of waybill-proto, which are serialized directly.

mod analytics;
mod guests;
mod imports;
mod media;
mod named;
mod payments;
mod shop;
mod users;

use waybill_proto::order::Order;

pub use analytics::Dashboard;
pub use guests::{OrderAuth, PlacedOrder};
pub use imports::{CsvFile, ImportReport, ProductFile};
pub use media::{
    FileLink, FileUpload, PictureUpload, ReferencePurpose, ReferenceUpload, WorkPurpose,
};
pub(crate) use named::named;
pub use payments::{PaymentCreated, PayoutsCreated};
pub use shop::Shop;
pub use users::{
    LoggedOut, Login, RefreshToken, Register, Session, SessionMode, ShortLogin, ShortRegister,
    TokenType,
};

/// An order as all workers see it in the pool: without the customer's contact data.
pub fn for_pool(mut order: Order) -> Order {
    if let Some(customer) = &mut order.customer {
        customer.email = None;
    }
    order.shipping_address = None;
    order
}

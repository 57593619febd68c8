//! JSON shapes that no message has: parameters of queries, and answers that are put together from several messages. All other
//! bodies and answers are messages of waybill-proto, which read and write themselves.

mod analytics;
mod guests;
mod imports;
mod media;
mod named;
mod payments;
mod products;
mod shop;
mod times;
mod users;

use waybill_proto::order::Order;

pub use analytics::Dashboard;
pub use guests::{OrderAuth, PlacedOrder};
pub use imports::{CsvFile, ImportReport, ProductFile};
pub use media::{FileLink, FileUpload, PictureUpload};
pub(crate) use named::named;
pub use payments::{PaymentCreated, seen_from};
pub use products::{Rejection, Versioned, replacement};
pub use shop::Shop;
pub use times::{Since, Until};
pub use users::{
    LoggedOut, Login, RefreshToken, Register, Session, SessionMode, ShortLogin, ShortRegister,
    TokenType,
};

/// The number of an optional filter; 0, which the services read as "any", if it is not given.
pub fn number<T: Into<i32>>(value: Option<T>) -> i32 {
    value.map_or(0, Into::into)
}

/// The numbers of a filter that may be repeated.
pub fn numbers<T: Into<i32>>(values: Vec<T>) -> Vec<i32> {
    values.into_iter().map(Into::into).collect()
}

/// An order as all workers see it in the pool: without how to reach the customer.
pub fn for_pool(mut order: Order) -> Order {
    if let Some(customer) = &mut order.customer {
        customer.email = None;
    }
    order.shipping_address = None;
    order
}

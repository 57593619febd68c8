//! The API's JSON shapes that no message has: bodies of requests, and answers that are put together from several messages. All
//! other answers are messages of waybill-proto, which serialise themselves.

mod analytics;
mod cart;
mod categories;
mod chat;
mod editing;
mod guests;
mod media;
mod named;
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

use serde::{Deserialize, Deserializer};

pub use analytics::Dashboard;
pub use cart::CartQuantity;
pub use categories::{CategoryPatch, CsvFile, ImportReport, NewCategory, ProductFile};
pub use chat::{ChatRead, NewMessage};
pub use editing::OrderEdit;
pub use guests::{Contact, OrderAuth, PlacedOrder};
pub use media::{FileLink, FileUpload, ImageOrder, NewLink, PictureUpload};
pub(crate) use named::named;
pub use orders::{CancelOrder, NewOrder, StatusChange, for_pool};
pub use payments::{NewPayment, PaymentCreated, SandboxChoice, seen_from};
pub use products::{Categories, NewProduct, ProductPatch, ProductPut, StockAdjustment, Versioned};
pub use shipments::{NewShipment, ShipmentPatch};
pub use shop::{Shop, ShopSettingsPatch};
pub use times::{Since, Until};
pub use users::{
    LoggedOut, Login, PasswordChange, ProfileUpdate, RefreshToken, Register, RoleChange, Session,
    SessionMode, ShortLogin, ShortRegister, Suspension, TokenType,
};
pub use work::{Approval, Assignment, Claims, NewChangeRequest, Rejection, Release};
pub use workers::{NewNote, NewProgress, WorkerPatch};

/// The number of an optional filter; 0, which the services read as "any", if it is not given.
pub fn number<T: Into<i32>>(value: Option<T>) -> i32 {
    value.map_or(0, Into::into)
}

/// The numbers of a filter that may be repeated.
pub fn numbers<T: Into<i32>>(values: Vec<T>) -> Vec<i32> {
    values.into_iter().map(Into::into).collect()
}

/// Tells a field that is null from one that is not there.
fn given<'de, D, T>(value: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(value).map(Some)
}

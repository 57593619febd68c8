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

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use waybill_proto::common as pb;

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
    SessionMode, ShortLogin, ShortRegister, Suspension,
};
pub use work::{Approval, Assignment, Claims, NewChangeRequest, Rejection, Release};
pub use workers::{NewNote, NewProgress, WorkerPatch};

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
    pub fn new(items: Vec<T>, page: Option<pb::PageInfo>) -> Self {
        let page = page.unwrap_or_default();
        Self {
            items,
            next_cursor: page.next_cursor,
            total_is_capped: page.total.map(|_| page.total_capped),
            total: page.total,
        }
    }

    /// A list that comes whole: there are few.
    pub fn whole(items: Vec<T>) -> Self {
        Self::new(items, None)
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

/// The number of an optional filter; 0, which the services read as "any", if it is not given.
pub fn number<T: Into<i32>>(value: Option<T>) -> i32 {
    value.map_or(0, Into::into)
}

/// Tells a field that is null from one that is not there.
fn given<'de, D, T>(value: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(value).map(Some)
}

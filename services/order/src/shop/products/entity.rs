//! Rows of `products` and `product_words`.

use serde::{Deserialize, Serialize};
use waybill_primitives::{CategoryId, Currency, FileId, ProductId, Timestamp, string_enum};
use waybill_store::entity_prelude::*;

string_enum! {
    /// Kind of a product.
    pub enum ProductKind as waybill_proto::order::ProductKind {
        /// Has stock.
        Goods = "GOODS",
        /// Has no stock: a worker does it.
        Service = "SERVICE",
    }
}

/// A picture of a product; its bytes are the file with this id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub id: FileId,
    /// Text description; may be empty.
    pub alt: String,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

/// A product of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    pub sku: String,
    pub name: String,
    /// Sort key of the name; generated on every write.
    pub name_key: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub kind: ProductKind,
    /// Minor units of `currency`.
    pub price: i64,
    pub currency: Currency,
    /// The name that its category has now; empty without one.
    #[sea_orm(ignore)]
    pub category: String,
    pub active: bool,
    /// In the order in which they are shown; null: none.
    pub images: Option<JsonText<Vec<Image>>>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub category_id: Option<CategoryId>,
    /// For goods: low-stock threshold, below which a warning is sent. None: the shop's threshold.
    pub low_stock_threshold: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

pub mod word {
    use waybill_primitives::ProductId;
    use waybill_store::entity_prelude::*;

    /// A search word of a product.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "product_words")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: ProductId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

//! Rows of `products`.

use sea_orm::entity::prelude::*;

use crate::stock::entity::level;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub sku: String,
    pub name: String,
    pub name_key: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub kind: String,
    /// Minor units of `currency`.
    pub price: i64,
    pub currency: String,
    /// The name of the category when the row was last written, for versions that know no `category_id`.
    pub category: String,
    pub active: bool,
    #[sea_orm(column_type = "Text")]
    pub search: String,
    /// JSON; null: none.
    #[sea_orm(column_type = "Text", nullable)]
    pub images: Option<String>,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub category_id: Option<Uuid>,
    /// None: the shop's.
    pub low_stock_threshold: Option<i64>,
}

pub mod word {
    //! Words that a search finds a product by.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "product_words")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub product_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_one = "crate::stock::entity::level::Entity")]
    Level,
}

impl Related<level::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Level.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

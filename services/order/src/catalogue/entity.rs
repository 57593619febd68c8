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
    pub category: String,
    pub active: bool,
    #[sea_orm(column_type = "Text")]
    pub search: String,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
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

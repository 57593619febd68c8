//! Rows that are written only to check that the database accepts writes.

use crate::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "write_checks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "VarBinary(StringLen::Max)")]
    pub filler: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

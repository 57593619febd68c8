//! One line of a booking: debit positive, credit negative. Kind, order, payment and time repeat the entry's, so that a page of
//! lines is one indexed read.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub entry_id: Uuid,
    pub kind: String,
    pub account: String,
    pub amount: i64,
    pub currency: String,
    pub order_id: Uuid,
    pub payment_id: Option<Uuid>,
    pub at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

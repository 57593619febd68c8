//! An order with payments, or that was replaced by another one.

use waybill_primitives::{OrderId, Timestamp};
use waybill_store::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_replacements")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// The order that replaced it, if there is one.
    pub replacement_id: Option<OrderId>,
    pub replacement_number: Option<String>,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

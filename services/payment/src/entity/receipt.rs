//! Money of a payment by hand that has arrived. Rows are only added, and marked when the money goes back.

use waybill_primitives::{Currency, Money, PaymentId, Timestamp, UserId};
use waybill_store::entity_prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: PaymentId,
    /// In minor units.
    pub amount: i64,
    pub currency: Currency,
    /// How to find it on the bank statement or in the cash book.
    pub reference: String,
    /// When it arrived, as the administrator says.
    pub received_at: Timestamp,
    pub recorded_by: UserId,
    /// When it went back, with a reference and the administrator who says so.
    pub returned_at: Option<Timestamp>,
    pub return_reference: Option<String>,
    pub returned_by: Option<UserId>,
    pub created_at: Timestamp,
}

impl Model {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

impl ActiveModelBehavior for ActiveModel {}

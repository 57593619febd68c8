//! A booking. `(kind, source_id)` is unique, so that nothing is booked twice.

use waybill_primitives::{OrderId, PaymentId, Timestamp, string_enum};
use waybill_proto::payment as pb;
use waybill_store::entity_prelude::*;

string_enum! {
    /// Why an entry was booked.
    pub enum EntryKind as pb::EntryKind {
        /// A customer paid: once per payment.
        Payment = "PAYMENT",
        /// A customer got money back: once per refund.
        Refund = "REFUND",
        /// A completed order's money was shared between worker and platform: once per order.
        Accrual = "ACCRUAL",
        /// An order was replaced, and its money moved to the replacement: once per closed order.
        Transfer = "TRANSFER",
        /// Shares of a completed order were taken back for a refund: once per refund.
        Clawback = "CLAWBACK",
        /// What a provider keeps of a payment: once per payment.
        Fee = "FEE",
        /// A payout took its amount out of a balance: once per payout, like the next two.
        PayoutReserved = "PAYOUT_RESERVED",
        /// The provider, or somebody by hand, paid it.
        PayoutPaid = "PAYOUT_PAID",
        /// It failed or was cancelled: its amount is in the balance again.
        PayoutReturned = "PAYOUT_RETURNED",
        /// Money of a payment by hand arrived: once per receipt, like the next one.
        Receipt = "RECEIPT",
        /// It went back before the payment was complete.
        ReceiptReturned = "RECEIPT_RETURNED",
    }
}

/// What entries have that are about no order: the columns are not nullable, as version 0.1 only had entries about orders.
pub const NO_ORDER: OrderId = OrderId::from_uuid(Uuid::nil());

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: EntryKind,
    /// What it was booked for: the payment (PAYMENT, FEE), the refund (REFUND, CLAWBACK; the payment in version 0.1), the order
    /// (ACCRUAL, TRANSFER), the payout or the receipt.
    pub source_id: Uuid,
    /// [`NO_ORDER`] for payouts.
    pub order_id: OrderId,
    pub payment_id: Option<PaymentId>,
    pub at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

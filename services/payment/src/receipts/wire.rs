//! Receipts as messages.

use waybill_proto::payment as proto;

use super::domain::Receipt;

impl From<&Receipt> for proto::Receipt {
    fn from(receipt: &Receipt) -> Self {
        Self {
            id: receipt.id.to_string(),
            payment_id: receipt.payment_id.to_string(),
            amount: Some(receipt.money()),
            reference: receipt.reference.clone(),
            received_at: Some(receipt.received_at),
            recorded_by: receipt.recorded_by.to_string(),
            created_at: Some(receipt.created_at),
            returned_at: receipt.returned_at,
            return_reference: receipt.return_reference.clone(),
        }
    }
}

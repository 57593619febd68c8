//! Differences as messages.

use waybill_primitives::Money;
use waybill_proto::payment as proto;

use crate::entity::difference::Model as Difference;

impl From<&Difference> for proto::Difference {
    fn from(difference: &Difference) -> Self {
        let amount = difference.amount.zip(difference.currency);
        Self {
            id: difference.id.to_string(),
            kind: difference.kind.into(),
            provider: difference.provider.into(),
            state: difference.state.into(),
            detail: difference.detail.clone(),
            amount: amount.map(|(amount, currency)| Money::new(amount, currency)),
            order_id: difference.order_id.map(|id| id.to_string()),
            payment_id: difference.payment_id.map(|id| id.to_string()),
            refund_id: difference.refund_id.map(|id| id.to_string()),
            payout_id: difference.payout_id.map(|id| id.to_string()),
            note: difference.note.clone(),
            resolved_by: difference.resolved_by.map(|id| id.to_string()),
            resolved_at: difference.resolved_at,
            version: difference.version,
            created_at: Some(difference.created_at),
            updated_at: Some(difference.updated_at),
        }
    }
}

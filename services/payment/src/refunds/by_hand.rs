//! Refunds of payments by hand: no provider makes them. They stay open until an administrator says that the money was sent.

use std::collections::HashMap;

use uuid::Uuid;
use waybill_primitives::{PaymentId, Role};
use waybill_proto::payment as proto;
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::transact;

use super::{app::Refunds, domain::Refund, events, flow::note_success, store};
use crate::payments::{domain::Payment, store as payments};

impl Refunds {
    /// The money was sent, as the reference tells. A refund that was confirmed before stays as it is.
    pub async fn confirm(
        &self,
        ctx: &CallContext,
        id: Uuid,
        reference: &str,
    ) -> Result<Refund, AppError> {
        ctx.require(&[Role::Admin])?;
        let not_found = || AppError::not_found("refund");
        let confirmed = transact!(self.tools.db, ctx, async |tx| {
            let refund = store::find(tx.conn(), id).await?.ok_or_else(not_found)?;
            if !refund.by_hand {
                let text = "the provider makes this refund; it is not made by hand";
                return Err(AppError::conflict(ErrorCode::Conflict, text));
            }
            let payment = self.succeeded(tx, &refund, reference).await?;
            if let Some(payment) = &payment {
                events::confirmed(tx, ctx, payment, &refund, reference);
            }
            let refund = store::find(tx.conn(), id).await?.ok_or_else(not_found)?;
            Ok::<_, AppError>((refund, payment.is_some()))
        });
        let (refund, is_new) = confirmed.await?;
        if is_new {
            note_success(&refund);
        }
        Ok(refund)
    }

    /// Refunds of several payments as messages, with the orders that they belong to.
    pub async fn with_orders(&self, refunds: &[Refund]) -> Result<Vec<proto::Refund>, AppError> {
        let ids = refunds.iter().map(|refund| refund.payment_id);
        let payments = payments::find_all(self.tools.db.reader(), ids).await?;
        let payments: HashMap<PaymentId, &Payment> = payments
            .iter()
            .map(|payment| (payment.id, payment))
            .collect();
        let listed = refunds.iter().map(|refund| {
            let payment = payments.get(&refund.payment_id);
            proto::Refund {
                order_id: payment.map(|payment| payment.order_id.to_string()),
                order_number: payment.map(|payment| payment.order_number.clone()),
                ..refund.into()
            }
        });
        Ok(listed.collect())
    }
}

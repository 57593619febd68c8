//! Refunds of payments by hand: no provider makes them. They stay open until an administrator says that the money was sent.

use uuid::Uuid;
use waybill_primitives::Role;
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::transact;

use super::{app::Refunds, domain::Refund, events, flow::note_success, store};

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
}

//! Asking the provider to send a payout, and what follows from its answer.

use async_trait::async_trait;
use waybill_primitives::Timestamp;
use waybill_service_kit::AppError;
use waybill_store::{EventContext, Tx, transact};

use super::{
    app::{Payouts, move_on},
    domain::{Payout, PayoutState, Step},
    store,
};
use crate::{
    differences::app::{self as differences, Found},
    entity::difference::DifferenceKind,
    providers::{PayoutOrder, ProviderError, Transfer},
    transfers::{Flow, Tools, accepted, shortened},
};

/// What the recipient reads without a note.
const NOTE: &str = "Payout";

#[async_trait]
impl Flow for Payouts {
    type Row = Payout;

    const WHAT: &'static str = "payout";

    fn tools(&self) -> &Tools {
        &self.tools
    }

    async fn ask(&self, payout: &Payout) -> Result<Transfer, ProviderError> {
        let provider = self.tools.provider(payout.method)?;
        if let Some(reference) = &payout.provider_reference {
            return Ok(Transfer {
                reference: reference.clone(),
                status: provider.payout_status(reference).await?,
            });
        }
        let order = PayoutOrder {
            idempotency_key: payout.id.uuid(),
            recipient: payout.recipient.clone().unwrap_or_default(),
            amount: payout.money(),
            note: payout.note.clone().unwrap_or_else(|| NOTE.to_owned()),
        };
        provider.pay_out(&order).await
    }

    /// What is refused is not sent: the money goes back to the balance, for another try to another account.
    fn is_final(error: &ProviderError) -> bool {
        matches!(error, ProviderError::Refused(_))
    }

    async fn wait(
        &self,
        payout: &Payout,
        reference: &str,
        until: Timestamp,
    ) -> Result<(), AppError> {
        let waiting = transact!(self.tools.db, EventContext::default(), async |tx| {
            let now = self.tools.clock.now();
            let known = locked(tx, payout).await?;
            if let Some(next) = known.after(Step::Send, now) {
                let next = Payout {
                    provider_reference: Some(reference.to_owned()),
                    next_attempt_at: until,
                    last_error: None,
                    ..next
                };
                return move_on(tx, &known, &next, now).await;
            }
            accepted(tx, payout, reference, until, now).await?;
            Ok::<_, AppError>(())
        });
        waiting.await
    }

    async fn complete(&self, payout: &Payout, reference: &str) -> Result<(), AppError> {
        let completed = transact!(self.tools.db, EventContext::default(), async |tx| {
            let now = self.tools.clock.now();
            let known = locked(tx, payout).await?;
            let Some(next) = known.after(Step::Pay, now) else {
                return Ok(Err(known.state));
            };
            let next = Payout {
                provider_reference: Some(reference.to_owned()),
                last_error: None,
                ..next
            };
            move_on(tx, &known, &next, now).await?;
            differences::end(tx, DifferenceKind::PayoutStuck, known.id.uuid(), now).await?;
            Ok::<_, AppError>(Ok(()))
        });
        match completed.await? {
            Ok(()) => {
                tracing::info!(payout_id = %payout.id, "a payout is paid");
                metrics::counter!("waybill_payouts_total", "outcome" => "paid").increment(1);
            }
            Err(PayoutState::Paid) => {}
            Err(state) => tracing::error!(
                payout_id = %payout.id, %state, reference,
                "the provider paid a payout that has ended otherwise; an administrator must act"
            ),
        }
        Ok(())
    }

    async fn fail(&self, payout: &Payout, why: &str) -> Result<(), AppError> {
        let why = shortened(why);
        let failed = transact!(self.tools.db, EventContext::default(), async |tx| {
            let now = self.tools.clock.now();
            let known = locked(tx, payout).await?;
            let Some(next) = known.after(Step::Fail, now) else {
                return Ok(false);
            };
            let next = Payout {
                last_error: Some(why.clone()),
                ..next
            };
            move_on(tx, &known, &next, now).await?;
            differences::end(tx, DifferenceKind::PayoutStuck, known.id.uuid(), now).await?;
            let found = about(DifferenceKind::PayoutFailed, &known, &why);
            differences::report(tx, found, now).await?;
            Ok::<_, AppError>(true)
        });
        if failed.await? {
            metrics::counter!("waybill_payouts_total", "outcome" => "failed").increment(1);
        }
        Ok(())
    }

    async fn report_stuck(&self, tx: &Tx, payout: &Payout, why: &str) -> Result<(), AppError> {
        let found = about(DifferenceKind::PayoutStuck, payout, why);
        differences::report(tx, found, self.tools.clock.now()).await
    }
}

fn about(kind: DifferenceKind, payout: &Payout, why: &str) -> Found {
    Found {
        amount: Some(payout.money()),
        payout: Some(payout.id),
        ..Found::new(kind, payout.id.uuid(), payout.method, why)
    }
}

async fn locked(tx: &Tx, payout: &Payout) -> Result<Payout, AppError> {
    let known = store::lock(tx, payout.id).await?;
    known.ok_or_else(|| AppError::internal(format!("the row of payout {} is missing", payout.id)))
}

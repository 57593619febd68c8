//! A worker who was paid a part of what they have earned; the rest waits for its approval.

use anyhow::{Context as _, Result};
use waybill_primitives::Money;
use waybill_proto::payment::{
    ApprovePayoutRequest, CreatePayoutsRequest, ListPayeesRequest, ListPayoutsRequest,
    MarkPayoutPaidRequest, Payee, PayoutState,
};

use super::{Demo, Person, until};

impl Demo {
    /// Pays the worker whose order is completed, unless that has happened.
    pub(super) async fn pay_out(&mut self, admin: &Person) -> Result<()> {
        let payouts = &mut self.clients.payout;
        let request = ListPayoutsRequest::default();
        let known = payouts.list_payouts(admin.ask(request)).await?.into_inner();
        // The first one is paid before the second one is created.
        if known.payouts.len() > 1 {
            return Ok(());
        }
        let worker = until("the share of a demo worker", async || {
            let request = ListPayeesRequest::default();
            let payees = payouts.list_payees(admin.ask(request)).await?.into_inner();
            let mut workers = payees.payees.into_iter();
            Ok(workers.find(|payee| payee.worker_id.is_some() && !payee.balances.is_empty()))
        })
        .await?;
        let earned = earned(&worker).context("the worker has earned something")?;
        let request = CreatePayoutsRequest {
            worker_id: worker.worker_id.unwrap_or_default(),
            amount: Some(Money::new(earned.amount / 2, earned.currency)),
            ..Default::default()
        };
        let first = payouts.create_payouts(admin.ask_once("demo-payout-1", request.clone()));
        let first = first.await?.into_inner().results.pop();
        let first = first.and_then(|result| result.payout);
        let first = first.context("the answer has a payout")?;
        if first.state() == PayoutState::Pending {
            let id = first.id;
            let approve = ApprovePayoutRequest {
                id: id.clone(),
                version: None,
            };
            payouts.approve_payout(admin.ask(approve)).await?;
            let paid = MarkPayoutPaidRequest {
                id,
                reference: "Bank transfer 2041".to_owned(),
                version: None,
            };
            payouts.mark_payout_paid(admin.ask(paid)).await?;
        }
        let rest = CreatePayoutsRequest {
            amount: None,
            ..request
        };
        let rest = payouts.create_payouts(admin.ask_once("demo-payout-2", rest));
        rest.await?;
        Ok(())
    }
}

fn earned(worker: &Payee) -> Option<Money> {
    worker.balances.first()?.earned
}

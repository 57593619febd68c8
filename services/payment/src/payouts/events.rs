//! What is published of payouts.

use serde_json::json;
use waybill_proto::payment::{self as proto, PayoutEvent};
use waybill_service_kit::{
    CallContext,
    audit::{self, Act},
};
use waybill_store::Tx;

use super::domain::{Payout, PayoutState};
use crate::payees::Payee;

/// Publishes a payout in its new state.
pub fn changed(tx: &Tx, payout: &Payout) {
    let kind = match payout.state {
        PayoutState::Pending => PayoutEvent::Created,
        PayoutState::Approved => PayoutEvent::Approved,
        PayoutState::Sent => PayoutEvent::Sent,
        PayoutState::Paid => PayoutEvent::Paid,
        PayoutState::Failed => PayoutEvent::Failed,
        PayoutState::Cancelled => PayoutEvent::Cancelled,
    };
    let event = proto::PayoutChanged {
        payout: Some(payout.into()),
        kind: kind.into(),
    };
    tx.emit(payout.id, payout.version, &event);
}

/// The audit record of an administrator's act: `payout.create`, `payout.approve` and so on.
pub fn acted(
    tx: &Tx,
    ctx: &CallContext,
    action: &'static str,
    before: Option<PayoutState>,
    payout: &Payout,
) {
    let act = Act {
        action,
        target_kind: "payout",
        target_id: payout.id.to_string(),
        before: before.map(|state| json!({ "state": state })),
        after: Some(json!({
            "state": payout.state,
            "workerId": payout.worker(),
            "amount": payout.money(),
            "method": payout.method,
            "recipient": payout.recipient,
            "reference": payout.provider_reference,
            "reason": payout.last_error,
        })),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}

/// The audit record of a new account: payouts go there from now on.
pub fn account_set(tx: &Tx, ctx: &CallContext, before: &Payee, after: &Payee) {
    let account = |payee: &Payee| json!({ "method": payee.method, "recipient": payee.recipient });
    let act = Act {
        action: "payout_account.update",
        target_kind: "user",
        target_id: after.id.to_string(),
        before: Some(account(before)),
        after: Some(account(after)),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}

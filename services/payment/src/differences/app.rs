//! Reporting differences, and resolving them.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use waybill_primitives::{Clock, Money, OrderId, PaymentId, PayoutId, Role, Timestamp};
use waybill_proto::payment as proto;
use waybill_service_kit::{
    AppError, CallContext,
    audit::{self, Act},
};
use waybill_store::{
    Db, Tx,
    page::{Page, PageQuery},
    transact,
};

use super::store;
pub use super::store::Filter;
use crate::{
    entity::{
        difference::{DifferenceKind, DifferenceState, Model as Difference},
        payment::Provider,
    },
    payments::domain::Payment,
    transfers::shortened,
};

/// The note of a difference that nobody had to resolve.
const ENDED: &str = "It has ended by itself.";

/// A difference to be reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub kind: DifferenceKind,
    /// The payment, refund, payout or message: reported once per kind.
    pub subject: Uuid,
    pub provider: Provider,
    pub detail: String,
    pub amount: Option<Money>,
    pub order: Option<OrderId>,
    pub payment: Option<PaymentId>,
    pub refund: Option<Uuid>,
    pub payout: Option<PayoutId>,
}

impl Found {
    pub fn new(kind: DifferenceKind, subject: Uuid, provider: Provider, detail: &str) -> Self {
        Self {
            kind,
            subject,
            provider,
            detail: shortened(detail),
            amount: None,
            order: None,
            payment: None,
            refund: None,
            payout: None,
        }
    }

    pub fn of_payment(
        kind: DifferenceKind,
        subject: Uuid,
        payment: &Payment,
        detail: &str,
    ) -> Self {
        Self {
            amount: Some(payment.money()),
            order: Some(payment.order_id),
            payment: Some(payment.id),
            ..Self::new(kind, subject, payment.provider, detail)
        }
    }
}

/// Reports a difference, unless it is known.
pub async fn report(tx: &Tx, found: Found, now: Timestamp) -> Result<(), AppError> {
    if store::is_known(tx.conn(), found.kind, found.subject).await? {
        return Ok(());
    }
    let difference = Difference {
        id: Uuid::now_v7(),
        kind: found.kind,
        subject_id: found.subject,
        provider: found.provider,
        state: DifferenceState::Open,
        detail: found.detail,
        amount: found.amount.map(|money| money.amount),
        currency: found.amount.map(|money| money.currency),
        order_id: found.order,
        payment_id: found.payment,
        refund_id: found.refund,
        payout_id: found.payout,
        note: None,
        resolved_by: None,
        resolved_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let event = proto::DifferenceFound {
        difference: Some((&difference).into()),
    };
    tx.emit(difference.id, difference.version, &event);
    let (id, kind, detail) = (difference.id, difference.kind, difference.detail.clone());
    store::insert(tx, difference).await?;
    metrics::counter!("waybill_payment_differences_total", "kind" => kind.as_str()).increment(1);
    tracing::error!(difference_id = %id, kind = kind.as_str(), detail, "an administrator must look at a difference");
    Ok(())
}

/// A reported difference is over without anybody's decision.
pub async fn end(
    tx: &Tx,
    kind: DifferenceKind,
    subject: Uuid,
    now: Timestamp,
) -> Result<(), AppError> {
    Ok(store::end(tx, kind, subject, ENDED, now).await?)
}

/// Differences for administrators.
pub struct Differences {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
}

impl Differences {
    /// Newest first.
    pub async fn list(
        &self,
        ctx: &CallContext,
        filter: Filter,
        query: &PageQuery,
    ) -> Result<Page<Difference>, AppError> {
        ctx.require(&[Role::Admin])?;
        Ok(store::list(self.db.reader(), filter, query).await?)
    }

    /// Closes a difference that an administrator has dealt with. One that is resolved stays as it is.
    pub async fn resolve(
        &self,
        ctx: &CallContext,
        id: Uuid,
        note: &str,
        version: Option<i64>,
    ) -> Result<Difference, AppError> {
        let admin = ctx.require(&[Role::Admin])?.id;
        let resolved = transact!(self.db, ctx, async |tx| {
            let known = store::lock(tx, id).await?;
            let known = known.ok_or_else(|| AppError::not_found("difference"))?;
            if known.state == DifferenceState::Resolved {
                return Ok(known);
            }
            if version.is_some_and(|version| version != known.version) {
                return Err(AppError::version_conflict(known.version));
            }
            let now = self.clock.now();
            let resolved = Difference {
                state: DifferenceState::Resolved,
                note: (!note.is_empty()).then(|| note.to_owned()),
                resolved_by: Some(admin),
                resolved_at: Some(now),
                version: known.version + 1,
                updated_at: now,
                ..known
            };
            store::save(tx, &resolved).await?;
            audit::publish::<proto::AuditRecorded>(tx, ctx, act(&resolved));
            Ok::<_, AppError>(resolved)
        });
        resolved.await
    }
}

fn act(resolved: &Difference) -> Act {
    Act {
        action: "difference.resolve",
        target_kind: "difference",
        target_id: resolved.id.to_string(),
        before: Some(json!({ "state": DifferenceState::Open })),
        after: Some(json!({
            "state": resolved.state,
            "kind": resolved.kind,
            "detail": resolved.detail,
            "note": resolved.note,
        })),
    }
}

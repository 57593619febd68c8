//! Booking entries, and reading the ledger.

use std::sync::Arc;

use serde_json::json;
use waybill_primitives::{Clock, Money, OrderId, Role, Timestamp, UserId};
use waybill_proto::payment::AuditRecorded;
use waybill_service_kit::{
    AppError, CallContext,
    audit::{self, Act},
};
use waybill_store::{
    Db, Tx,
    page::{Page, PageQuery},
    transact,
};

use super::{
    domain::{
        Account, BookedLine, Entry, EntryError, EntryKind, OrderBooks, Transfer, UnknownAccount,
    },
    store::{self, Filter},
};
use crate::{
    entity::refund::Model as Refund,
    payees,
    payments::{app::Replaced, domain::Payment, store as payments},
};

/// A paid and completed order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedOrder {
    pub id: OrderId,
    pub total: Money,
    pub worker: Option<UserId>,
    /// Empty if the event does not have it.
    pub worker_name: String,
    /// None: now.
    pub completed_at: Option<Timestamp>,
    /// The platform's share in hundredths of a percent, if the event has it.
    pub commission: Option<u32>,
}

pub struct Ledger {
    db: Db,
    clock: Arc<dyn Clock>,
    /// The platform's share of a completed order, in hundredths of a percent, until the shop's settings are known.
    commission_basis_points: u32,
}

/// Books a customer's payment in the transaction that marks it as paid.
pub fn book_payment(tx: &Tx, payment: &Payment, now: Timestamp) -> Result<(), AppError> {
    book(tx, Entry::payment(payment), now)
}

/// Books what the provider keeps of a payment.
pub fn book_fee(tx: &Tx, payment: &Payment, fee: Money, now: Timestamp) -> Result<(), AppError> {
    book(tx, Entry::fee(payment, fee), now)
}

/// Books a refund in the transaction that marks it as done. What worker and platform have got of that money already is taken back.
pub async fn book_refund(
    tx: &Tx,
    payment: &Payment,
    refund: &Refund,
    now: Timestamp,
) -> Result<(), AppError> {
    let books = locked_books(tx, payment.order_id, now).await?;
    if let Some(clawback) = Entry::clawback(payment, refund, &books).map_err(AppError::internal)? {
        book(tx, Ok(clawback), now)?;
    }
    book(tx, Entry::refund(payment, refund), now)
}

/// What was booked for an order. Nobody else shares or refunds its money until the transaction ends.
async fn locked_books(tx: &Tx, order: OrderId, now: Timestamp) -> Result<OrderBooks, AppError> {
    payments::current_orders(tx, [order], now).await?;
    Ok(store::books_of(tx.conn(), order).await?)
}

/// Books an entry with the commit.
pub fn book(tx: &Tx, entry: Result<Entry, EntryError>, now: Timestamp) -> Result<(), AppError> {
    let entry = entry.map_err(AppError::internal)?;
    store::defer(tx, &entry, now);
    count(entry.kind());
    Ok(())
}

fn count(kind: EntryKind) {
    metrics::counter!("waybill_ledger_entries_total", "kind" => kind.as_str()).increment(1);
}

impl Ledger {
    pub fn new(db: Db, clock: Arc<dyn Clock>, commission_basis_points: u32) -> Self {
        Self {
            db,
            clock,
            commission_basis_points,
        }
    }

    /// Shares the money of a completed order between its worker and the platform, once. What was refunded before is not shared; a free
    /// order has nothing to share.
    pub async fn accrue(&self, tx: &Tx, order: &CompletedOrder) -> Result<(), AppError> {
        if order.total.amount <= 0 {
            return Ok(());
        }
        let books = locked_books(tx, order.id, self.clock.now()).await?;
        // More than the total is there while a second payment waits for its refund.
        let shared = Money::new(books.left.min(order.total.amount), order.total.currency);
        if shared.amount <= 0 || !books.shared.is_empty() {
            return Ok(());
        }
        let commission = match order.commission {
            Some(commission) => commission,
            // An older event, or an order that was paid after its completion. The settings arrive through another consumer, so
            // the share is right only if the settings at the completion have been consumed.
            None => {
                let at = order.completed_at.unwrap_or_else(|| self.clock.now());
                let known = store::commission_at(tx.conn(), at).await?;
                known.unwrap_or(self.commission_basis_points)
            }
        };
        let now = self.clock.now();
        if let Some(worker) = order.worker {
            payees::note(tx, worker, &order.worker_name, now);
        }
        let entry = Entry::accrual(order.id, shared, order.worker, commission);
        book(tx, entry, now)
    }

    /// Moves the payments of a closed order, and their bookings, to its replacement. A payment in progress then pays the
    /// replacement; cancelling the replacement refunds what was paid for the closed order.
    pub async fn take_over(&self, tx: &Tx, replaced: &Replaced) -> Result<(), AppError> {
        let now = self.clock.now();
        let closed = replaced.closed;
        payments::note_replacement(tx, closed, replaced.opened, &replaced.number, now).await?;
        // The event that the replacement was itself replaced may have come first.
        let mut current = payments::current_orders(tx, [replaced.opened], now).await?;
        let current = current.remove(&replaced.opened);
        let (opened, number) = current.unwrap_or((replaced.opened, None));
        let number = number.as_ref().unwrap_or(&replaced.number);
        let paid = payments::move_to(tx, closed, opened, number, now).await?;
        let Some(transfer) = Transfer::new(closed, opened, &paid) else {
            return Ok(());
        };
        store::defer_transfer(tx, &transfer, now);
        count(EntryKind::Transfer);
        Ok(())
    }

    /// Stores the commission of the shop's settings from `since` on.
    pub async fn note_commission(
        &self,
        tx: &Tx,
        version: i64,
        basis_points: u32,
        since: Timestamp,
    ) -> Result<(), AppError> {
        Ok(store::insert_commission(tx, version, basis_points, since).await?)
    }

    /// The ledger, for administrators; newest first.
    pub async fn list(
        &self,
        ctx: &CallContext,
        filter: Filter,
        query: &PageQuery,
    ) -> Result<Page<BookedLine>, AppError> {
        ctx.require(&[Role::Admin])?;
        Ok(store::list(self.db.reader(), filter, query).await?)
    }

    /// The balances of all accounts, for administrators: as booked before a time, or now.
    pub async fn balances(
        &self,
        ctx: &CallContext,
        before: Option<Timestamp>,
    ) -> Result<Vec<(String, Money)>, AppError> {
        ctx.require(&[Role::Admin])?;
        Ok(store::balances(self.db.reader(), before).await?)
    }

    /// Records in the audit log that a list about money is exported.
    pub async fn record_export(
        &self,
        ctx: &CallContext,
        list: &str,
        query: &str,
    ) -> Result<(), AppError> {
        ctx.require(&[Role::Admin])?;
        let recorded = transact!(self.db, ctx, async |tx| {
            let act = Act {
                action: "money.export",
                target_kind: "money",
                target_id: list.to_owned(),
                before: None,
                after: Some(json!({ "list": list, "filter": query, "format": "csv" })),
            };
            audit::publish::<AuditRecorded>(tx, ctx, act);
            Ok::<_, AppError>(())
        });
        recorded.await
    }

    /// Parses the filter of the API; an invalid account is refused.
    pub fn parse_account(text: &str) -> Result<Option<Account>, AppError> {
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(account) => Ok(Some(account)),
            Err(UnknownAccount) => Err(AppError::invalid_field(
                "account",
                UnknownAccount.to_string(),
            )),
        }
    }
}

//! Booking, and reading the books.

use std::sync::Arc;

use uuid::Uuid;
use waybill_primitives::{Clock, Money, OrderId, Role, Timestamp, UserId};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{
    Db, Tx,
    page::{self, Limit},
};

use super::{
    domain::{Account, Entry, EntryError},
    store::{self, BookedLine, Filter},
};
use crate::payments::domain::Payment;

/// A paid order whose work is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedOrder {
    pub id: OrderId,
    pub total: Money,
    pub worker: Option<UserId>,
}

/// One page of lines, newest first.
#[derive(Debug)]
pub struct Page {
    pub lines: Vec<BookedLine>,
    pub next_cursor: Option<String>,
    /// Counted only if asked for.
    pub total: Option<u64>,
}

pub struct Ledger {
    db: Db,
    clock: Arc<dyn Clock>,
    /// The platform's part of a completed order, in hundredths of a percent.
    commission_basis_points: u32,
}

/// Books a customer's payment in the transaction that marks it as paid.
pub async fn book_payment(tx: &Tx, payment: &Payment, now: Timestamp) -> Result<(), AppError> {
    book(tx, Entry::payment(payment), now).await
}

/// Books the way back in the transaction that marks the payment as refunded.
pub async fn book_refund(tx: &Tx, payment: &Payment, now: Timestamp) -> Result<(), AppError> {
    book(tx, Entry::refund(payment), now).await
}

async fn book(tx: &Tx, entry: Result<Entry, EntryError>, now: Timestamp) -> Result<(), AppError> {
    let entry = entry.map_err(AppError::internal)?;
    store::insert(tx, &entry, now).await?;
    metrics::counter!("waybill_ledger_entries_total", "kind" => entry.kind().as_str()).increment(1);
    Ok(())
}

impl Ledger {
    pub fn new(db: Db, clock: Arc<dyn Clock>, commission_basis_points: u32) -> Self {
        Self {
            db,
            clock,
            commission_basis_points,
        }
    }

    /// Shares the money of a completed order between its worker and the platform, once. An order that cost nothing has
    /// nothing to share.
    pub async fn accrue(&self, tx: &Tx, order: &CompletedOrder) -> Result<(), AppError> {
        if order.total.amount <= 0 || store::has_accrual(tx.conn(), order.id).await? {
            return Ok(());
        }
        let commission = self.commission_basis_points;
        let entry = Entry::accrual(order.id, order.total, order.worker, commission);
        book(tx, entry, self.clock.now()).await
    }

    /// The books, for administrators.
    pub async fn list(
        &self,
        ctx: &CallContext,
        filter: Filter,
        limit: Limit,
        cursor: &str,
        total: bool,
    ) -> Result<Page, AppError> {
        ctx.require(&[Role::Admin])?;
        let before = page::decode::<Uuid>(cursor)?;
        let reader = self.db.reader();
        let rows = store::list(reader, filter, before, limit.fetch()).await?;
        let (lines, next_cursor) = limit.page(rows, |line| line.id);
        let total = if total {
            Some(store::count(reader, filter).await?)
        } else {
            None
        };
        Ok(Page {
            lines,
            next_cursor,
            total,
        })
    }

    /// A filter from the API's words; an account that cannot be is refused.
    pub fn parse_account(text: &str) -> Result<Option<Account>, AppError> {
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| {
            AppError::invalid_field(
                "account",
                "expected orders, platform, provider:<PROVIDER> or worker:<user id>",
            )
        })
    }
}

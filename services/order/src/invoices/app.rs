//! Use cases of invoices: issuing them after payments and refunds, reading them, and their PDF.
//!
//! One document after the other is issued, in the transaction that takes its number, so a series has no gaps.

use std::sync::Arc;

use waybill_primitives::{InvoiceId, OrderId, PaymentId, Timestamp};
use waybill_service_kit::{AppError, CallContext, Caller};
use waybill_store::{ConsumerInfo, EventContext, StoreError, Tx, pass_over, transact};

use super::{
    domain::{Credited, Draft, Invoice, Paid, source_of_invoice},
    events, paper, pdf, store,
};
use crate::{
    orders::{
        domain::{Order, Viewer},
        store as orders,
    },
    shop::app_context::AppContext,
};

/// Invoices and credit notes.
#[derive(Debug, Clone)]
pub struct Invoices {
    context: Arc<AppContext>,
    /// Orders that were paid before get no invoice.
    since: Timestamp,
}

/// What an order's event says about its money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyMoved {
    Paid,
    Refunded { so_far: Credited, reason: String },
}

/// The orders whose documents the caller may read. Workers see invoices of their own orders only.
fn reader(ctx: &CallContext) -> Result<Viewer, AppError> {
    if let Caller::Service(_) = &ctx.caller {
        return Ok(Viewer::Everything);
    }
    let user = ctx.user()?;
    Ok(if user.is_admin() {
        Viewer::Everything
    } else {
        Viewer::Customer(user.id)
    })
}

impl Invoices {
    /// The first start of a database writes since when there are invoices, and lets the consumer pass over events of orders that were
    /// paid before: customers must not get mails about these now.
    pub async fn open(context: Arc<AppContext>, consumer: &ConsumerInfo) -> Result<Self, AppError> {
        let db = &context.db;
        if let Some(since) = store::since(db.reader()).await? {
            return Ok(Self { context, since });
        }
        let since = context.now();
        let written = transact!(db, EventContext::default(), async |tx| {
            store::begin(tx, since).await?;
            pass_over(tx, consumer).await?;
            Ok::<_, StoreError>(())
        });
        match written.await {
            Ok(()) => Ok(Self { context, since }),
            // Another starting replica has written it.
            Err(error) if error.is_unique() => {
                db.flush().await;
                let found = store::since(db.reader()).await?;
                let since =
                    found.ok_or_else(|| AppError::unavailable("invoicing has not begun"))?;
                Ok(Self { context, since })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The documents of an order and of those that it replaces, oldest first.
    pub async fn list(&self, ctx: &CallContext, id: OrderId) -> Result<Vec<Invoice>, AppError> {
        let reader = self.context.db.reader();
        let order = orders::find(reader, self::reader(ctx)?, id).await?;
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        let mut ids = vec![order.id];
        ids.extend(orders::replaced_by(reader, &order).await?);
        Ok(store::of_orders(reader, &ids).await?)
    }

    pub async fn get(&self, ctx: &CallContext, id: InvoiceId) -> Result<Invoice, AppError> {
        let reader = self.context.db.reader();
        let viewer = self::reader(ctx)?;
        let not_found = || AppError::not_found("invoice");
        let invoice = store::find(reader, id).await?.ok_or_else(not_found)?;
        let order = orders::find(reader, viewer, invoice.order_id).await?;
        order.ok_or_else(not_found)?;
        Ok(invoice)
    }

    /// The number of a document, and its PDF.
    pub async fn render(
        &self,
        ctx: &CallContext,
        id: InvoiceId,
    ) -> Result<(String, Vec<u8>), AppError> {
        let invoice = self.get(ctx, id).await?;
        let paper = paper::paper(&invoice);
        let rendered = tokio::task::spawn_blocking(move || pdf::render(&paper)).await;
        let pdf = rendered.map_err(AppError::internal)?;
        Ok((invoice.label, pdf.map_err(AppError::internal)?))
    }

    /// Issues what follows from an order's event; nothing if it has been issued. `payment` is that of the event, if it names one.
    pub async fn follow(
        &self,
        tx: &Tx,
        id: OrderId,
        payment: Option<PaymentId>,
        moved: &MoneyMoved,
    ) -> Result<(), AppError> {
        let order = orders::find(tx.conn(), Viewer::Everything, id).await?;
        let order = order.ok_or_else(|| AppError::not_found("order"))?;
        store::lock(tx).await?;
        let Some(invoice) = self.invoice_of(tx, &order, payment).await? else {
            return Ok(());
        };
        let MoneyMoved::Refunded { so_far, reason } = moved else {
            return Ok(());
        };
        let credited = store::credited(tx, invoice.id).await?;
        let (shop, now) = (self.context.shop(), self.context.now());
        let draft = Draft::credit_note(&invoice, &credited, so_far, reason, &shop, now);
        if let Some(draft) = draft {
            self.issue(tx, draft, &order).await?;
        }
        Ok(())
    }

    /// The invoice of the order, which is issued if there is none yet: a refund may come before the payment. None for an order without
    /// anything to pay, and for one that was paid before there were invoices.
    async fn invoice_of(
        &self,
        tx: &Tx,
        order: &Order,
        payment: Option<PaymentId>,
    ) -> Result<Option<Invoice>, AppError> {
        let earlier = orders::replaced_by(tx.conn(), order).await?;
        let first = earlier.last().copied().unwrap_or(order.id);
        let found = store::of_source(tx, &source_of_invoice(first)).await?;
        if found.is_some() {
            return Ok(found);
        }
        let Some(payment) = payment.or(order.payment_id).filter(|_| order.total > 0) else {
            return Ok(None);
        };
        let attempt = orders::attempt(tx.conn(), payment).await?;
        let Some((at, provider)) = attempt.and_then(|it| Some((it.closed_at?, it.provider))) else {
            return Ok(None);
        };
        if at < self.since {
            return Ok(None);
        }
        let (shop, now) = (self.context.shop(), self.context.now());
        let draft = Draft::invoice(order, first, &shop, Paid { provider, at }, now);
        Ok(Some(self.issue(tx, draft, order).await?))
    }

    async fn issue(&self, tx: &Tx, draft: Draft, order: &Order) -> Result<Invoice, AppError> {
        let invoice = store::issue(tx, draft).await?;
        events::invoice_issued(tx, &invoice, order);
        metrics::counter!("waybill_invoices_issued_total", "kind" => invoice.kind.as_str())
            .increment(1);
        Ok(invoice)
    }
}

//! Recording what arrives of payments by hand, and sending it back.
//!
//! Each step is one transaction with the payment's row locked: the receipt, its booking, what the payment has received, and if that is
//! all of it, what follows when any provider has the money: the payment has succeeded, PAYMENT booked, the event published. The order
//! decides whether it takes money that comes late; what it cannot take is refunded.

use std::sync::Arc;

use uuid::Uuid;
use waybill_primitives::{Clock, Money, OrderId, PaymentId, Role, Timestamp};
use waybill_proto::{payment as proto, payment::PaymentEvent};
use waybill_service_kit::{
    AppError, CallContext, ErrorCode,
    once::{self, Done},
};
use waybill_store::{
    Db, Tx,
    page::{Page, PageQuery},
    transact,
};

use super::{domain::Receipt, events, store};
use crate::{
    differences::app::{self as differences, Found},
    entity::difference::DifferenceKind,
    ledger::{app as ledger, domain::Entry},
    payments::{
        app::count,
        domain::{Payment, PaymentState, Provider, Step},
        events as payment_events, store as payments,
    },
};

/// Money that an administrator says has arrived.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NewReceipt {
    pub payment_id: PaymentId,
    /// None: all that is missing.
    pub amount: Option<Money>,
    pub reference: String,
    /// None: now.
    pub received_at: Option<Timestamp>,
}

pub struct Receipts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
}

impl Receipts {
    pub async fn record(
        &self,
        ctx: &CallContext,
        new: NewReceipt,
    ) -> Result<Done<proto::Receipt>, AppError> {
        let admin = ctx.require(&[Role::Admin])?.id;
        let request = serde_json::to_vec(&new).map_err(AppError::internal)?;
        let key = once::key(ctx, "record_receipt", &request)?;
        let write = transact!(self.db, ctx, async |tx| {
            let payment = locked_manual(tx, new.payment_id).await?;
            let now = self.clock.now();
            let received_at = new.received_at.unwrap_or(now);
            if received_at > now {
                return Err(AppError::invalid_field("receivedAt", "is in the future"));
            }
            let amount = amount_of(&payment, new.amount)?;
            let next = payment.after_receipt(amount, now);
            let next = next.ok_or_else(|| too_much(&payment))?;
            let receipt = Receipt {
                id: Uuid::now_v7(),
                payment_id: payment.id,
                amount,
                currency: payment.currency,
                reference: new.reference.clone(),
                received_at,
                recorded_by: admin,
                returned_at: None,
                return_reference: None,
                returned_by: None,
                created_at: now,
            };
            store::insert(tx, receipt.clone()).await?;
            ledger::book(tx, Entry::receipt(&payment, &receipt), now)?;
            if next.state.was_paid() {
                ledger::book_payment(tx, &next, now)?;
            }
            write(tx, &payment, &next).await?;
            follow_difference(tx, &next, now).await?;
            events::recorded(tx, ctx, &payment, &next, &receipt);
            let answer = proto::Receipt::from(&receipt);
            once::remember(tx, key.as_ref(), &answer).await?;
            Ok::<_, AppError>(answer)
        });
        once::once(&self.db, key.as_ref(), write).await
    }

    /// All that has arrived so far went back, and the payment is given up. One for which nobody waits, and of which nothing is here, stays
    /// as it is.
    pub async fn give_back(
        &self,
        ctx: &CallContext,
        id: PaymentId,
        reference: &str,
    ) -> Result<Payment, AppError> {
        let admin = ctx.require(&[Role::Admin])?.id;
        let returned = transact!(self.db, ctx, async |tx| {
            let payment = locked_manual(tx, id).await?;
            if payment.state.was_paid() {
                let text = "the payment is complete; refund it instead";
                return Err(AppError::conflict(ErrorCode::Conflict, text));
            }
            let now = self.clock.now();
            let Some(next) = payment.after_return(now) else {
                return Ok(payment);
            };
            let receipts = store::kept(tx.conn(), id).await?;
            for receipt in &receipts {
                ledger::book(tx, Entry::receipt_returned(&payment, receipt), now)?;
                end_difference(tx, receipt, now).await?;
            }
            store::give_back(tx, id, reference, admin, now).await?;
            write(tx, &payment, &next).await?;
            events::returned(tx, ctx, &payment, &next, reference);
            Ok::<_, AppError>(next)
        });
        returned.await
    }

    /// Those of a payment, oldest first.
    pub async fn list(
        &self,
        ctx: &CallContext,
        payment: PaymentId,
        query: &PageQuery,
    ) -> Result<Page<Receipt>, AppError> {
        ctx.require(&[Role::Admin])?;
        let reader = self.db.reader();
        let known = payments::find(reader, payment).await?;
        known.ok_or_else(|| AppError::not_found("payment"))?;
        Ok(store::list(reader, payment, query).await?)
    }

    /// Nobody waits for payments by hand of this order any more: it ended, or was paid by the payment `but`. Part of the transaction that
    /// consumes the event.
    pub async fn close(
        &self,
        tx: &Tx,
        order: OrderId,
        step: Step,
        but: Option<PaymentId>,
    ) -> Result<(), AppError> {
        let now = self.clock.now();
        for payment in payments::locked_manual(tx, [order]).await? {
            let closed = payment.after(step, now);
            if let Some(next) = closed.filter(|next| Some(next.id) != but) {
                write(tx, &payment, &next).await?;
                follow_difference(tx, &next, now).await?;
            }
        }
        Ok(())
    }
}

/// Writes a payment in its next version, and publishes it.
async fn write(tx: &Tx, known: &Payment, next: &Payment) -> Result<(), AppError> {
    payments::save(tx, next).await?;
    let kind = match next.state {
        state if state == known.state => PaymentEvent::Received,
        PaymentState::Expired => PaymentEvent::Expired,
        PaymentState::Cancelled => PaymentEvent::Cancelled,
        _ => PaymentEvent::Succeeded,
    };
    if kind != PaymentEvent::Received {
        count(next);
    }
    payment_events::changed(tx, next, kind);
    Ok(())
}

/// Money for which nobody waits is in the administrators' work queue until the rest arrives or it goes back: as one difference, with
/// all that is here.
async fn follow_difference(tx: &Tx, payment: &Payment, now: Timestamp) -> Result<(), AppError> {
    if payment.state.is_open() {
        return Ok(());
    }
    let receipts = store::kept(tx.conn(), payment.id).await?;
    let Some((newest, earlier)) = receipts.split_last() else {
        return Ok(());
    };
    for receipt in earlier {
        end_difference(tx, receipt, now).await?;
    }
    if payment.state.was_paid() {
        return end_difference(tx, newest, now).await;
    }
    let (received, missing) = (payment.received_money(), payment.missing());
    let text = format!("{received} arrived, {missing} is missing, and nobody waits for it");
    let kind = DifferenceKind::PaymentPartial;
    let found = Found {
        amount: Some(received),
        ..Found::of_payment(kind, newest.id, payment, &text)
    };
    differences::report(tx, found, now).await
}

async fn end_difference(tx: &Tx, receipt: &Receipt, now: Timestamp) -> Result<(), AppError> {
    differences::end(tx, DifferenceKind::PaymentPartial, receipt.id, now).await
}

/// The amount in minor units: what was given, or all that is missing. Whether it is too much is decided with the payment.
fn amount_of(payment: &Payment, given: Option<Money>) -> Result<i64, AppError> {
    let missing = payment.missing();
    match given {
        None => Ok(missing.amount),
        Some(given) if given.currency != missing.currency => {
            let text = format!("must be in {}", missing.currency);
            Err(AppError::invalid_field("amount.currency", text))
        }
        Some(given) if given.amount <= 0 => Err(AppError::invalid_field(
            "amount.amount",
            "must be at least 1",
        )),
        Some(given) => Ok(given.amount),
    }
}

fn too_much(payment: &Payment) -> AppError {
    let missing = payment.missing();
    let text = format!("{missing} of this payment is missing");
    AppError::conflict(ErrorCode::ReceiptTooLarge, text)
        .with_meta("missing", missing.amount.to_string())
        .with_meta("currency", missing.currency.to_string())
}

async fn locked_manual(tx: &Tx, id: PaymentId) -> Result<Payment, AppError> {
    let payment = payments::lock(tx, id).await?;
    let payment = payment.ok_or_else(|| AppError::not_found("payment"))?;
    if payment.provider != Provider::Manual {
        let text = format!(
            "the money of this payment comes by {}; only that of payments by hand is recorded",
            payment.provider
        );
        return Err(AppError::conflict(ErrorCode::Conflict, text));
    }
    Ok(payment)
}

//! Effects of payments and of expiry on orders. The payment service decides about money; this module decides whether an order can
//! accept it.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use waybill_primitives::{Money, OrderId, PaymentId, Timestamp};
use waybill_service_kit::{AppError, CallContext, ErrorKind};
use waybill_store::{EventContext, Retry as _, Tx, transact};

use super::{Orders, quote};
use crate::{
    orders::{
        domain::{Changed, Order, OrderEvent, Outcome, Refund, Viewer},
        store::{self, Attempts},
    },
    shop::settings::domain::ShopSettings,
};

/// Orders read at a time by the expiry.
const BATCH: u64 = 100;
/// Number of consecutive failures because of an unavailable database after which a run stops. A single failure may be specific to the
/// order, such as a lock timeout.
const PATIENCE: u32 = 3;

/// The provider of payments by bank transfer or in cash, as attempts name it.
const BY_HAND: &str = "MANUAL";

/// How long an order waits for a payment that was started.
pub fn payment_window(shop: &ShopSettings, provider: Option<&str>) -> Duration {
    if provider == Some(BY_HAND) {
        shop.manual_payment_window()
    } else {
        shop.payment_window()
    }
}

/// What happened to a payment.
#[derive(Debug)]
pub struct PaymentChange {
    pub context: EventContext,
    pub order: OrderId,
    pub payment: PaymentId,
    pub kind: PaymentChangeKind,
}

#[derive(Debug)]
pub enum PaymentChangeKind {
    /// The order does not expire in the meantime.
    Created {
        provider: Option<String>,
    },
    /// If the order cannot accept it, an event makes payment refund it.
    Succeeded {
        amount: Money,
        provider: Option<String>,
    },
    Failed {
        reason: String,
    },
    /// The customer did not make it.
    Closed,
    Refunded {
        refund: Refund,
        reason: String,
    },
}

/// Locked orders with the attempts to pay them.
struct Paying<'a> {
    tx: &'a Tx,
    now: Timestamp,
    /// By the id that payments know.
    orders: HashMap<OrderId, Order>,
    attempts: Attempts,
}

impl Orders {
    /// Applies a change to its order, for which it waits if others have locked it.
    pub async fn follow_payment(&self, tx: &Tx, change: PaymentChange) -> Result<(), AppError> {
        let order = locked(tx, change.order).await?;
        let orders = HashMap::from([(change.order, order)]);
        self.follow(tx, orders, vec![change]).await
    }

    /// Applies the changes. Locks the orders in the order of their ids, like everybody who locks several, and their stock after all of
    /// them, with the commit. False, and nothing is done, if others hold one of them, or one is unknown or replaced: its replacement would
    /// be locked out of order.
    pub async fn follow_payments(
        &self,
        tx: &Tx,
        changes: Vec<PaymentChange>,
    ) -> Result<bool, AppError> {
        let ids: BTreeSet<_> = changes.iter().map(|change| change.order).collect();
        let count = ids.len();
        let locked = store::lock_free(tx, ids).await?;
        if locked.len() != count {
            return Ok(false);
        }
        let orders = locked.into_iter().map(|order| (order.id, order));
        self.follow(tx, orders.collect(), changes).await?;
        Ok(true)
    }

    async fn follow(
        &self,
        tx: &Tx,
        orders: HashMap<OrderId, Order>,
        changes: Vec<PaymentChange>,
    ) -> Result<(), AppError> {
        let started = changes
            .iter()
            .filter(|change| matches!(change.kind, PaymentChangeKind::Created { .. }))
            .filter_map(|change| Some(orders.get(&change.order)?.id));
        let payments = changes.iter().map(|change| change.payment);
        let attempts = Attempts::of(tx.conn(), payments, started.collect()).await?;
        let mut paying = Paying {
            tx,
            now: self.context.now(),
            orders,
            attempts,
        };
        for change in changes {
            tx.act_for(change.context.clone());
            self.follow_one(&mut paying, change).await?;
        }
        Ok(paying.attempts.write(tx).await?)
    }

    async fn follow_one(
        &self,
        paying: &mut Paying<'_>,
        change: PaymentChange,
    ) -> Result<(), AppError> {
        let PaymentChange {
            order: known_as,
            payment,
            kind,
            ..
        } = change;
        let now = paying.now;
        let order = paying.order(known_as)?;
        let (outcome, note) = match kind {
            PaymentChangeKind::Created { provider } => {
                let opened = paying
                    .attempts
                    .open(order.id, payment, provider.clone(), now);
                let Some(earlier) = opened else {
                    return Ok(());
                };
                let provider = provider.as_deref();
                let window = payment_window(&self.context.shop(), provider);
                let first = provider.filter(|provider| *provider == BY_HAND);
                let first = first.and_then(|it| paying.attempts.first_by(order.id, it));
                let started = match first {
                    Some(first) => order.manual_payment_started(payment, first, window, now),
                    None => order.payment_started(payment, earlier, window, now),
                };
                let outcome = started.map_or(Outcome::Nothing, |changed| {
                    Outcome::Changed(Box::new(changed))
                });
                (outcome, String::new())
            }
            PaymentChangeKind::Succeeded { amount, provider } => {
                let refunded = paying.attempts.close(order.id, payment, provider, now);
                let paid = order.paid(payment, amount, now);
                let accepted = matches!(paid, Outcome::Changed(_));
                self.apply(paying, known_as, paid, "").await?;
                // Another replica has already processed the refund.
                let Some(amount) = refunded.filter(|_| accepted) else {
                    return Ok(());
                };
                let order = paying.order(known_as)?;
                let refund = Refund {
                    so_far: Some(order.money(amount)),
                    ..Refund::default()
                };
                (order.refunded(payment, &refund, now), String::new())
            }
            PaymentChangeKind::Failed { reason } => {
                paying.attempts.close(order.id, payment, None, now);
                (order.payment_failed(payment, now), reason)
            }
            PaymentChangeKind::Closed => {
                paying.attempts.close(order.id, payment, None, now);
                return Ok(());
            }
            PaymentChangeKind::Refunded { refund, reason } => {
                if order.payment_id != Some(payment) {
                    // The order does not have the payment (yet): the event of its success may still arrive.
                    let amount = refund
                        .so_far
                        .filter(|money| money.currency == order.currency);
                    let amount = amount.map_or(order.total, |money| money.amount);
                    paying.attempts.refund(order.id, payment, amount, now);
                }
                (order.refunded(payment, &refund, now), reason)
            }
        };
        self.apply(paying, known_as, outcome, &note).await
    }

    async fn apply(
        &self,
        paying: &mut Paying<'_>,
        known_as: OrderId,
        outcome: Outcome,
        note: &str,
    ) -> Result<(), AppError> {
        let (changed, note) = match &outcome {
            Outcome::Nothing => return Ok(()),
            Outcome::Changed(changed) => (changed, note),
            Outcome::Rejected(changed, reason) => (changed, *reason),
        };
        store::defer_update(paying.tx, &changed.order);
        let before = paying.orders.get(&known_as);
        if before.is_some_and(|before| before.items != changed.order.items) {
            store::defer_refunded_units(paying.tx, &changed.order);
        }
        self.record(paying.tx, changed, None, note).await?;
        paying.orders.insert(known_as, changed.order.clone());
        Ok(())
    }

    /// Expires all unpaid orders and all offers that are due, in batches, each in a transaction of its own: one that fails must not block the others and
    /// their stock. Replicas may run it concurrently: the conditional update decides per order. Returns when the next order is due.
    pub async fn expire_due(&self) -> Result<Option<Timestamp>, AppError> {
        let reader = self.context.db.reader();
        let now = self.context.now();
        let (mut past, mut away_in_a_row) = (None, 0);
        loop {
            let (overdue, next) = store::due(reader, now, past, BATCH).await?;
            let Some(last) = overdue.last() else {
                return Ok(next);
            };
            past = last.expires_at.map(|at| (at, last.id));
            for order in overdue {
                let Some(changed) = order.expired(now) else {
                    // Impossible while only orders that can expire have `expires_at`; `verify` detects it.
                    tracing::error!(order_id = %order.id, "an order is due to expire but cannot");
                    continue;
                };
                match self.expire(&order, &changed, now).await {
                    Ok(OrderEvent::QuoteExpired) => {
                        quote::count(&changed);
                        tracing::info!(order_id = %order.id, "an offer ended");
                    }
                    Ok(OrderEvent::PaymentStarted) => {
                        tracing::info!(order_id = %order.id, "an order still waits for money");
                    }
                    Ok(_) => {
                        metrics::counter!("waybill_orders_expired_total").increment(1);
                        tracing::info!(order_id = %order.id, "an unpaid order expired");
                    }
                    // Paid, cancelled or expired concurrently.
                    Err(error) if error.outrun() => {}
                    Err(error) => {
                        tracing::error!(order_id = %order.id, %error, "an order could not be expired");
                        metrics::counter!("waybill_order_expiry_failures_total").increment(1);
                        if error.kind == ErrorKind::Unavailable {
                            away_in_a_row += 1;
                            if away_in_a_row >= PATIENCE {
                                return Err(error);
                            }
                            continue;
                        }
                    }
                }
                away_in_a_row = 0;
            }
        }
    }

    /// Expires an order, unless a payment by hand has still time. Returns which of them.
    async fn expire(
        &self,
        order: &Order,
        expired: &Changed,
        now: Timestamp,
    ) -> Result<OrderEvent, AppError> {
        let ctx = CallContext::system();
        let done = transact!(self.context.db, &ctx, async |tx| {
            let waits = self.waits_for_money(tx, order, now).await?;
            let changed = waits.as_ref().unwrap_or(expired);
            let note = match changed.event {
                OrderEvent::QuoteExpired => "not accepted in time",
                OrderEvent::PaymentStarted => "",
                _ => "not paid in time",
            };
            self.record_change(tx, changed, None, note).await?;
            Ok::<_, AppError>(changed.event)
        });
        done.await
    }

    /// The later end of an order that is due while a payment by hand is open: it was on hold, or with a worker, and has got a new expiry
    /// since.
    async fn waits_for_money(
        &self,
        tx: &Tx,
        order: &Order,
        now: Timestamp,
    ) -> Result<Option<Changed>, AppError> {
        let attempts = Attempts::of(tx.conn(), [], vec![order.id]).await?;
        let open = attempts.open_by(order.id, BY_HAND);
        let Some((payment, first)) = open.zip(attempts.first_by(order.id, BY_HAND)) else {
            return Ok(None);
        };
        let window = self.context.shop().manual_payment_window();
        Ok(order.manual_payment_started(payment, first, window, now))
    }
}

impl Paying<'_> {
    fn order(&self, known_as: OrderId) -> Result<Order, AppError> {
        let order = self.orders.get(&known_as).cloned();
        order.ok_or_else(|| AppError::not_found("order"))
    }
}

/// The current order of a payment: if it was replaced in the meantime, its replacement, which has its payments.
async fn locked(tx: &Tx, id: OrderId) -> Result<Order, AppError> {
    let mut next = id;
    loop {
        let found = store::find_locked(tx, Viewer::Everything, next).await?;
        let order = found.ok_or_else(|| AppError::not_found("order"))?;
        match order.replaced_by_id {
            Some(replacement) => next = replacement,
            None => return Ok(order),
        }
    }
}

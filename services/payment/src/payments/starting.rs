//! Writing new payments: those that begin at the same time share a transaction.

use std::collections::HashMap;

use async_trait::async_trait;
use waybill_primitives::OrderId;
use waybill_proto::payment::{self as proto, PaymentEvent};
use waybill_service_kit::{CallContext, once};
use waybill_store::{GroupedWrite, IdempotencyKey, StoreError, Tx};

use super::{
    domain::{Payment, PaymentState, Provider},
    events, store,
};

/// A payment that begins, at a provider that has answered already or will be asked.
#[derive(Debug)]
pub struct StartedPayment {
    pub ctx: CallContext,
    /// An administrator began it for the customer.
    pub for_other: bool,
    pub key: Option<IdempotencyKey>,
    pub payment: Payment,
}

/// Writes new payments: for the replacements of their orders, if those were replaced during the calls to the providers. Returns them
/// as written, or the open payment by hand that the order has already: its parts add up only in one.
#[derive(Debug)]
pub struct StartPayments;

#[async_trait]
impl GroupedWrite for StartPayments {
    type Call = StartedPayment;
    type Answer = Payment;

    async fn write(&self, tx: &Tx, calls: &[StartedPayment]) -> Result<Vec<Payment>, StoreError> {
        let Some(now) = calls.iter().map(|started| started.payment.created_at).max() else {
            return Ok(Vec::new());
        };
        let orders = calls.iter().map(|started| started.payment.order_id);
        let current = store::current_orders(tx, orders, now).await?;
        let mut waiting = manual_of(tx, calls, &current).await?;
        let written = calls.iter().map(|started| {
            let mut payment = started.payment.clone();
            if let Some((order, number)) = current.get(&payment.order_id) {
                payment.order_id = *order;
                if let Some(number) = number {
                    payment.order_number.clone_from(number);
                }
            }
            tx.act_for(started.ctx.event_context());
            if payment.provider == Provider::Manual {
                let same = |it: &&Payment| {
                    it.order_id == payment.order_id && it.money() == payment.money()
                };
                if let Some(known) = waiting.iter().find(same) {
                    once::defer(tx, started.key.as_ref(), &proto::Payment::from(known));
                    return known.clone();
                }
                waiting.push(payment.clone());
            }
            once::defer(tx, started.key.as_ref(), &proto::Payment::from(&payment));
            tx.defer([payment.clone()]);
            if payment.state == PaymentState::Pending {
                events::changed(tx, &payment, PaymentEvent::Created);
            }
            if started.for_other {
                events::started_for(tx, &started.ctx, &payment);
            }
            payment
        });
        Ok(written.collect())
    }
}

/// The open payments by hand of the orders for which another one begins.
async fn manual_of(
    tx: &Tx,
    calls: &[StartedPayment],
    current: &HashMap<OrderId, (OrderId, Option<String>)>,
) -> Result<Vec<Payment>, StoreError> {
    let manual = calls
        .iter()
        .filter(|started| started.payment.provider == Provider::Manual);
    let orders = manual.map(|started| {
        let id = started.payment.order_id;
        current.get(&id).map_or(id, |(order, _)| *order)
    });
    let orders: Vec<_> = orders.collect();
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    store::locked_manual(tx, orders).await
}

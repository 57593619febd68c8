//! Attempts to pay an order, which delay its expiry and prevent edits while they are in progress. Writers must hold the lock of the
//! order's row.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, sea_query::Expr,
};
use waybill_primitives::{OrderId, PaymentId, Timestamp};
use waybill_store::{StoreError, Tx, rows::one_of};

use crate::orders::entity::attempt::{Column, Entity, Model};

/// Attempts as read, with what changes in them. Writing them takes few statements, however many there are.
#[derive(Debug, Default)]
pub struct Attempts {
    known: HashMap<PaymentId, Attempt>,
}

#[derive(Debug)]
struct Attempt {
    row: Model,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unchanged,
    New,
    Closed,
    Refunded,
}

impl Attempts {
    /// The attempts of these payments, and all of these orders.
    pub async fn of(
        connection: &impl ConnectionTrait,
        payments: impl IntoIterator<Item = PaymentId>,
        orders: Vec<OrderId>,
    ) -> Result<Self, StoreError> {
        let by_payment = Entity::find().filter(one_of(Column::PaymentId, payments));
        let mut rows = by_payment.all(connection).await?;
        if !orders.is_empty() {
            let by_order = Entity::find().filter(one_of(Column::OrderId, orders));
            rows.extend(by_order.all(connection).await?);
        }
        let unchanged = |row: Model| {
            let state = State::Unchanged;
            (row.payment_id, Attempt { row, state })
        };
        Ok(Self {
            known: rows.into_iter().map(unchanged).collect(),
        })
    }

    /// The start of a payment. None if it is known already, for instance because its end arrived first; otherwise the number of
    /// earlier attempts.
    pub fn open(
        &mut self,
        order: OrderId,
        payment: PaymentId,
        provider: Option<String>,
        now: Timestamp,
    ) -> Option<u64> {
        if self.known.contains_key(&payment) {
            return None;
        }
        let all = self.known.values();
        let earlier = all.filter(|attempt| attempt.row.order_id == order).count();
        self.begin(order, payment, now).row.provider = provider;
        Some(earlier as u64)
    }

    /// When the first payment of an order by this provider was started.
    pub fn first_by(&self, order: OrderId, provider: &str) -> Option<Timestamp> {
        let rows = self.known.values().map(|attempt| &attempt.row);
        rows.filter(|row| row.order_id == order && row.provider.as_deref() == Some(provider))
            .map(|row| row.opened_at)
            .min()
    }

    /// An open payment of an order by this provider.
    pub fn open_by(&self, order: OrderId, provider: &str) -> Option<PaymentId> {
        let rows = self.known.values().map(|attempt| &attempt.row);
        let mut open = rows.filter(|row| {
            row.order_id == order
                && row.closed_at.is_none()
                && row.provider.as_deref() == Some(provider)
        });
        open.next().map(|row| row.payment_id)
    }

    fn begin(&mut self, order: OrderId, payment: PaymentId, now: Timestamp) -> &mut Attempt {
        self.known.entry(payment).or_insert(Attempt {
            row: Model {
                payment_id: payment,
                order_id: order,
                opened_at: now,
                closed_at: None,
                refunded: None,
                provider: None,
            },
            state: State::New,
        })
    }

    /// The end of a payment, even if its start is unknown; with the provider if it succeeded. Returns the amount that was already
    /// refunded.
    pub fn close(
        &mut self,
        order: OrderId,
        payment: PaymentId,
        provider: Option<String>,
        now: Timestamp,
    ) -> Option<i64> {
        let attempt = self.begin(order, payment, now);
        attempt.row.closed_at = Some(now);
        if provider.is_some() {
            attempt.row.provider = provider;
        }
        if attempt.state == State::Unchanged {
            attempt.state = State::Closed;
        }
        attempt.row.refunded
    }

    /// The refunded amount of a payment, even of an unknown one.
    pub fn refund(&mut self, order: OrderId, payment: PaymentId, amount: i64, now: Timestamp) {
        let Attempt { row, state } = self.begin(order, payment, now);
        row.closed_at.get_or_insert(now);
        row.refunded = Some(row.refunded.unwrap_or(0).max(amount));
        if *state != State::New {
            *state = State::Refunded;
        }
    }

    /// Writes what changed, some of it with the commit.
    pub async fn write(self, tx: &Tx) -> Result<(), StoreError> {
        let (mut new, mut closed) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
        for Attempt { row, state } in self.known.into_values() {
            match state {
                State::Unchanged => {}
                State::New => new.push(row),
                State::Closed => closed
                    .entry((row.closed_at, row.provider))
                    .or_default()
                    .push(row.payment_id),
                State::Refunded => {
                    Entity::update_many()
                        .col_expr(Column::ClosedAt, Expr::value(row.closed_at))
                        .col_expr(Column::Refunded, Expr::value(row.refunded))
                        .col_expr(Column::Provider, Expr::value(row.provider))
                        .filter(Column::PaymentId.eq(row.payment_id))
                        .exec(tx.conn())
                        .await?;
                }
            }
        }
        for ((at, provider), payments) in closed {
            Entity::update_many()
                .col_expr(Column::ClosedAt, Expr::value(at))
                .col_expr(Column::Provider, Expr::value(provider))
                .filter(one_of(Column::PaymentId, payments))
                .exec(tx.conn())
                .await?;
        }
        tx.defer(new);
        Ok(())
    }
}

pub async fn attempt(
    connection: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Option<Model>, StoreError> {
    Ok(Entity::find_by_id(payment).one(connection).await?)
}

/// The payments of an order that have not ended.
pub async fn payments_under_way(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<Model>, StoreError> {
    let open = Entity::find()
        .filter(Column::OrderId.eq(order))
        .filter(Column::ClosedAt.is_null());
    Ok(open.all(connection).await?)
}

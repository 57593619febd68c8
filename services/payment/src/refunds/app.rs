//! The refund of a payment, in full or in part, from the request to the ledger. A crash may follow each step; the next run continues
//! there:
//!
//! 1. `request` (one transaction, often that of a consumed event): the amount is reserved at the payment, refund row opened.
//! 2. to 4.: see [`crate::transfers`].
//! 5. `complete` (one transaction): refund closed, the amount counts as refunded, REFUND booked (with a CLAWBACK if the order's money was
//!    shared), `payment.refunded` published. Or `fail`: the amount can be refunded again.

use std::{collections::HashMap, sync::Arc};

use waybill_primitives::{Money, OrderId, PaymentId, Role, UserId};
use waybill_proto::payment as proto;
use waybill_service_kit::{
    AppError, CallContext, ErrorCode,
    once::{self, Done},
};
use waybill_store::{
    Tx,
    page::{Page, PageQuery},
    transact,
};

use super::{
    domain::{Line, Refund, RefundState},
    events,
    lines::{self, Problem, Refused},
    store::{self, Filter},
};
use crate::{
    payments::{
        app::Orders,
        domain::{OrderLine, OrderPayment, Payment, PaymentState},
        store as payments,
    },
    transfers::Tools,
};

/// The result of a request to refund a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    /// It is in progress now.
    Opened,
    /// It was in progress, or done, before.
    Already,
    /// There is no money to refund: the payment is in this state.
    NothingPaid(PaymentState),
    /// No such payment.
    Unknown,
}

/// A refund that an administrator asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NewRefund {
    pub payment_id: PaymentId,
    /// None: what the lines cost, or all that can still be refunded.
    pub amount: Option<Money>,
    pub reason: String,
    /// What of the order it is for; empty for an amount.
    pub lines: Vec<Line>,
}

pub struct Refunds {
    pub tools: Tools,
    pub orders: Arc<dyn Orders>,
}

impl Refunds {
    /// Step 1 for all that can still be refunded of a payment.
    pub async fn request(
        &self,
        tx: &Tx,
        id: PaymentId,
        reason: &str,
    ) -> Result<Requested, AppError> {
        let Some(payment) = payments::lock(tx, id).await? else {
            return Ok(Requested::Unknown);
        };
        if !payment.state.was_paid() {
            return Ok(Requested::NothingPaid(payment.state));
        }
        let amount = payment.refundable();
        if amount == 0 {
            return Ok(Requested::Already);
        }
        self.open(tx, &payment, amount, Vec::new(), reason, None)
            .await?;
        Ok(Requested::Opened)
    }

    /// Step 1 for every paid payment of an order. Open payments stay so: if one succeeds later, the order service rejects it, and that
    /// leads here.
    pub async fn request_all(
        &self,
        tx: &Tx,
        order: OrderId,
        reason: &str,
    ) -> Result<usize, AppError> {
        let mut opened = 0;
        for payment in payments::refundable_of(tx.conn(), order).await? {
            if self.request(tx, payment.id, reason).await? == Requested::Opened {
                opened += 1;
            }
        }
        Ok(opened)
    }

    /// Step 1 by an administrator.
    pub async fn create(
        &self,
        ctx: &CallContext,
        new: NewRefund,
    ) -> Result<Done<proto::Refund>, AppError> {
        ctx.require(&[Role::Admin])?;
        let request = serde_json::to_vec(&new).map_err(AppError::internal)?;
        let key = once::key(ctx, "create_refund", &request)?;
        let order = self.lines_of(ctx, &new).await?;
        let write = transact!(self.tools.db, ctx, async |tx| {
            let payment = payments::lock(tx, new.payment_id).await?;
            let payment = payment.ok_or_else(|| AppError::not_found("payment"))?;
            let amount = if new.lines.is_empty() {
                amount_of(&payment, new.amount)?
            } else {
                let earlier = store::of_payment(tx.conn(), payment.id).await?;
                let cost = lines::cost(&order, &earlier, &new.lines).map_err(refused)?;
                amount_of_lines(&payment, cost, new.amount)?
            };
            let (by, lines) = (ctx.user()?.id, new.lines.clone());
            let refund = self
                .open(tx, &payment, amount, lines, &new.reason, Some(by))
                .await?;
            events::requested(tx, ctx, &payment, &refund);
            let answer = proto::Refund::from(&refund);
            once::remember(tx, key.as_ref(), &answer).await?;
            Ok::<_, AppError>(answer)
        });
        once::once(&self.tools.db, key.as_ref(), write).await
    }

    /// The lines of the order of a payment, for a refund of some of them. Those of a paid order do not change.
    async fn lines_of(
        &self,
        ctx: &CallContext,
        new: &NewRefund,
    ) -> Result<Vec<OrderLine>, AppError> {
        if new.lines.is_empty() {
            return Ok(Vec::new());
        }
        let payment = payments::find(self.tools.db.reader(), new.payment_id).await?;
        let payment = payment.ok_or_else(|| AppError::not_found("payment"))?;
        let order = self.orders.find(ctx, payment.order_id).await?;
        if order.payment == OrderPayment::Due {
            let text = "the order is not paid; refund an amount";
            return Err(AppError::conflict(ErrorCode::Conflict, text));
        }
        Ok(order.lines)
    }

    /// Reserves the amount, which the payment still has, and opens the refund.
    async fn open(
        &self,
        tx: &Tx,
        payment: &Payment,
        amount: i64,
        lines: Vec<Line>,
        reason: &str,
        by: Option<UserId>,
    ) -> Result<Refund, AppError> {
        let now = self.tools.clock.now();
        let next = payment
            .refund_requested(amount, now)
            .ok_or_else(|| too_much(payment))?;
        payments::save(tx, &next).await?;
        let refund = Refund::new(payment, amount, lines, reason, by, now);
        store::insert(tx, refund.clone()).await?;
        // The commit follows at once; if the job runs before it, its timer runs it again.
        self.tools.wake.notify_one();
        Ok(refund)
    }

    /// Refunds of a payment, for its customer and administrators, or of all payments, for administrators; newest first. `must_exist`: the
    /// payment is not a filter, but what the list belongs to.
    pub async fn list(
        &self,
        ctx: &CallContext,
        filter: Filter,
        must_exist: bool,
        query: &PageQuery,
    ) -> Result<Page<Refund>, AppError> {
        let reader = self.tools.db.reader();
        match filter.payment.filter(|_| must_exist) {
            None => {
                ctx.require(&[Role::Admin])?;
            }
            Some(id) => {
                let user = ctx.user()?;
                let payment = payments::find(reader, id).await?;
                payment
                    .filter(|payment| payment.customer_id == user.id || user.is_admin())
                    .ok_or_else(|| AppError::not_found("payment"))?;
            }
        }
        Ok(store::list(reader, filter, query).await?)
    }

    /// Refunds of several payments as messages, with the orders that they belong to.
    pub async fn with_orders(&self, refunds: &[Refund]) -> Result<Vec<proto::Refund>, AppError> {
        let ids = refunds.iter().map(|refund| refund.payment_id);
        let payments = payments::find_all(self.tools.db.reader(), ids).await?;
        let payments: HashMap<PaymentId, &Payment> = payments
            .iter()
            .map(|payment| (payment.id, payment))
            .collect();
        let listed = refunds.iter().map(|refund| {
            let payment = payments.get(&refund.payment_id);
            proto::Refund {
                order_id: payment.map(|payment| payment.order_id.to_string()),
                order_number: payment.map(|payment| payment.order_number.clone()),
                ..refund.into()
            }
        });
        Ok(listed.collect())
    }
}

/// The amount to refund in minor units: what was asked for, or all that is left.
fn amount_of(payment: &Payment, asked: Option<Money>) -> Result<i64, AppError> {
    let left = payment.refundable();
    if left == 0 {
        return Err(too_much(payment));
    }
    let Some(asked) = asked else {
        return Ok(left);
    };
    if asked.currency != payment.currency {
        let text = format!("must be in {}", payment.currency);
        return Err(AppError::invalid_field("amount.currency", text));
    }
    if asked.amount <= 0 {
        return Err(AppError::invalid_field(
            "amount.amount",
            "must be at least 1",
        ));
    }
    if asked.amount > left {
        return Err(too_much(payment));
    }
    Ok(asked.amount)
}

/// As [`amount_of`], for lines that cost so much: less may be given back than they cost, but not more.
fn amount_of_lines(payment: &Payment, cost: i64, asked: Option<Money>) -> Result<i64, AppError> {
    if cost == 0 {
        let text = "cost nothing; there is no money to refund";
        return Err(AppError::invalid_field("lines", text));
    }
    let cost = Money::new(cost, payment.currency);
    if asked.is_some_and(|asked| asked.currency == cost.currency && asked.amount > cost.amount) {
        let text = format!("is more than the {cost} that the lines cost");
        return Err(AppError::invalid_field("amount.amount", text));
    }
    amount_of(payment, asked.or(Some(cost)))
}

fn refused(Refused { index, problem }: Refused) -> AppError {
    let field = match problem {
        Problem::NoLine | Problem::Twice => "position",
        Problem::TooMany(_) => "quantity",
        Problem::NoStock => "restock",
    };
    let field = format!("lines[{index}].{field}");
    match problem {
        Problem::TooMany(_) => {
            let text = "fewer units can still be refunded";
            AppError::conflict(ErrorCode::RefundTooLarge, text)
                .with_field(field, problem.to_string())
        }
        _ => AppError::invalid_field(field, problem.to_string()),
    }
}

fn too_much(payment: &Payment) -> AppError {
    let left = Money::new(payment.refundable(), payment.currency);
    AppError::conflict(
        ErrorCode::RefundTooLarge,
        format!("{left} of this payment can still be refunded"),
    )
    .with_meta("refundable", left.amount.to_string())
    .with_meta("currency", left.currency.to_string())
}

impl From<&Refund> for proto::Refund {
    fn from(refund: &Refund) -> Self {
        // Version 0.1 closes refunds without their state.
        let state = match refund.state {
            RefundState::Pending if refund.completed => RefundState::Succeeded,
            state => state,
        };
        Self {
            id: refund.id.to_string(),
            payment_id: refund.payment_id.to_string(),
            amount: Some(refund.money()),
            reason: refund.reason.clone(),
            state: state.into(),
            attempts: refund.attempts.into(),
            last_error: refund.last_error.clone(),
            created_at: Some(refund.created_at),
            updated_at: Some(refund.updated_at),
            by_hand: refund.by_hand,
            reference: refund.provider_reference.clone(),
            order_id: None,
            order_number: None,
            lines: refund.lines().iter().map(Into::into).collect(),
        }
    }
}

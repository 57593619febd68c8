//! A payment and the table of its states. Pure: no I/O, no async.

use waybill_primitives::{Money, OrderId, Timestamp, UserId};

pub use crate::entity::payment::{Model as Payment, PaymentState, Provider};

/// What can happen to a payment. What is refunded of it is not a step: see [`Payment::refunding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The provider knows of it: the customer can pay.
    Begin,
    /// The customer has agreed.
    Authorize,
    /// The provider has the customer's money.
    Capture,
    /// The provider refused permanently.
    Fail,
    /// The customer, or we, gave it up.
    Cancel,
    /// The customer did not pay in time.
    Expire,
}

use PaymentState::{
    Authorized, Cancelled, Created, Expired, Failed, Pending, Refunded, Refunding, Succeeded,
};

/// The transition table. Every other transition is refused.
///
/// Money that arrives late counts: what a provider has is never ignored. The order decides whether it keeps it.
pub const TRANSITIONS: &[(PaymentState, Step, PaymentState)] = &[
    (Created, Step::Begin, Pending),
    (Created, Step::Fail, Failed),
    (Created, Step::Expire, Expired),
    (Pending, Step::Authorize, Authorized),
    (Pending, Step::Capture, Succeeded),
    (Pending, Step::Fail, Failed),
    (Pending, Step::Cancel, Cancelled),
    (Pending, Step::Expire, Expired),
    (Authorized, Step::Capture, Succeeded),
    (Authorized, Step::Fail, Failed),
    (Authorized, Step::Cancel, Cancelled),
    (Authorized, Step::Expire, Expired),
    (Failed, Step::Capture, Succeeded),
    (Cancelled, Step::Capture, Succeeded),
    (Expired, Step::Capture, Succeeded),
];

/// What a step means for a payment in a given state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Move on to this state.
    Move(PaymentState),
    /// The step was taken before: the payment is in its target state, or further. There is nothing to do.
    Done,
    /// The step contradicts an earlier one.
    Refused,
}

impl Step {
    pub const ALL: [Self; 6] = [
        Self::Begin,
        Self::Authorize,
        Self::Capture,
        Self::Fail,
        Self::Cancel,
        Self::Expire,
    ];

    /// The state that the step leads to.
    pub fn target(self) -> PaymentState {
        match self {
            Self::Begin => Pending,
            Self::Authorize => Authorized,
            Self::Capture => Succeeded,
            Self::Fail => Failed,
            Self::Cancel => Cancelled,
            Self::Expire => Expired,
        }
    }
}

impl Payment {
    /// After a step that is published; none if the table has none from its state.
    pub fn after(&self, step: Step, now: Timestamp) -> Option<Self> {
        match self.state.after(step) {
            Verdict::Move(state) => Some(Self {
                state,
                version: self.version + 1,
                updated_at: now,
                ..self.clone()
            }),
            Verdict::Done | Verdict::Refused => None,
        }
    }

    /// What can still be refunded, in minor units: neither refunded nor on its way back.
    pub fn refundable(&self) -> i64 {
        if self.state == Succeeded {
            self.amount - self.refunded - self.refunding
        } else {
            0
        }
    }

    /// After the request of a refund of `amount` minor units; none if less can be refunded. Not published.
    pub fn refund_requested(&self, amount: i64, now: Timestamp) -> Option<Self> {
        (amount > 0 && amount <= self.refundable()).then(|| {
            let refunding = self.refunding + amount;
            Self {
                refunding,
                updated_at: now,
                ..self.clone()
            }
            .in_refund_state()
        })
    }

    /// After a requested refund arrived.
    #[must_use]
    pub fn refund_succeeded(&self, amount: i64, now: Timestamp) -> Self {
        Self {
            refunded: self.refunded + amount,
            refunding: self.refunding - amount,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
        .in_refund_state()
    }

    /// After a requested refund was refused for good. Not published.
    #[must_use]
    pub fn refund_failed(&self, amount: i64, now: Timestamp) -> Self {
        Self {
            refunding: self.refunding - amount,
            updated_at: now,
            ..self.clone()
        }
        .in_refund_state()
    }

    fn in_refund_state(mut self) -> Self {
        self.state = if self.refunded + self.refunding < self.amount {
            Succeeded
        } else if self.refunding > 0 {
            Refunding
        } else {
            Refunded
        };
        self
    }
}

impl PaymentState {
    pub fn after(self, step: Step) -> Verdict {
        let row = TRANSITIONS
            .iter()
            .find(|(from, taken, _)| *from == self && *taken == step);
        match row {
            Some((_, _, to)) => Verdict::Move(*to),
            None if self.is_past(step) => Verdict::Done,
            None => Verdict::Refused,
        }
    }

    /// Whether a payment in this state took the step, or a later one instead of it.
    fn is_past(self, step: Step) -> bool {
        match step {
            Step::Begin => self != Created,
            Step::Authorize => self == Authorized || self.was_paid(),
            Step::Capture => self.was_paid(),
            Step::Fail | Step::Cancel | Step::Expire => self == step.target(),
        }
    }

    /// The provider holds, or held, the customer's money: the ledger has a PAYMENT entry.
    pub fn was_paid(self) -> bool {
        matches!(self, Succeeded | Refunding | Refunded)
    }

    /// The customer can still pay, or it is not known whether they did.
    pub fn is_open(self) -> bool {
        matches!(self, Created | Pending | Authorized)
    }
}

/// What the order service says about an order that somebody wants to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSummary {
    pub id: OrderId,
    pub number: String,
    pub customer_id: UserId,
    pub total: Money,
    pub payment: OrderPayment,
    pub cancelled: bool,
    /// It has no price yet: its customer has not accepted a quote.
    pub unpriced: bool,
    /// Until when an unpaid order stays open.
    pub expires_at: Option<Timestamp>,
    /// Its items, by their places.
    pub lines: Vec<OrderLine>,
}

/// An item of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    pub quantity: i64,
    /// What they cost, in minor units of the order's currency.
    pub total: i64,
    /// The units can go back to the stock.
    pub has_stock: bool,
}

/// The payment status of an order, as far as it matters for a new payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderPayment {
    /// Nothing was paid yet, or an attempt failed.
    Due,
    /// Paid or authorised.
    Paid,
    /// Paid and refunded, partly or fully.
    Refunded,
}

/// Why an order cannot be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPayable {
    #[error("the order is cancelled; place a new one")]
    Cancelled,
    #[error("the order has expired; place a new one")]
    Expired,
    #[error("the order is paid already")]
    Paid,
    #[error("the order's payment was given back; place a new order")]
    Refunded,
    #[error("nothing is due for this order: its total is zero")]
    NothingDue,
    #[error("the order has no price yet; it can be paid once a quote is accepted")]
    Unpriced,
}

impl OrderSummary {
    /// Whether a payment may begin at `now`.
    pub fn check_payable(&self, now: Timestamp) -> Result<(), NotPayable> {
        match self.payment {
            OrderPayment::Paid => return Err(NotPayable::Paid),
            OrderPayment::Refunded => return Err(NotPayable::Refunded),
            OrderPayment::Due => {}
        }
        if self.cancelled {
            return Err(NotPayable::Cancelled);
        }
        if self.unpriced {
            return Err(NotPayable::Unpriced);
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            return Err(NotPayable::Expired);
        }
        if self.total.amount <= 0 {
            return Err(NotPayable::NothingDue);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::VecDeque, time::Duration};

    use proptest::prelude::*;
    use waybill_primitives::Currency;

    use super::*;
    use crate::payments::testing::payment;

    #[test]
    fn rows_lead_to_the_target_of_their_step() {
        for (from, step, to) in TRANSITIONS {
            assert_eq!(step.target(), *to, "{from} {step:?}");
            assert_ne!(from, to);
        }
    }

    #[test]
    fn every_state_and_step_has_the_expected_verdict() {
        use Verdict::*;
        let expected = |state, step| match (state, step) {
            (Created, Step::Begin) => Move(Pending),
            (Pending, Step::Authorize) => Move(Authorized),
            (Pending | Authorized | Failed | Cancelled | Expired, Step::Capture) => Move(Succeeded),
            (Created | Pending | Authorized, Step::Fail) => Move(Failed),
            (Pending | Authorized, Step::Cancel) => Move(Cancelled),
            (Created | Pending | Authorized, Step::Expire) => Move(Expired),
            (Succeeded | Refunding | Refunded, Step::Capture | Step::Authorize)
            | (Authorized, Step::Authorize)
            | (Failed, Step::Fail)
            | (Cancelled, Step::Cancel)
            | (Expired, Step::Expire) => Done,
            (state, Step::Begin) if state != Created => Done,
            _ => Refused,
        };
        for state in PaymentState::ALL {
            for step in Step::ALL {
                assert_eq!(state.after(step), expected(state, step), "{state} {step:?}");
            }
        }
    }

    fn order() -> OrderSummary {
        OrderSummary {
            id: OrderId::new(),
            number: "W261121-7K3M9QX".to_owned(),
            customer_id: UserId::new(),
            total: Money::new(1999, Currency::USD),
            payment: OrderPayment::Due,
            cancelled: false,
            unpriced: false,
            expires_at: Some(Timestamp::from_secs(100)),
            lines: Vec::new(),
        }
    }

    #[test]
    fn an_order_is_payable_only_while_money_is_due() {
        let now = Timestamp::from_secs(99);
        assert_eq!(order().check_payable(now), Ok(()));
        let later = now.plus(Duration::from_secs(1));
        assert_eq!(order().check_payable(later), Err(NotPayable::Expired));
        let cases = [
            (
                OrderSummary {
                    cancelled: true,
                    ..order()
                },
                NotPayable::Cancelled,
            ),
            (
                OrderSummary {
                    unpriced: true,
                    ..order()
                },
                NotPayable::Unpriced,
            ),
            (
                OrderSummary {
                    payment: OrderPayment::Paid,
                    ..order()
                },
                NotPayable::Paid,
            ),
            (
                OrderSummary {
                    payment: OrderPayment::Refunded,
                    ..order()
                },
                NotPayable::Refunded,
            ),
            (
                OrderSummary {
                    total: Money::zero(Currency::USD),
                    ..order()
                },
                NotPayable::NothingDue,
            ),
        ];
        for (order, why) in cases {
            assert_eq!(order.check_payable(now), Err(why));
        }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop::sample::select(Step::ALL.to_vec())
    }

    /// What happens to refunds: a request of an amount, or the end of the oldest open one.
    #[derive(Debug, Clone)]
    enum RefundAct {
        Request(i64),
        Succeed,
        Fail,
    }

    fn any_refund_act() -> impl Strategy<Value = RefundAct> {
        prop_oneof![
            (-5_i64..140).prop_map(RefundAct::Request),
            Just(RefundAct::Succeed),
            Just(RefundAct::Fail),
        ]
    }

    proptest! {
        /// Whatever arrives in whatever order and however often, money is taken at most once, and repeating a step never changes
        /// anything.
        #[test]
        fn steps_taken_twice_change_nothing(steps in prop::collection::vec(any_step(), 0..24)) {
            let mut state = Created;
            let mut captured = 0;
            for step in steps {
                if let Verdict::Move(next) = state.after(step) {
                    captured += i32::from(step == Step::Capture);
                    state = next;
                    prop_assert_eq!(state.after(step), Verdict::Done);
                }
            }
            prop_assert!(captured <= 1);
            prop_assert_eq!(state.was_paid(), captured == 1);
        }

        /// Refunds never add up to more than was paid, and the state says whether anything is left.
        #[test]
        fn refunds_never_exceed_the_payment(acts in prop::collection::vec(any_refund_act(), 0..40)) {
            let now = Timestamp::from_secs(1);
            let mut payment = Payment {
                state: Succeeded,
                ..payment(Money::new(100, Currency::USD))
            };
            let (mut open, mut returned) = (VecDeque::new(), 0);
            for act in acts {
                match act {
                    RefundAct::Request(amount) => {
                        if let Some(next) = payment.refund_requested(amount, now) {
                            open.push_back(amount);
                            payment = next;
                        }
                    }
                    RefundAct::Succeed => {
                        if let Some(amount) = open.pop_front() {
                            returned += amount;
                            payment = payment.refund_succeeded(amount, now);
                        }
                    }
                    RefundAct::Fail => {
                        if let Some(amount) = open.pop_front() {
                            payment = payment.refund_failed(amount, now);
                        }
                    }
                }
                let waiting: i64 = open.iter().sum();
                prop_assert_eq!((payment.refunded, payment.refunding), (returned, waiting));
                prop_assert!(returned + waiting <= payment.amount);
                let expected = match (payment.amount - returned - waiting, waiting) {
                    (0, 0) => Refunded,
                    (0, _) => Refunding,
                    _ => Succeeded,
                };
                prop_assert_eq!(payment.state, expected);
                let left = payment.amount - returned - waiting;
                prop_assert_eq!(payment.refundable(), left);
            }
        }
    }
}

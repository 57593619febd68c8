//! A payment and the table of its states. Pure: no I/O, no async.

use waybill_primitives::{Money, OrderId, Timestamp, UserId};

pub use crate::entity::payment::{Model as Payment, PaymentState, Provider};

/// What can happen to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The provider has the customer's money.
    Capture,
    /// The provider refused permanently.
    Fail,
    /// The order cannot keep the money, or somebody requests the refund.
    RequestRefund,
    /// The provider has sent the money back.
    ConfirmRefund,
}

/// The transition table. Every other transition is refused.
pub const TRANSITIONS: &[(PaymentState, Step, PaymentState)] = &[
    (
        PaymentState::Pending,
        Step::Capture,
        PaymentState::Succeeded,
    ),
    (PaymentState::Pending, Step::Fail, PaymentState::Failed),
    (
        PaymentState::Succeeded,
        Step::RequestRefund,
        PaymentState::Refunding,
    ),
    (
        PaymentState::Refunding,
        Step::ConfirmRefund,
        PaymentState::Refunded,
    ),
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
    pub const ALL: [Self; 4] = [
        Self::Capture,
        Self::Fail,
        Self::RequestRefund,
        Self::ConfirmRefund,
    ];

    /// The transition of the step: the required state and the new state.
    pub fn transition(self) -> (PaymentState, PaymentState) {
        match self {
            Self::Capture => (PaymentState::Pending, PaymentState::Succeeded),
            Self::Fail => (PaymentState::Pending, PaymentState::Failed),
            Self::RequestRefund => (PaymentState::Succeeded, PaymentState::Refunding),
            Self::ConfirmRefund => (PaymentState::Refunding, PaymentState::Refunded),
        }
    }
}

impl Payment {
    /// After a step that is published; none if it is not in the step's initial state.
    pub fn after(&self, step: Step, now: Timestamp) -> Option<Self> {
        let (from, to) = step.transition();
        (self.state == from).then(|| Self {
            state: to,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }
}

impl PaymentState {
    pub fn after(self, step: Step) -> Verdict {
        let (from, to) = step.transition();
        if self == from {
            Verdict::Move(to)
        } else if to.leads_to(self) {
            Verdict::Done
        } else {
            Verdict::Refused
        }
    }

    /// Whether `later` is this state or can be reached from it.
    pub fn leads_to(self, later: Self) -> bool {
        self == later
            || TRANSITIONS
                .iter()
                .any(|(from, _, to)| *from == self && to.leads_to(later))
    }

    /// The provider holds, or held, the customer's money: the ledger has a PAYMENT entry.
    pub fn was_paid(self) -> bool {
        PaymentState::Succeeded.leads_to(self)
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
    use std::time::Duration;

    use proptest::prelude::*;
    use waybill_primitives::Currency;

    use super::*;

    #[test]
    fn each_step_is_one_row_of_the_table() {
        assert_eq!(TRANSITIONS.len(), Step::ALL.len());
        for step in Step::ALL {
            let (from, to) = step.transition();
            assert!(TRANSITIONS.contains(&(from, step, to)), "{step:?}");
        }
    }

    #[test]
    fn every_state_and_step_has_the_expected_verdict() {
        use PaymentState::*;
        use Verdict::*;
        let expected = |state, step| match (state, step) {
            (Pending, Step::Capture) => Move(Succeeded),
            (Pending, Step::Fail) => Move(Failed),
            (Succeeded, Step::RequestRefund) => Move(Refunding),
            (Refunding, Step::ConfirmRefund) => Move(Refunded),
            (Succeeded | Refunding | Refunded, Step::Capture)
            | (Failed, Step::Fail)
            | (Refunding | Refunded, Step::RequestRefund)
            | (Refunded, Step::ConfirmRefund) => Done,
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

    proptest! {
        /// Whatever events arrive in whatever order and however often, money is taken at most once and refunded at most once, and
        /// repeating a step never changes anything.
        #[test]
        fn steps_taken_twice_change_nothing(steps in prop::collection::vec(any_step(), 0..24)) {
            let mut state = PaymentState::Pending;
            let (mut captured, mut refunded) = (0, 0);
            for step in steps {
                if let Verdict::Move(next) = state.after(step) {
                    captured += i32::from(step == Step::Capture);
                    refunded += i32::from(step == Step::ConfirmRefund);
                    state = next;
                    prop_assert_eq!(state.after(step), Verdict::Done);
                }
            }
            prop_assert!(captured <= 1 && refunded <= captured);
            prop_assert_eq!(state.was_paid(), captured == 1);
        }
    }
}

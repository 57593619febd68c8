//! The arithmetic of payments that arrive in parts. Pure.

use waybill_primitives::{Money, Timestamp};

pub use crate::entity::receipt::Model as Receipt;
use crate::payments::domain::{Payment, Step};

impl Payment {
    /// What has still to arrive by hand; nothing once it was paid.
    pub fn missing(&self) -> Money {
        let missing = if self.state.was_paid() {
            0
        } else {
            self.amount - self.received
        };
        Money::new(missing, self.currency)
    }

    /// After `amount` minor units arrived: paid if nothing is missing any more, also if nobody has waited for it. None if less is
    /// missing.
    pub fn after_receipt(&self, amount: i64, now: Timestamp) -> Option<Self> {
        if amount <= 0 || amount > self.missing().amount {
            return None;
        }
        let next = Self {
            received: self.received + amount,
            ..self.clone()
        };
        if next.received == next.amount {
            return next.after(Step::Capture, now);
        }
        Some(next.changed(now))
    }

    /// After all that arrived so far went back: nobody waits for it any more. None if there is nothing left to do, or it was paid.
    pub fn after_return(&self, now: Timestamp) -> Option<Self> {
        if self.state.was_paid() {
            return None;
        }
        let next = Self {
            received: 0,
            ..self.clone()
        };
        let given_up = next.after(Step::Cancel, now);
        given_up.or_else(|| (self.received > 0).then(|| next.changed(now)))
    }

    /// With the next version, which is published, in the same state.
    fn changed(self, now: Timestamp) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use waybill_primitives::Currency;

    use super::*;
    use crate::payments::{domain::PaymentState, testing::payment};

    #[derive(Debug, Clone)]
    enum Act {
        Receive(i64),
        Return,
        Close(Step),
    }

    fn any_act() -> impl Strategy<Value = Act> {
        prop_oneof![
            4 => (-5_i64..70).prop_map(Act::Receive),
            1 => Just(Act::Return),
            1 => prop_oneof![Just(Step::Cancel), Just(Step::Expire)].prop_map(Act::Close),
        ]
    }

    proptest! {
        /// Whatever arrives and goes back: never more than is missing is taken, the payment is paid exactly when nothing is missing, and
        /// each change has the next version.
        #[test]
        fn parts_add_up_to_the_payment(acts in prop::collection::vec(any_act(), 0..40)) {
            let now = Timestamp::from_secs(1);
            let mut payment = payment(Money::new(100, Currency::USD));
            let mut here = 0;
            for act in acts {
                let next = match act {
                    Act::Receive(amount) => {
                        let next = payment.after_receipt(amount, now);
                        let fits = amount > 0 && !payment.state.was_paid() && here + amount <= 100;
                        prop_assert_eq!(next.is_some(), fits);
                        if fits {
                            here += amount;
                        }
                        next
                    }
                    Act::Return => {
                        let next = payment.after_return(now);
                        if let Some(next) = &next {
                            here = 0;
                            prop_assert!(!next.state.is_open());
                        }
                        next
                    }
                    Act::Close(step) => payment.after(step, now),
                };
                if let Some(next) = next {
                    prop_assert_eq!(next.version, payment.version + 1);
                    payment = next;
                }
                prop_assert_eq!(payment.received, here);
                prop_assert_eq!(payment.state == PaymentState::Succeeded, here == 100);
                let missing = if here == 100 { 0 } else { 100 - here };
                prop_assert_eq!(payment.missing().amount, missing);
            }
        }
    }
}

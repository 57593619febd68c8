//! A payout and the table of its states. Pure: no I/O, no async.

use waybill_primitives::Timestamp;

use crate::entity::payment::Provider;
pub use crate::entity::payout::{Model as Payout, PayoutState};

/// What can happen to a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An administrator releases it.
    Approve,
    /// The provider has accepted it.
    Send,
    /// The money has left.
    Pay,
    /// The money has not left, or came back.
    Fail,
    /// An administrator stops it.
    Cancel,
}

use PayoutState::{Approved, Cancelled, Failed, Paid, Pending, Sent};

/// The transition table. Every other transition is refused.
pub const TRANSITIONS: &[(PayoutState, Step, PayoutState)] = &[
    (Pending, Step::Approve, Approved),
    (Pending, Step::Cancel, Cancelled),
    (Approved, Step::Send, Sent),
    (Approved, Step::Pay, Paid),
    (Approved, Step::Fail, Failed),
    (Approved, Step::Cancel, Cancelled),
    (Sent, Step::Pay, Paid),
    (Sent, Step::Fail, Failed),
    // A recipient did not accept it, or a transfer was taken back.
    (Paid, Step::Fail, Failed),
];

/// States in which the money has left the balance and has not arrived.
pub const IN_FLIGHT: [PayoutState; 3] = [Pending, Approved, Sent];

impl Step {
    /// The state that the step leads to.
    pub fn target(self) -> PayoutState {
        match self {
            Self::Approve => Approved,
            Self::Send => Sent,
            Self::Pay => Paid,
            Self::Fail => Failed,
            Self::Cancel => Cancelled,
        }
    }
}

impl PayoutState {
    /// The states that may follow.
    pub fn next(self) -> impl Iterator<Item = Self> {
        let rows = TRANSITIONS.iter().filter(move |(from, ..)| *from == self);
        rows.map(|(.., to)| *to)
    }
}

impl Payout {
    /// After a step, which is published; none if the table has none from its state.
    pub fn after(&self, step: Step, now: Timestamp) -> Option<Self> {
        let to = step.target();
        self.state.next().any(|next| next == to).then(|| Self {
            state: to,
            version: self.version + 1,
            paid_at: (to == Paid).then_some(now).or(self.paid_at),
            updated_at: now,
            ..self.clone()
        })
    }

    /// Whether it is certain that no provider was asked for it.
    pub fn may_cancel(&self) -> bool {
        match self.state {
            Pending => true,
            Approved => self.method == Provider::Manual || self.attempts == 0,
            Sent | Paid | Failed | Cancelled => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use waybill_primitives::{Currency, PayoutId, UserId};

    use super::*;

    fn payout() -> Payout {
        let now = Timestamp::from_secs(1);
        Payout {
            id: PayoutId::new(),
            payee_id: UserId::new(),
            name: "Ada Lovelace".to_owned(),
            amount: 100,
            currency: Currency::USD,
            state: Pending,
            method: Provider::Stripe,
            recipient: None,
            note: None,
            provider_reference: None,
            attempts: 0,
            next_attempt_at: now,
            last_error: None,
            created_by: UserId::new(),
            version: 1,
            paid_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn rows_lead_to_the_target_of_their_step() {
        for (from, step, to) in TRANSITIONS {
            assert_eq!(step.target(), *to, "{from} {step:?}");
            assert_ne!(from, to);
        }
    }

    #[test]
    fn what_a_provider_may_have_sent_is_not_cancelled() {
        let approved = Payout {
            state: Approved,
            ..payout()
        };
        assert!(payout().may_cancel() && approved.may_cancel());
        let asked = Payout {
            attempts: 1,
            ..approved
        };
        assert!(!asked.may_cancel());
        let by_hand = Payout {
            method: Provider::Manual,
            ..asked
        };
        assert!(by_hand.may_cancel());
        let paid = Payout {
            state: Paid,
            ..by_hand
        };
        assert!(!paid.may_cancel());
    }

    proptest! {
        /// Whatever happens in whatever order, the money is back in the balance at most once, and never twice at the worker's.
        #[test]
        fn money_moves_once(steps in prop::collection::vec(
            prop::sample::select(vec![Step::Approve, Step::Send, Step::Pay, Step::Fail, Step::Cancel]), 0..24,
        )) {
            let (mut payout, mut paid, mut returned) = (payout(), 0, 0);
            for step in steps {
                if let Some(next) = payout.after(step, Timestamp::from_secs(2)) {
                    prop_assert_eq!(next.version, payout.version + 1);
                    prop_assert_eq!(next.after(step, Timestamp::from_secs(3)), None);
                    paid += i32::from(next.state == Paid);
                    returned += i32::from(matches!(next.state, Failed | Cancelled));
                    payout = next;
                }
            }
            prop_assert!(paid <= 1 && returned <= 1);
            prop_assert_eq!(payout.paid_at.is_some(), paid == 1);
        }
    }
}

//! The table of status transitions and who may make them. Everything that is not in it is refused.

use super::{
    OrderStatus::{self, Cancelled, Completed, InProgress, OnHold, Pending},
    Party::{Admin, Assignee, Finisher, Owner},
};

/// A user's role in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// The customer who placed it.
    Owner,
    /// The worker it is assigned to.
    Assignee,
    /// Any administrator.
    Admin,
    /// The worker it is assigned to, where the shop lets workers complete orders without approval.
    Finisher,
}

impl Party {
    pub const ALL: [Self; 4] = [Owner, Assignee, Admin, Finisher];
}

/// One allowed step.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub from: OrderStatus,
    pub to: OrderStatus,
    pub by: &'static [Party],
}

const fn rule(from: OrderStatus, to: OrderStatus, by: &'static [Party]) -> Rule {
    Rule { from, to, by }
}

/// The table. A claim (PENDING → IN_PROGRESS by a worker), an approved release (back to PENDING) and expiry are
/// steps of their own and not part of it.
pub const RULES: &[Rule] = &[
    // An administrator may start an order without a worker, even an unpaid one.
    rule(Pending, InProgress, &[Admin]),
    rule(Pending, OnHold, &[Admin]),
    // The worker can put the work on hold.
    rule(InProgress, OnHold, &[Assignee, Admin]),
    rule(OnHold, InProgress, &[Assignee, Admin]),
    // Back to PENDING; only if it was PENDING before the hold.
    rule(OnHold, Pending, &[Admin]),
    // Other workers ask for completion; an administrator decides.
    rule(InProgress, Completed, &[Admin, Finisher]),
    // Customers may cancel as long as nobody works on it.
    rule(Pending, Cancelled, &[Owner, Admin]),
    rule(OnHold, Cancelled, &[Owner, Admin]),
    rule(InProgress, Cancelled, &[Admin]),
];

/// The table has no such step for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the order cannot go from {from} to {to}")]
pub struct Refused {
    pub from: OrderStatus,
    pub to: OrderStatus,
    /// The statuses that the caller may set instead.
    pub allowed: Vec<OrderStatus>,
    /// The caller can request it of an administrator.
    pub request: bool,
}

/// The statuses that these parties may set from `from` (if on hold, put on hold from `held_from`).
pub fn allowed(
    from: OrderStatus,
    held_from: Option<OrderStatus>,
    parties: &[Party],
) -> Vec<OrderStatus> {
    RULES
        .iter()
        .filter(|rule| rule.from == from)
        .filter(|rule| rule.by.iter().any(|party| parties.contains(party)))
        .filter(|rule| (from, rule.to) != (OnHold, Pending) || held_from == Some(Pending))
        .map(|rule| rule.to)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, spelled out again: state, party, what is allowed.
    #[test]
    fn every_state_and_party_has_its_answer() {
        let held = Some(InProgress);
        let table: &[(OrderStatus, Party, &[OrderStatus])] = &[
            (Pending, Owner, &[Cancelled]),
            (Pending, Assignee, &[]),
            (Pending, Admin, &[InProgress, OnHold, Cancelled]),
            (Pending, Finisher, &[]),
            (InProgress, Owner, &[]),
            (InProgress, Assignee, &[OnHold]),
            (InProgress, Admin, &[OnHold, Completed, Cancelled]),
            (InProgress, Finisher, &[Completed]),
            (OnHold, Owner, &[Cancelled]),
            (OnHold, Assignee, &[InProgress]),
            (OnHold, Admin, &[InProgress, Cancelled]),
            (OnHold, Finisher, &[]),
            (Completed, Owner, &[]),
            (Completed, Assignee, &[]),
            (Completed, Admin, &[]),
            (Completed, Finisher, &[]),
            (Cancelled, Owner, &[]),
            (Cancelled, Assignee, &[]),
            (Cancelled, Admin, &[]),
            (Cancelled, Finisher, &[]),
        ];
        assert_eq!(table.len(), OrderStatus::ALL.len() * Party::ALL.len());
        for (from, party, expected) in table {
            assert_eq!(
                allowed(*from, held, &[*party]),
                *expected,
                "{from} {party:?}"
            );
        }
    }

    #[test]
    fn an_order_goes_back_to_pending_only_if_it_was_held_from_there() {
        assert!(allowed(OnHold, Some(Pending), &[Admin]).contains(&Pending));
        assert!(!allowed(OnHold, Some(InProgress), &[Admin]).contains(&Pending));
        assert!(!allowed(OnHold, Some(Pending), &[Assignee, Owner]).contains(&Pending));
    }

    #[test]
    fn no_rule_stays_where_it_is_or_occurs_twice() {
        for (index, rule) in RULES.iter().enumerate() {
            assert_ne!(rule.from, rule.to);
            let again = RULES[index + 1..]
                .iter()
                .any(|other| (other.from, other.to) == (rule.from, rule.to));
            assert!(!again, "{} → {}", rule.from, rule.to);
        }
    }
}

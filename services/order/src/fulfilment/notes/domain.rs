//! Notes and progress of an order, and who may read and write them. Pure.

use waybill_primitives::{FieldErrors, NoteId, Timestamp};
use waybill_proto::order as pb;

pub use super::entity::{Visibility, note::Model as Note, progress::Model as Progress};
use crate::orders::domain::{
    MAX_NOTE, Order,
    OrderStatus::{Cancelled, Completed},
    Party, Person,
};

/// Longest body of a note, in characters.
pub const MAX_BODY: usize = pb::Note::MAX_BODY;
/// Longest name of a step, in characters.
pub const MAX_STEP: usize = pb::Progress::MAX_STEP;

/// A user's access to the notes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read and write all of them.
    Full,
    /// Read those for the customer.
    Customer,
    /// No access: a worker who only sees the order in the pool.
    Nothing,
}

/// From the user's roles in the order.
pub fn access(parties: &[Party]) -> Access {
    if parties.contains(&Party::Admin) || parties.contains(&Party::Assignee) {
        Access::Full
    } else if parties.contains(&Party::Owner) {
        Access::Customer
    } else {
        Access::Nothing
    }
}

/// The order has ended, so there is no progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the order has ended; progress can be reported only while it is open")]
pub struct OrderClosed;

impl Note {
    pub fn author(&self) -> Person {
        Person::new(self.author_id, &self.author_name, self.author_role)
    }

    pub fn new(
        order: &Order,
        author: Person,
        body: &str,
        visibility: Option<Visibility>,
        now: Timestamp,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if body.trim().is_empty() {
            errors.add("body", "is required");
        }
        let body = errors.paragraph("body", body, MAX_BODY);
        if visibility.is_none() {
            errors.add("visibility", "is required: INTERNAL or CUSTOMER");
        }
        errors.or(Self {
            id: NoteId::new(),
            order_id: order.id,
            author_id: author.id,
            author_name: author.name,
            author_role: author.role,
            body,
            // Not reached without the error above.
            visibility: visibility.unwrap_or(Visibility::Internal),
            created_at: now,
        })
    }
}

impl Progress {
    pub fn author(&self) -> Person {
        Person::new(self.author_id, &self.author_name, self.author_role)
    }

    pub fn new(
        order: &Order,
        author: Person,
        step: &str,
        percent: Option<i32>,
        note: &str,
        now: Timestamp,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let step = errors.required_line("step", step, MAX_STEP);
        if let Some(percent) = percent {
            errors.number("percent", i64::from(percent), 0, 100);
        }
        let note = errors.paragraph("note", note, MAX_NOTE);
        errors.or(Self {
            id: NoteId::new(),
            order_id: order.id,
            author_id: author.id,
            author_name: author.name,
            author_role: author.role,
            step,
            percent,
            note,
            created_at: now,
        })
    }
}

/// Whether progress may be reported for the order.
pub const fn goes_on(order: &Order) -> Result<(), OrderClosed> {
    match order.status {
        Completed | Cancelled => Err(OrderClosed),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use waybill_primitives::{Role, UserId};

    use super::*;
    use crate::orders::domain::{OrderStatus, tests::sample_order};

    fn author() -> Person {
        Person {
            id: UserId::new(),
            name: "Will".into(),
            role: Role::Staff,
        }
    }

    #[test]
    fn every_capacity_has_its_access() {
        for (parties, expected) in [
            (&[][..], Access::Nothing),
            (&[Party::Owner], Access::Customer),
            (&[Party::Assignee], Access::Full),
            (&[Party::Admin], Access::Full),
            // A worker who is the customer of the order, too.
            (&[Party::Owner, Party::Assignee], Access::Full),
            (&[Party::Admin, Party::Owner], Access::Full),
        ] {
            assert_eq!(access(parties), expected, "{parties:?}");
        }
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let (order, now) = (sample_order(), Timestamp::UNIX_EPOCH);
        let named = |errors: FieldErrors| {
            let fields = errors.0.into_iter().map(|error| error.field);
            fields.collect::<Vec<_>>()
        };
        let note = Note::new(&order, author(), " ", None, now);
        assert_eq!(named(note.unwrap_err()), ["body", "visibility"]);
        let long = "x".repeat(MAX_BODY + 1);
        let note = Note::new(&order, author(), &long, Some(Visibility::Customer), now);
        assert_eq!(named(note.unwrap_err()), ["body"]);
        let note = "x".repeat(MAX_NOTE + 1);
        let step = Progress::new(&order, author(), "", Some(101), &note, now);
        assert_eq!(named(step.unwrap_err()), ["step", "percent", "note"]);
        for percent in [None, Some(0), Some(100)] {
            let step = Progress::new(&order, author(), " Cut ", percent, "", now).unwrap();
            assert_eq!((step.step.as_str(), step.percent), ("Cut", percent));
        }
    }

    #[test]
    fn progress_ends_with_the_order() {
        for status in OrderStatus::ALL {
            let mut order = sample_order();
            order.status = status;
            let over = matches!(status, Completed | Cancelled);
            assert_eq!(goes_on(&order).is_err(), over, "{status}");
        }
    }
}

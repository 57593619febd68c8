//! Change requests: who may request what, and when. Pure.

use waybill_primitives::{ChangeRequestId, OrderId, Role, Timestamp, non_empty};

pub use super::entity::{Model as ChangeRequest, RequestKind, RequestState};
use crate::orders::domain::{
    Changed, Order, OrderEvent, OrderStatus,
    OrderStatus::{Cancelled, Completed, InProgress, OnHold, Pending},
    Party, Person, Remark, Viewer,
};

/// Why a request cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefused {
    #[error("only {0} may request this")]
    NotYours(&'static str),
    #[error("an order that is {from} cannot become {to} by a request")]
    WrongStatus { from: OrderStatus, to: OrderStatus },
}

impl RequestKind {
    /// The status of the order after an approval.
    pub const fn target(self) -> OrderStatus {
        match self {
            Self::Completion => Completed,
            Self::Reassignment => Pending,
            Self::Cancellation => Cancelled,
        }
    }

    /// Whether `parties` may request this in the current state of the order.
    pub fn check(self, order: &Order, parties: &[Party]) -> Result<(), RequestRefused> {
        let assignee = parties.contains(&Party::Assignee);
        let owner = parties.contains(&Party::Owner);
        let statuses: &[OrderStatus] = match self {
            Self::Completion | Self::Reassignment if !assignee => {
                return Err(RequestRefused::NotYours("the assigned worker"));
            }
            Self::Cancellation if !assignee && !owner => {
                return Err(RequestRefused::NotYours(
                    "the customer or the assigned worker",
                ));
            }
            Self::Completion => &[InProgress],
            Self::Reassignment => &[InProgress, OnHold],
            Self::Cancellation => &[Pending, InProgress, OnHold],
        };
        if statuses.contains(&order.status) {
            Ok(())
        } else {
            Err(RequestRefused::WrongStatus {
                from: order.status,
                to: self.target(),
            })
        }
    }
}

/// Unique key of a pending request, so that the database refuses a second one of the same kind.
fn pending_key(order: OrderId, kind: RequestKind) -> String {
    format!("{order}:{kind}")
}

impl ChangeRequest {
    /// Whether a worker made it, so that reason and note are internal to the staff.
    pub fn is_internal(&self) -> bool {
        self.requester_role != Role::Customer
    }

    /// The request as `viewer` of its order may see it: customers do not read the internal texts.
    #[must_use]
    pub fn seen_by(mut self, viewer: Viewer, order: &Order) -> Self {
        let own = matches!(viewer, Viewer::Staff(id) if id == self.requester_id);
        if self.is_internal() && !own && !order.shows_internals_to(viewer) {
            self.reason.clear();
            self.note.clear();
        }
        self
    }

    /// What the history says about an approval: the text for all, and the internal one.
    pub fn remark(&self) -> Remark<'_> {
        let said = if self.note.is_empty() {
            &self.reason
        } else {
            &self.note
        };
        if self.is_internal() {
            Remark {
                note: self.customer_note.as_deref().unwrap_or_default(),
                internal: said,
            }
        } else {
            Remark::from(said)
        }
    }

    pub fn requested_by(&self) -> Person {
        Person::new(self.requester_id, &self.requester_name, self.requester_role)
    }

    /// None while it is pending, or if a change of the order decided it.
    pub fn decided_by(&self) -> Option<Person> {
        let (id, role) = self.decider_id.zip(self.decider_role)?;
        let name = self.decider_name.clone().unwrap_or_default();
        Some(Person::new(id, name, role))
    }

    pub fn new(
        order: &Order,
        kind: RequestKind,
        reason: String,
        customer_note: String,
        requested_by: Person,
        now: Timestamp,
    ) -> Result<Self, RequestRefused> {
        kind.check(order, &order.parties(&requested_by))?;
        Ok(Self {
            id: ChangeRequestId::new(),
            order_id: order.id,
            kind,
            state: RequestState::Pending,
            reason,
            requester_id: requested_by.id,
            requester_name: requested_by.name,
            requester_role: requested_by.role,
            decider_id: None,
            decider_name: None,
            decider_role: None,
            note: String::new(),
            customer_note: non_empty(customer_note),
            pending_key: Some(pending_key(order.id, kind)),
            created_at: now,
            decided_at: None,
            version: 1,
        })
    }

    /// The decided request. `decided_by` is none if a change of the order decided it.
    #[must_use]
    pub fn decided(
        &self,
        approve: bool,
        note: String,
        decided_by: Option<Person>,
        now: Timestamp,
    ) -> Self {
        Self {
            state: if approve {
                RequestState::Approved
            } else {
                RequestState::Rejected
            },
            note,
            decider_id: decided_by.as_ref().map(|person| person.id),
            decider_role: decided_by.as_ref().map(|person| person.role),
            decider_name: decided_by.map(|person| person.name),
            pending_key: None,
            decided_at: Some(now),
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// How a change of the order decides a pending request: whether it is fulfilled, and why; none if it stays pending. A change that
    /// ends the order, or takes it from its worker, decides all requests of that worker.
    pub fn decided_by_change(&self, changed: &Changed) -> Option<(bool, &'static str)> {
        let (true_for, why) = match changed.event {
            OrderEvent::Completed => (RequestKind::Completion, "the order was completed"),
            OrderEvent::Replaced if self.outlives_worker(changed) => {
                return Some((
                    false,
                    "another order was opened in its place, and the request goes on with that one",
                ));
            }
            OrderEvent::Replaced => (
                RequestKind::Reassignment,
                "another order was opened in its place",
            ),
            OrderEvent::Released | OrderEvent::Assigned if self.outlives_worker(changed) => {
                return None;
            }
            OrderEvent::Released => (RequestKind::Reassignment, "the order went back to the pool"),
            OrderEvent::Assigned => {
                changed.previous.as_ref()?;
                (
                    RequestKind::Reassignment,
                    "the order was given to another worker",
                )
            }
            _ if changed.order.status == Cancelled => {
                (RequestKind::Cancellation, "the order was cancelled")
            }
            _ => return None,
        };
        Some((self.kind == true_for, why))
    }

    /// Requests of the customer do not depend on the worker.
    fn outlives_worker(&self, changed: &Changed) -> bool {
        let previous = changed.previous.as_ref();
        let theirs = previous.is_some_and(|worker| worker.id == self.requester_id);
        self.kind == RequestKind::Cancellation && !theirs
    }

    /// The request for the replacement of its order, if it continues there.
    pub fn carried_over(&self, changed: &Changed) -> Option<Self> {
        let opened = changed.replacement.as_deref()?;
        self.outlives_worker(changed).then(|| Self {
            id: ChangeRequestId::new(),
            order_id: opened.id,
            pending_key: Some(pending_key(opened.id, self.kind)),
            version: 1,
            created_at: changed.order.updated_at,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::domain::tests::sample_order;

    #[test]
    fn every_kind_party_and_status_has_its_answer() {
        use Party::{Admin, Assignee, Finisher, Owner};
        use RequestKind::{Cancellation, Completion, Reassignment};
        let may = |kind: RequestKind, party, status| {
            let mut order = sample_order();
            order.status = status;
            kind.check(&order, &[party]).is_ok()
        };
        for kind in RequestKind::ALL {
            for status in OrderStatus::ALL {
                for party in Party::ALL {
                    let expected = match (kind, party) {
                        (_, Admin | Finisher) | (Completion | Reassignment, Owner) => false,
                        (Completion, Assignee) => status == InProgress,
                        (Reassignment, Assignee) => matches!(status, InProgress | OnHold),
                        (Cancellation, Owner | Assignee) => {
                            matches!(status, Pending | InProgress | OnHold)
                        }
                    };
                    assert_eq!(
                        may(kind, party, status),
                        expected,
                        "{kind} {party:?} {status}"
                    );
                }
            }
        }
    }

    #[test]
    fn only_pending_requests_block_others() {
        let order = sample_order();
        let person = Person {
            id: order.customer_id,
            name: "Ada".into(),
            role: waybill_primitives::Role::Customer,
        };
        let now = Timestamp::UNIX_EPOCH;
        let request = ChangeRequest::new(
            &order,
            RequestKind::Cancellation,
            String::new(),
            String::new(),
            person.clone(),
            now,
        )
        .unwrap();
        assert!(request.pending_key.is_some());
        let decided = request.decided(false, "no".into(), Some(person), now);
        assert_eq!((&decided.pending_key, decided.version), (&None, 2));
        assert_eq!(decided.state, RequestState::Rejected);
    }
}

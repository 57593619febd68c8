//! Workers: which orders they may get. Pure.

use std::collections::HashSet;

use waybill_primitives::{CategoryId, FieldErrors, Role, Timestamp, UserId, is_text_control};
use waybill_proto::order as pb;

pub use super::entity::worker::Model as Worker;
use crate::orders::domain::{Assignee, MAX_PERSON_NAME};

/// Maximum number of categories of a worker.
pub const MAX_CATEGORIES: usize = pb::WorkerEntry::MAX_CATEGORY_IDS;
/// Largest limit of open orders.
pub const MAX_OPEN_ORDERS: i32 = pb::WorkerEntry::MAX_MAX_OPEN_ORDERS;

/// An account, from auth's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub suspended: bool,
    /// Version of the account; older versions are ignored. 0: from a caller's token or an administrator, before the first event of auth.
    pub version: i64,
}

impl Account {
    /// Cut to the stored length.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        self.name = self
            .name
            .trim()
            .chars()
            .filter(|c| !is_text_control(*c))
            .take(MAX_PERSON_NAME)
            .collect();
        self.email = self.email.chars().take(320).collect();
        self
    }

    /// A new worker from the account, without restrictions.
    pub fn worker(&self, now: Timestamp) -> Worker {
        Worker {
            id: self.id,
            name: self.name.clone(),
            name_key: self.name.to_lowercase(),
            email: self.email.clone(),
            role: self.role,
            suspended: self.suspended,
            auth_version: self.version,
            max_open_orders: None,
            categories: Vec::new(),
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Why a worker cannot get an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotEligible {
    #[error("this account is not an active worker any more")]
    Inactive,
    #[error("the order has products of categories that this worker does not have")]
    NotQualified,
    #[error("{open} of at most {limit} orders are open; one must end first")]
    TooManyOrders { limit: i64, open: i64 },
}

impl Worker {
    /// Whether orders can be given to them.
    pub fn active(&self) -> bool {
        self.role == Role::Staff && !self.suspended
    }

    pub fn assignee(&self) -> Assignee {
        Assignee {
            id: self.id,
            name: self.name.clone(),
        }
    }

    /// Maximum number of open orders, with the shop's default `otherwise`; none: no limit.
    pub fn limit(&self, otherwise: i64) -> Option<i64> {
        let limit = self.max_open_orders.map_or(otherwise, i64::from);
        (limit > 0).then_some(limit)
    }

    /// Whether orders can be given to them, with the reason.
    pub fn check_active(&self) -> Result<(), NotEligible> {
        if self.active() {
            Ok(())
        } else {
            Err(NotEligible::Inactive)
        }
    }

    /// Whether one more order fits within the limit.
    pub fn has_room(&self, open: i64, otherwise: i64) -> Result<(), NotEligible> {
        match self.limit(otherwise) {
            Some(limit) if open >= limit => Err(NotEligible::TooManyOrders { limit, open }),
            _ => Ok(()),
        }
    }
}

/// Whether a worker with `skills` (expanded to all subcategories; none: all categories) may get an order whose products are in
/// `needed`.
pub fn qualifies(
    skills: Option<&HashSet<CategoryId>>,
    needed: &HashSet<CategoryId>,
) -> Result<(), NotEligible> {
    match skills {
        Some(skills) if !needed.is_subset(skills) => Err(NotEligible::NotQualified),
        _ => Ok(()),
    }
}

/// Number of open orders of a worker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// IN_PROGRESS and ON_HOLD.
    pub open: i64,
    pub on_hold: i64,
    pub completed: i64,
}

/// A worker with their workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub worker: Worker,
    pub load: Load,
    /// Effective limit of open orders; 0: no limit.
    pub limit: i64,
}

/// A change of a worker's categories and limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// All categories; replaces the current ones.
    pub categories: Option<Vec<CategoryId>>,
    /// Inner none: the shop's default.
    pub max_open_orders: Option<Option<i32>>,
}

impl Change {
    /// Checks without a database; categories are sorted and deduplicated.
    pub fn check(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if let Some(categories) = &mut self.categories {
            categories.sort_unstable();
            categories.dedup();
            errors.items("categoryIds", categories.len(), MAX_CATEGORIES);
        }
        if let Some(Some(limit)) = self.max_open_orders {
            errors.number(
                "maxOpenOrders",
                i64::from(limit),
                0,
                i64::from(MAX_OPEN_ORDERS),
            );
        }
        errors.or(self)
    }

    /// The worker afterwards; none if nothing changes.
    pub fn apply(&self, worker: &Worker) -> Option<Worker> {
        let mut next = worker.clone();
        if let Some(categories) = &self.categories {
            next.categories.clone_from(categories);
        }
        if let Some(limit) = self.max_open_orders {
            next.max_open_orders = limit;
        }
        if next == *worker {
            return None;
        }
        next.version += 1;
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker() -> Worker {
        let account = Account {
            id: UserId::new(),
            name: "Will".into(),
            email: "will@example.com".into(),
            role: Role::Staff,
            suspended: false,
            version: 0,
        };
        account.worker(Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_own_limit_goes_before_the_shops_and_zero_is_none() {
        for (own, shop, expected) in [
            (None, 0, None),
            (None, 3, Some(3)),
            (Some(0), 3, None),
            (Some(5), 3, Some(5)),
            (Some(5), 0, Some(5)),
        ] {
            let worker = Worker {
                max_open_orders: own,
                ..worker()
            };
            assert_eq!(worker.limit(shop), expected, "{own:?} {shop}");
            let full = expected.map(|limit| NotEligible::TooManyOrders { limit, open: limit });
            let open = expected.unwrap_or(1_000);
            assert_eq!(worker.has_room(open, shop).err(), full);
            assert_eq!(worker.has_room(open - 1, shop), Ok(()));
        }
    }

    #[test]
    fn only_active_staff_gets_orders() {
        for role in Role::ALL {
            for suspended in [false, true] {
                let worker = Worker {
                    role,
                    suspended,
                    ..worker()
                };
                assert_eq!(worker.active(), role == Role::Staff && !suspended);
            }
        }
    }

    #[test]
    fn every_category_of_an_order_must_be_the_workers() {
        let (a, b) = (CategoryId::new(), CategoryId::new());
        let set = |ids: &[CategoryId]| ids.iter().copied().collect::<HashSet<_>>();
        for (skills, needed, fits) in [
            (None, set(&[a, b]), true),
            (Some(set(&[a])), set(&[]), true),
            (Some(set(&[a])), set(&[a]), true),
            (Some(set(&[a])), set(&[a, b]), false),
            (Some(set(&[a, b])), set(&[a, b]), true),
        ] {
            assert_eq!(qualifies(skills.as_ref(), &needed).is_ok(), fits);
        }
    }

    #[test]
    fn a_change_counts_only_if_it_changes_something() {
        let worker = worker();
        assert_eq!(Change::default().apply(&worker), None);
        let category = CategoryId::new();
        let change = Change {
            categories: Some(vec![category, category]),
            max_open_orders: Some(Some(2)),
        };
        let change = change.check().unwrap();
        let next = change.apply(&worker).unwrap();
        assert_eq!(next.categories, [category]);
        assert_eq!((next.max_open_orders, next.version), (Some(2), 1));
        assert_eq!(change.apply(&next), None);
        for bad in [-1, MAX_OPEN_ORDERS + 1] {
            let change = Change {
                max_open_orders: Some(Some(bad)),
                ..Change::default()
            };
            assert_eq!(change.check().unwrap_err().0[0].field, "maxOpenOrders");
        }
    }
}

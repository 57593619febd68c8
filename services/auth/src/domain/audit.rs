//! The records of the audit log, within the limits of its columns, and its filter. Pure.

use uuid::Uuid;
use waybill_primitives::{FieldErrors, Role, Timestamp, UserId};

/// Longest text of a column, in characters.
const NAME_MAX: usize = 200;
const ADDRESS_MAX: usize = 64;
const REQUEST_MAX: usize = 128;
const ACTION_MAX: usize = 64;
const KIND_MAX: usize = 32;
const TARGET_MAX: usize = 64;
/// Maximum bytes of a state; a MySQL text column holds no more.
const STATE_MAX: usize = 60_000;

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub id: UserId,
    pub name: String,
    pub role: Role,
}

/// One administrative act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub id: Uuid,
    pub at: Timestamp,
    pub actor: Option<Actor>,
    pub client_address: String,
    pub request_id: String,
    /// Object and verb, such as `user.suspend`.
    pub action: String,
    pub target_kind: String,
    pub target_id: String,
    /// JSON of the changed object before the act; empty if it did not exist.
    pub before: String,
    /// The same after the act; empty if it was deleted.
    pub after: String,
}

impl Record {
    /// Cuts every text to the limit of its column: an act must be recorded even if some text is too long.
    #[must_use]
    pub fn fitted(mut self) -> Self {
        if let Some(actor) = &mut self.actor {
            cut(&mut actor.name, NAME_MAX);
        }
        cut(&mut self.client_address, ADDRESS_MAX);
        cut(&mut self.request_id, REQUEST_MAX);
        cut(&mut self.action, ACTION_MAX);
        cut(&mut self.target_kind, KIND_MAX);
        cut(&mut self.target_id, TARGET_MAX);
        for state in [&mut self.before, &mut self.after] {
            if state.len() > STATE_MAX {
                *state = format!(r#"{{"omittedBytes":{}}}"#, state.len());
            }
        }
        self
    }
}

fn cut(text: &mut String, max: usize) {
    text.retain(|c| c != '\0');
    if let Some((end, _)) = text.char_indices().nth(max) {
        text.truncate(end);
    }
}

/// The filter of a list; empty texts filter nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub actor: Option<UserId>,
    /// A prefix of the action.
    pub action: String,
    pub target_kind: String,
    pub target_id: String,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Filter {
    /// All errors of the filter.
    pub fn errors(&self) -> FieldErrors {
        let word = |text: &str, max, more: &str| {
            text.len() <= max
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        let mut errors = FieldErrors::default();
        let mut check = |good: bool, field, message: &str| {
            if !good {
                errors.add(field, message);
            }
        };
        check(
            word(&self.action, ACTION_MAX, "._"),
            "action",
            "must be the beginning of an action such as product.update",
        );
        check(
            word(&self.target_kind, KIND_MAX, "_"),
            "targetKind",
            "must be a kind such as product",
        );
        check(
            word(&self.target_id, TARGET_MAX, "-_.:"),
            "targetId",
            "must be the id of what was acted on",
        );
        check(
            self.from.zip(self.to).is_none_or(|(from, to)| from <= to),
            "to",
            "must not be before from",
        );
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_rather_than_refused() {
        let record = Record {
            id: Uuid::nil(),
            at: Timestamp::UNIX_EPOCH,
            actor: Some(Actor {
                id: UserId::from_uuid(Uuid::nil()),
                name: "ä".repeat(300),
                role: Role::Admin,
            }),
            client_address: "1".repeat(100),
            request_id: "r".repeat(200),
            action: "a".repeat(100),
            target_kind: "k".repeat(100),
            target_id: "t\0".to_owned(),
            before: "x".repeat(60_001),
            after: "{}".to_owned(),
        }
        .fitted();
        assert_eq!(record.actor.unwrap().name.chars().count(), 200);
        let lengths = [
            record.client_address.len(),
            record.request_id.len(),
            record.action.len(),
            record.target_kind.len(),
        ];
        assert_eq!(lengths, [64, 128, 64, 32]);
        assert_eq!(
            (record.target_id.as_str(), record.after.as_str()),
            ("t", "{}")
        );
        assert_eq!(record.before, r#"{"omittedBytes":60001}"#);
    }

    #[test]
    fn a_filter_names_all_that_is_wrong() {
        let good = Filter {
            action: "change_request.".into(),
            target_kind: "change_request".into(),
            target_id: "0190-a".into(),
            ..Filter::default()
        };
        assert!(good.errors().is_empty());
        let bad = Filter {
            action: "%".into(),
            target_kind: "a b".into(),
            target_id: "'".into(),
            from: Some(Timestamp::from_micros(2)),
            to: Some(Timestamp::from_micros(1)),
            ..Filter::default()
        };
        let fields: Vec<_> = bad
            .errors()
            .0
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, ["action", "targetKind", "targetId", "to"]);
    }
}

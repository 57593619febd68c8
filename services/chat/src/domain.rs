//! Conversations, messages and who may take part. Pure: no I/O, no clock.

use waybill_primitives::{MessageId, OrderId, Role, Timestamp, UserId};

/// Longest body of a message, in characters.
pub const MAX_BODY: usize = 4000;
/// Longest client id, in characters.
pub const MAX_CLIENT_ID: usize = 255;
/// Longest title and name that the projection keeps, in characters.
pub const MAX_TEXT: usize = 255;

/// The status of an order that another one took the place of: its conversation goes on there.
pub const REPLACED: &str = "REPLACED";

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    pub id: UserId,
    pub name: String,
    pub role: Role,
}

/// The customer or the worker of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub id: UserId,
    pub name: String,
}

/// What the projection keeps of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFacts {
    pub id: OrderId,
    pub number: String,
    pub title: String,
    pub customer: Party,
    pub assignee: Option<Party>,
    /// PENDING, IN_PROGRESS, … or [`REPLACED`].
    pub status: String,
    /// Facts of an older version change nothing.
    pub version: i64,
}

/// The conversation of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    pub order: OrderFacts,
    /// Counts the conversation's events.
    pub version: i64,
    /// Number of the newest message; they count from 1 without gaps, in the order of their commits.
    pub last_seq: i64,
    pub updated_at: Timestamp,
}

impl Conversation {
    /// Whether somebody takes part: the customer, the worker it is assigned to now, every administrator.
    pub fn admits(&self, user: UserId, role: Role) -> bool {
        let assigned = self
            .order
            .assignee
            .as_ref()
            .is_some_and(|assignee| assignee.id == user);
        match role {
            Role::Admin => true,
            Role::Staff => assigned || self.order.customer.id == user,
            Role::Customer => self.order.customer.id == user,
        }
    }

    /// Nobody writes any more; those who take part may still read.
    pub fn is_closed(&self) -> bool {
        self.order.status == REPLACED
    }

    /// Customer and worker; administrators take part in all conversations and are not listed.
    pub fn participants(&self) -> Vec<UserId> {
        let customer = self.order.customer.id;
        let assignee = self.order.assignee.as_ref().map(|assignee| assignee.id);
        std::iter::once(customer)
            .chain(assignee.filter(|assignee| *assignee != customer))
            .collect()
    }
}

/// A line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub order_id: OrderId,
    pub seq: i64,
    /// None: a system line.
    pub author: Option<Author>,
    pub body: String,
    pub client_id: Option<String>,
    pub created_at: Timestamp,
}

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("must not be empty")]
    Empty,
    #[error("must have at most {0} characters")]
    TooLong(usize),
    #[error("must not contain control characters")]
    Control,
}

/// The body as it is stored: line breaks are `\n`, control characters other than those and tabs vanish, the ends are trimmed.
pub fn clean_body(body: &str) -> Result<String, TextError> {
    let cleaned: String = body
        .replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\r' { '\n' } else { c })
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let cleaned = cleaned.trim();
    if cleaned.is_empty() {
        return Err(TextError::Empty);
    }
    if cleaned.chars().count() > MAX_BODY {
        return Err(TextError::TooLong(MAX_BODY));
    }
    Ok(cleaned.to_owned())
}

/// The author's own id of a message; none if empty.
pub fn client_id(text: &str) -> Result<Option<String>, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > MAX_CLIENT_ID {
        return Err(TextError::TooLong(MAX_CLIENT_ID));
    }
    if text.contains(char::is_control) {
        return Err(TextError::Control);
    }
    Ok(Some(text.to_owned()))
}

/// Cuts what an order tells to what the projection keeps.
pub fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// What happened to an order, as far as its conversation notes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It took the place of another order, as the text says.
    Opened {
        why: String,
    },
    Claimed {
        worker: String,
    },
    Assigned {
        worker: String,
    },
    /// Another order, with this number, took its place.
    Replaced {
        number: String,
    },
    Released,
    OnHold {
        note: String,
    },
    Resumed,
    Started,
    Completed,
    Cancelled {
        reason: String,
    },
    Expired,
}

impl Change {
    /// The system line that tells of it.
    pub fn line(&self) -> String {
        let line = match self {
            Self::Claimed { worker } if worker.is_empty() => {
                "A worker has taken the order.".to_owned()
            }
            Self::Claimed { worker } => format!("{worker} has taken the order."),
            Self::Opened { why } => with_note("This order was opened for you:", why),
            Self::Assigned { worker } => format!("{worker} works on the order now."),
            Self::Replaced { number } => format!(
                "The order was replaced by {number}. Please write in that one's conversation."
            ),
            Self::Released => "The order went back to the pool.".to_owned(),
            Self::OnHold { note } => with_note("The order is on hold.", note),
            Self::Resumed => "Work on the order goes on.".to_owned(),
            Self::Started => "Work on the order has begun.".to_owned(),
            Self::Completed => "The order is completed.".to_owned(),
            Self::Cancelled { reason } => with_note("The order was cancelled.", reason),
            Self::Expired => "The order was not paid in time and has expired.".to_owned(),
        };
        // Never empty: the sentences above are not.
        clean_body(&line.chars().take(MAX_BODY).collect::<String>()).unwrap_or(line)
    }
}

fn with_note(sentence: &str, note: &str) -> String {
    match note.trim() {
        "" => sentence.to_owned(),
        note => format!("{sentence} {note}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation() -> Conversation {
        let party = |name: &str| Party {
            id: UserId::new(),
            name: name.into(),
        };
        Conversation {
            order: OrderFacts {
                id: OrderId::new(),
                number: "W1".into(),
                title: String::new(),
                customer: party("Ada"),
                assignee: Some(party("Wim")),
                status: "IN_PROGRESS".into(),
                version: 3,
            },
            version: 1,
            last_seq: 1,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn customer_current_worker_and_administrators_take_part() {
        let mut conversation = conversation();
        let customer = conversation.order.customer.id;
        let worker = conversation.order.assignee.clone().expect("assigned").id;
        let stranger = UserId::new();
        for (user, role, admitted) in [
            (customer, Role::Customer, true),
            (worker, Role::Staff, true),
            (stranger, Role::Admin, true),
            (stranger, Role::Customer, false),
            (stranger, Role::Staff, false),
            // Staff may order, too.
            (customer, Role::Staff, true),
            // A worker who is no longer one.
            (worker, Role::Customer, false),
        ] {
            assert_eq!(conversation.admits(user, role), admitted, "{role}");
        }
        assert_eq!(conversation.participants(), [customer, worker]);
        conversation.order.assignee = None;
        assert!(!conversation.admits(worker, Role::Staff));
        assert_eq!(conversation.participants(), [customer]);
    }

    #[test]
    fn only_the_conversation_of_a_replaced_order_is_closed() {
        let mut conversation = conversation();
        for (status, closed) in [("COMPLETED", false), ("CANCELLED", false), (REPLACED, true)] {
            conversation.order.status = status.into();
            assert_eq!(conversation.is_closed(), closed, "{status}");
        }
    }

    #[test]
    fn bodies_are_trimmed_cleaned_and_limited() {
        assert_eq!(
            clean_body("  hi\r\nthere\t\u{0}\u{1b}[1m "),
            Ok("hi\nthere\t[1m".into())
        );
        for empty in ["", "  ", "\u{0}\u{7f}", "\r\n"] {
            assert_eq!(clean_body(empty), Err(TextError::Empty), "{empty:?}");
        }
        assert!(clean_body(&"ä".repeat(MAX_BODY)).is_ok());
        assert_eq!(
            clean_body(&"x".repeat(MAX_BODY + 1)),
            Err(TextError::TooLong(MAX_BODY))
        );
    }

    #[test]
    fn client_ids_are_plain_text() {
        assert_eq!(client_id("  "), Ok(None));
        assert_eq!(client_id(" a "), Ok(Some("a".into())));
        assert_eq!(client_id("a\nb"), Err(TextError::Control));
        assert!(client_id(&"x".repeat(MAX_CLIENT_ID + 1)).is_err());
    }

    #[test]
    fn lines_carry_notes_and_stay_within_limits() {
        let hold = Change::OnHold {
            note: " paper is late ".into(),
        };
        assert_eq!(hold.line(), "The order is on hold. paper is late");
        let long = Change::Cancelled {
            reason: "x".repeat(10_000),
        };
        assert_eq!(long.line().chars().count(), MAX_BODY);
    }
}

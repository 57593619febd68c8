//! Conversations, messages and who may take part. Pure: no I/O, no clock.

use waybill_primitives::{
    FieldError, FieldErrors, Role, UserId, find_character, is_bidi_control, non_empty,
};
use waybill_proto::chat as pb;

pub use crate::entity::{
    conversation::{Model as Conversation, Status},
    message::Model as Message,
};

/// Longest body of a message, in characters.
pub const MAX_BODY: usize = pb::Message::MAX_BODY;
/// Longest client id, in characters.
pub const MAX_CLIENT_ID: usize = pb::Message::MAX_CLIENT_ID;
/// Longest title and name in the projection, in characters.
pub const MAX_TEXT: usize = 255;

impl Conversation {
    /// Whether somebody takes part: the customer, the current worker, every administrator.
    pub fn admits(&self, user: UserId, role: Role) -> bool {
        match role {
            Role::Admin => true,
            Role::Staff => self.participants().contains(&user),
            Role::Customer => self.customer_id == user,
        }
    }

    /// Nobody can write any more; participants can still read.
    pub fn is_closed(&self) -> bool {
        self.status == Status::Replaced
    }

    /// Customer and worker; administrators take part in all conversations and are not listed.
    pub fn participants(&self) -> Vec<UserId> {
        let customer = self.customer_id;
        let assignee = self.assignee_id.filter(|assignee| *assignee != customer);
        std::iter::once(customer).chain(assignee).collect()
    }
}

/// The body as it is stored: line breaks become `\n`, other control characters except tabs are removed, the ends are trimmed.
pub fn clean_body(body: &str) -> Result<String, FieldError> {
    let refused = |message: String| FieldError::new("body", message);
    let cleaned: String = body
        .replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\r' { '\n' } else { c })
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let cleaned = cleaned.trim();
    if let Some(found) = find_character(cleaned, 0, is_bidi_control) {
        let problem = "must not contain characters that set the direction of text";
        return Err(refused(format!("{problem}: {found}")));
    }
    if cleaned.is_empty() {
        return Err(refused("must not be empty".to_owned()));
    }
    if cleaned.chars().count() > MAX_BODY {
        return Err(refused(format!("must have at most {MAX_BODY} characters")));
    }
    Ok(cleaned.to_owned())
}

/// The author's own id of a message; none if empty.
pub fn client_id(text: &str) -> Result<Option<String>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let text = errors.line("clientId", text, MAX_CLIENT_ID);
    errors.or(non_empty(text))
}

/// Cuts a text of an order to the limit of the projection.
pub fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// A change of an order that its conversation records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It replaces another order, as the text says.
    Opened {
        why: String,
    },
    Claimed {
        worker: String,
    },
    Assigned {
        worker: String,
    },
    /// It was replaced by another order, with this number.
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
    /// The system line for the change.
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
        // Never empty, because the sentences above are not.
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
    use waybill_primitives::{OrderId, Timestamp};

    use super::*;

    fn conversation() -> Conversation {
        Conversation {
            order_id: OrderId::new(),
            order_number: "W1".into(),
            title: String::new(),
            customer_id: UserId::new(),
            customer_name: "Ada".into(),
            assignee_id: Some(UserId::new()),
            assignee_name: Some("Wim".into()),
            status: Status::InProgress,
            order_version: 3,
            version: 1,
            last_seq: 1,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn customer_current_worker_and_administrators_take_part() {
        let mut conversation = conversation();
        let customer = conversation.customer_id;
        let worker = conversation.assignee_id.expect("assigned");
        let stranger = UserId::new();
        for (user, role, admitted) in [
            (customer, Role::Customer, true),
            (worker, Role::Staff, true),
            (stranger, Role::Admin, true),
            (stranger, Role::Customer, false),
            (stranger, Role::Staff, false),
            // Staff may order, too.
            (customer, Role::Staff, true),
            // A former worker.
            (worker, Role::Customer, false),
        ] {
            assert_eq!(conversation.admits(user, role), admitted, "{role}");
        }
        assert_eq!(conversation.participants(), [customer, worker]);
        conversation.assignee_id = None;
        assert!(!conversation.admits(worker, Role::Staff));
        assert_eq!(conversation.participants(), [customer]);
    }

    #[test]
    fn only_the_conversation_of_a_replaced_order_is_closed() {
        let mut conversation = conversation();
        for status in Status::ALL {
            conversation.status = status;
            let closed = status == Status::Replaced;
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
            assert!(clean_body(empty).is_err(), "{empty:?}");
        }
        assert!(clean_body(&"ä".repeat(MAX_BODY)).is_ok());
        assert!(clean_body("pay \u{202e}elbaliava\u{202c} here").is_err());
        let error = clean_body(&"x".repeat(MAX_BODY + 1)).unwrap_err();
        assert_eq!(error.to_string(), "body: must have at most 4000 characters");
    }

    #[test]
    fn client_ids_are_plain_text() {
        assert_eq!(client_id("  "), Ok(None));
        assert_eq!(client_id(" a "), Ok(Some("a".into())));
        assert!(client_id("a\nb").is_err());
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

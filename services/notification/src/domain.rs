//! Notifications, the plan of who is notified about what, and the rules of deliveries. Pure: no I/O, no clock.

use std::time::Duration;

use backon::ExponentialBuilder;
use waybill_primitives::{OrderId, UserId, backoff, is_text_control};

pub use crate::entity::{
    delivery::{DeliveryState, Model as Delivery, Template},
    notification::{Kind, Model as Notification},
    recipient::Model as Recipient,
};
use crate::{mail::MailContent, triggers::Contact};

/// Longest title and body of a notice, in characters; longer ones are cut.
pub const MAX_TITLE: usize = 150;
pub const MAX_BODY: usize = 500;
/// Longest name in a greeting or an address, in characters.
pub const MAX_NAME: usize = 200;
/// Longest name of a shop, in characters.
pub const MAX_SHOP_NAME: usize = 100;

/// The recipients of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    User(UserId),
    /// Everybody with the role STAFF who is not suspended.
    Staff,
    /// Everybody with the role ADMIN who is not suspended.
    Admins,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub to: Audience,
    pub kind: Kind,
    pub title: String,
    pub body: String,
}

/// A mail to be written; the subject is already one clean line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailPlan {
    pub to: Contact,
    pub template: Template,
    pub subject: String,
    pub content: MailContent,
    /// Whether an address that is not verified gets only a few of them (see [`crate::triggers::NotificationTrigger::costs_nothing`]).
    pub limited: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// None if it is about something else.
    pub order_id: Option<OrderId>,
    pub notices: Vec<Notice>,
    pub mails: Vec<MailPlan>,
}

/// One line of plain text: line breaks and tabs become spaces, other control characters are removed, and text beyond `max`
/// characters is cut (with an ellipsis). The result cannot inject a mail header.
pub fn one_line(text: &str, max: usize) -> String {
    let cleaned: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_text_control(*c))
        .collect();
    let cleaned = cleaned.trim();
    if cleaned.chars().count() <= max {
        return cleaned.to_owned();
    }
    let mut cut: String = cleaned.chars().take(max.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// What mails to an unverified address are counted by: the address without what follows a plus, as that is the same mailbox at most
/// providers.
pub fn limit_key(address: &str) -> String {
    let address = address.trim().to_lowercase();
    match address.rsplit_once('@') {
        Some((name, host)) => {
            let mailbox = name.split('+').next().unwrap_or(name);
            format!("{mailbox}@{host}")
        }
        None => address,
    }
}

/// After the first failure of a delivery 5 s, then 20 s, 80 s … at most an hour.
pub const PAUSES: ExponentialBuilder =
    backoff(Duration::from_secs(5), Duration::from_hours(1)).with_factor(4.0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_an_address_are_the_same_mailbox() {
        for address in [
            "ada@example.com",
            "Ada+1@example.com",
            " ada+x+y@Example.com ",
        ] {
            assert_eq!(limit_key(address), "ada@example.com");
        }
        assert_eq!(limit_key("nowhere"), "nowhere");
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("abcdef", 4), "abc…");
        assert_eq!(one_line(" a\tb\r\nc\u{7f} ", 20), "a b  c");
    }
}

//! The rules of accounts: e-mail addresses, names, passwords, roles and suspension. Pure: no I/O, no clock, no database.

pub mod audit;

use std::fmt;

use ring::digest;
use uuid::Uuid;
use waybill_primitives::{FieldError, Role, Timestamp, UserId, find_character, is_text_control};
use waybill_proto::{auth::SuspendUserRequest, common::Contact};

/// The longest address that SMTP can carry (RFC 5321, 4.5.3.1.3), in bytes.
pub const EMAIL_MAX: usize = Contact::MAX_EMAIL;
/// The longest local part (RFC 5321, 4.5.3.1.1), in bytes.
const LOCAL_MAX: usize = 64;
/// The longest first or last name, in characters.
pub const NAME_MAX: usize = Contact::MAX_FIRST_NAME;
/// The shortest password, in characters.
pub const PASSWORD_MIN: usize = Contact::MIN_PASSWORD;
/// From this length on, in characters, a password need not be as hard to guess.
pub const PASSWORD_LONG: usize = 12;
/// The longest password, in characters.
pub const PASSWORD_MAX: usize = Contact::MAX_PASSWORD;
/// The longest password, in bytes: characters take up to four each.
pub const PASSWORD_MAX_BYTES: usize = 4 * PASSWORD_MAX;
/// The longest reason of a suspension, in characters.
pub const REASON_MAX: usize = SuspendUserRequest::MAX_REASON;
/// The longest search text for users, in characters.
pub const QUERY_MAX: usize = 100;
/// The longest stored search text of a user, in characters: the address and both names.
pub const SEARCH_MAX: usize = 512;

/// A checked address in its canonical spelling: trimmed, lower case, ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// Parses an address. Quoted local parts, comments and non-ASCII addresses are refused: hardly anyone has one, and they allow
    /// look-alikes and header injection.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FieldError::new(field, "an e-mail address is required"));
        }
        if text.len() > EMAIL_MAX {
            let message = format!("an e-mail address has at most {EMAIL_MAX} characters");
            return Err(FieldError::new(field, message));
        }
        let well_formed = text
            .rsplit_once('@')
            .is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain));
        if !well_formed {
            let message = "not an e-mail address; expected one such as ada@example.com";
            return Err(FieldError::new(field, message));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 5322's dot-atom.
fn is_local_part(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= LOCAL_MAX && local.split('.').all(atom)
}

/// A host name of at least two labels.
fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

/// A first name: required, because everyone has some name.
pub fn first_name(field: &'static str, text: &str) -> Result<String, FieldError> {
    let name = last_name(field, text)?;
    if name.is_empty() {
        return Err(FieldError::new(field, "a first name is required"));
    }
    Ok(name)
}

/// A last name: may be empty, because not everyone has one.
pub fn last_name(field: &'static str, text: &str) -> Result<String, FieldError> {
    plain_text(field, text, NAME_MAX)
}

/// One line of text of at most `max` characters, trimmed. Control characters are refused: they could forge lines in mails
/// and logs.
pub fn plain_text(field: &'static str, text: &str, max: usize) -> Result<String, FieldError> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(FieldError::new(field, format!("at most {max} characters")));
    }
    if let Some(found) = find_character(text, 0, is_text_control) {
        let message =
            format!("contains line breaks or other control characters; remove them: {found}");
        return Err(FieldError::new(field, message));
    }
    Ok(text.to_owned())
}

/// Checks the length of a new password.
pub fn password_length(field: &'static str, password: &str) -> Result<(), FieldError> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        let message = format!("a password has at least {PASSWORD_MIN} characters");
        return Err(FieldError::new(field, message));
    }
    if length > PASSWORD_MAX || password.len() > PASSWORD_MAX_BYTES {
        let message = format!("a password has at most {PASSWORD_MAX} characters");
        return Err(FieldError::new(field, message));
    }
    Ok(())
}

/// So many characters of a password are estimated: more would take too long.
const ESTIMATED: usize = 32;
/// The decimal logarithm of the guesses that a short password has to withstand.
const GUESSES: f64 = 8.0;
/// The same for one of [`PASSWORD_LONG`] characters or more.
const GUESSES_LONG: f64 = 6.0;

/// Checks the length of a new password and how easy it is to guess, after NIST SP 800-63B: common passwords, sequences, repetitions
/// and personal words are refused, kinds of characters do not matter. `personal`: the address and the names of its owner, checked.
/// Takes up to a tenth of a second.
pub fn new_password(
    field: &'static str,
    password: &str,
    personal: &[&str],
) -> Result<(), FieldError> {
    password_length(field, password)?;
    let beginning: String = password.chars().take(ESTIMATED).collect();
    let known: Vec<&str> = personal
        .iter()
        .flat_map(|text| text.split(['@', '.', ' ']).chain([*text]))
        .chain(["waybill"])
        .collect();
    let estimate = zxcvbn::zxcvbn(&beginning, &known);
    let enough = if password.chars().count() < PASSWORD_LONG {
        GUESSES
    } else {
        GUESSES_LONG
    };
    if estimate.guesses_log10() >= enough {
        return Ok(());
    }
    let warning = estimate
        .feedback()
        .and_then(zxcvbn::feedback::Feedback::warning);
    let why = warning.map_or_else(
        || "This password is easy to guess.".to_owned(),
        |why| why.to_string(),
    );
    let message = format!("{why} Choose {PASSWORD_LONG} characters or more, such as a few words");
    Err(FieldError::new(field, message))
}

/// The name under which a text is kept that has to be recognised and not read: hexadecimal.
pub fn sha256(text: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// A session that ended while its access tokens may still be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    pub session: Uuid,
    pub user: UserId,
    /// All of its access tokens have expired by then.
    pub until: Timestamp,
}

/// An account as it is stored, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub email_verified: bool,
    /// Empty: no picture.
    pub avatar_url: String,
    pub suspended: bool,
    /// The number of this account's events; also the version that a writer may require.
    pub version: i64,
    pub created_at: Timestamp,
}

impl User {
    /// First and last name, as others see them.
    pub fn full_name(&self) -> String {
        full_name(&self.first_name, &self.last_name)
    }

    /// Whether this account counts towards "there is always an administrator".
    pub fn is_active_admin(&self) -> bool {
        self.role == Role::Admin && !self.suspended
    }
}

pub fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

/// The search text of a user: lower case, because databases treat the case of non-ASCII letters differently.
pub fn search_text(email: &str, first: &str, last: &str) -> String {
    let text = format!("{email} {}", full_name(first, last)).to_lowercase();
    text.chars().take(SEARCH_MAX).collect()
}

/// Why an administrator's act on an account is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this is the last active administrator; make somebody else ADMIN first")]
    LastAdmin,
    #[error("you cannot suspend your own account; ask another administrator")]
    OwnAccount,
}

/// Whether `user` may get `role`; `active_admins` is the number of all of them, `user` included.
pub fn may_set_role(user: &User, role: Role, active_admins: u64) -> Result<(), Refusal> {
    if user.is_active_admin() && role != Role::Admin && active_admins <= 1 {
        return Err(Refusal::LastAdmin);
    }
    Ok(())
}

/// Whether `by` may suspend `user`.
pub fn may_suspend(by: UserId, user: &User, active_admins: u64) -> Result<(), Refusal> {
    if by == user.id {
        return Err(Refusal::OwnAccount);
    }
    if user.is_active_admin() && active_admins <= 1 {
        return Err(Refusal::LastAdmin);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn user(role: Role, suspended: bool) -> User {
        User {
            id: UserId::new(),
            email: "ada@example.com".into(),
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            role,
            email_verified: false,
            avatar_url: String::new(),
            suspended,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn addresses_have_one_spelling() {
        for (text, spelling) in [
            ("ada@example.com", "ada@example.com"),
            ("  Ada@Example.COM ", "ada@example.com"),
            ("a.b+c_d@sub.example.co", "a.b+c_d@sub.example.co"),
            (
                "o'neil@xn--bcher-kva.example",
                "o'neil@xn--bcher-kva.example",
            ),
        ] {
            assert_eq!(Email::parse("email", text).unwrap().as_str(), spelling);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}.com", "b.".repeat(130));
        for text in [
            "",
            "   ",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "ada@@example.com",
            "ada@example..com",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "ada lovelace@example.com",
            "ada@exam ple.com",
            "ada@-example.com",
            "ada@example.com\r\nBcc: x@example.com",
            "\"ada\"@example.com",
            "ädа@example.com",
            "ada@bücher.example",
            "Ada <ada@example.com>",
            &long_local,
            &long,
        ] {
            let error = Email::parse("email", text).unwrap_err();
            assert_eq!(error.field, "email", "{text:?}");
        }
    }

    #[test]
    fn names_are_one_line_of_limited_length() {
        assert_eq!(first_name("firstName", " Ada "), Ok("Ada".to_owned()));
        assert_eq!(last_name("lastName", "  "), Ok(String::new()));
        assert!(first_name("firstName", " ").is_err());
        assert!(first_name("firstName", &"é".repeat(100)).is_ok());
        assert!(first_name("firstName", &"é".repeat(101)).is_err());
        for text in ["A\nB", "A\0B", "A\u{202e}B", "A\u{2028}B"] {
            assert!(last_name("lastName", text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn passwords_are_measured_in_characters() {
        let words = "много слов и ещё немного ".repeat(6);
        let longest: String = words.chars().take(128).collect();
        for (password, good) in [
            ("kx9#Lm2", false),
            ("kx9#Lm2q", true),
            (&longest, true),
            (&format!("{longest}x"), false),
            (&"🙂".repeat(129), false),
        ] {
            let checked = new_password("password", password, &[]);
            assert_eq!(checked.is_ok(), good, "{password}: {checked:?}");
        }
    }

    #[test]
    fn what_is_easy_to_guess_is_no_password() {
        let ada = ["ada.lovelace@example.com", "Ada", "Lovelace"];
        for bad in [
            "password",
            "12345678",
            "        ",
            "password1234",
            "passwordpassword",
            "qwertyuiopasdfgh",
            "aaaaaaaaaaaaaaaaaaaa",
            "iloveyou2024",
            "adalovelace",
            "ada.lovelace@example.com",
            &"x".repeat(128),
        ] {
            let error = new_password("password", bad, &ada).unwrap_err();
            assert!(error.message.contains("12 characters"), "{bad}: {error:?}");
        }
        for good in ["correct horse", "a good password", "Tr0ub4dor&3"] {
            assert_eq!(new_password("password", good, &ada), Ok(()), "{good}");
        }
    }

    #[test]
    fn there_is_always_an_active_administrator() {
        let admin = user(Role::Admin, false);
        let refused = Err(Refusal::LastAdmin);
        assert_eq!(may_set_role(&admin, Role::Staff, 1), refused);
        assert_eq!(may_set_role(&admin, Role::Admin, 1), Ok(()));
        assert_eq!(may_set_role(&admin, Role::Staff, 2), Ok(()));
        assert_eq!(
            may_set_role(&user(Role::Staff, false), Role::Customer, 1),
            Ok(())
        );
        assert_eq!(
            may_set_role(&user(Role::Admin, true), Role::Staff, 1),
            Ok(())
        );

        assert_eq!(may_suspend(admin.id, &admin, 2), Err(Refusal::OwnAccount));
        assert_eq!(may_suspend(UserId::new(), &admin, 1), refused);
        assert_eq!(may_suspend(UserId::new(), &admin, 2), Ok(()));
        assert_eq!(
            may_suspend(UserId::new(), &user(Role::Staff, false), 1),
            Ok(())
        );
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused_without_a_panic(text in ".*") {
            if let Ok(email) = Email::parse("email", &text) {
                // Parsing it again changes nothing.
                prop_assert_eq!(Email::parse("email", email.as_str()), Ok(email.clone()));
                prop_assert!(email.as_str().len() <= EMAIL_MAX);
            }
            if let Ok(name) = last_name("lastName", &text) {
                prop_assert!(name.chars().count() <= NAME_MAX);
            }
            prop_assert!(search_text(&text, &text, &text).chars().count() <= SEARCH_MAX);
        }
    }
}

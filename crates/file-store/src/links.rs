//! Signed links to a path, valid until a time: the link itself is the permission. For files that the gateway serves itself.

use std::{fmt::Write as _, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use waybill_primitives::{Timestamp, is_text_control};

/// The purpose of the key: the same secret signs other things too.
const PURPOSE: &[u8] = b"waybill file links, version 1";
/// A longer query is refused.
const MAX_QUERY: usize = 200;

/// Signs paths and verifies the signatures (HMAC-SHA256).
#[derive(Debug, Clone)]
pub struct LinkSigner {
    key: hmac::Key,
    /// An earlier key, and until when its links are accepted.
    older: Option<(hmac::Key, Timestamp)>,
}

/// Why a link is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("the link is not complete; copy all of it")]
    Malformed,
    #[error("the link was not made here, or was changed")]
    Forged,
    #[error("the link has expired; ask for a new one")]
    Expired,
}

impl LinkSigner {
    /// The key is derived from the secret, which may have other uses.
    pub fn new(secret: &SecretString) -> Self {
        Self {
            key: derive(secret),
            older: None,
        }
    }

    /// Accepts links of an earlier secret as well until this time, while it is being replaced.
    #[must_use]
    pub fn accepting(mut self, older: &SecretString, until: Timestamp) -> Self {
        self.older = Some((derive(older), until));
        self
    }

    /// The query (`expires=…&signature=…`, without `?`) that makes the path a link. `expires_at` is rounded up to whole seconds.
    pub fn sign(&self, path: &str, expires_at: Timestamp) -> String {
        let expires = expires_at.plus(Duration::from_micros(999_999)).secs();
        let tag = hmac::sign(&self.key, &message(path, expires));
        format!(
            "expires={expires}&signature={}",
            URL_SAFE_NO_PAD.encode(tag)
        )
    }

    /// Checks that the link of this path and query (without `?`) is valid at this time. Other parameters than its two are
    /// refused: they would not be signed. The signature is compared in constant time, and before the time is checked.
    pub fn verify(&self, path: &str, query: &str, now: Timestamp) -> Result<(), LinkError> {
        let (expires, signature) = parts(query).ok_or(LinkError::Malformed)?;
        let message = message(path, expires);
        let older = self.older.iter().filter(|(_, until)| now < *until);
        let mut keys = std::iter::once(&self.key).chain(older.map(|(key, _)| key));
        if !keys.any(|key| hmac::verify(key, &message, &signature).is_ok()) {
            return Err(LinkError::Forged);
        }
        if now >= Timestamp::from_secs(expires) {
            return Err(LinkError::Expired);
        }
        Ok(())
    }
}

fn derive(secret: &SecretString) -> hmac::Key {
    let root = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, PURPOSE).as_ref())
}

fn message(path: &str, expires: i64) -> Vec<u8> {
    // The number has no line break, so no two pairs give the same message.
    format!("{expires}\n{path}").into_bytes()
}

fn parts(query: &str) -> Option<(i64, Vec<u8>)> {
    if query.len() > MAX_QUERY {
        return None;
    }
    let (expires, signature) = query.strip_prefix("expires=")?.split_once("&signature=")?;
    let digits = !expires.is_empty() && expires.bytes().all(|c| c.is_ascii_digit());
    let expires = expires.parse().ok().filter(|_| digits)?;
    Some((expires, URL_SAFE_NO_PAD.decode(signature).ok()?))
}

/// The value of `Content-Disposition` (RFC 6266): the name in plain ASCII for old clients, and the exact name (RFC 8187).
pub fn content_disposition(file_name: &str, inline: bool) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    // Removes separators of paths and lines.
    let name: String = file_name
        .chars()
        .filter(|c| !is_text_control(*c) && !"/\\".contains(*c))
        .take(150)
        .collect();
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '%' => '_',
            c if c.is_ascii() => c,
            _ => '_',
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    match (name.is_empty(), plain == name) {
        (true, _) => kind.to_owned(),
        (false, true) => format!("{kind}; filename=\"{plain}\""),
        (false, false) => format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_219_200);

    fn signer(secret: &str) -> LinkSigner {
        LinkSigner::new(&secret.into())
    }

    #[test]
    fn a_link_holds_until_it_expires() {
        let signer = signer("secret");
        let query = signer.sign("/media/1", NOW.plus(Duration::from_mins(1)));
        let at =
            |seconds| signer.verify("/media/1", &query, NOW.plus(Duration::from_secs(seconds)));
        assert_eq!(at(0), Ok(()));
        assert_eq!(at(59), Ok(()));
        assert_eq!(at(60), Err(LinkError::Expired));
        // A part of a second counts as a whole one.
        let query = signer.sign("/media/1", NOW.plus(Duration::from_millis(1)));
        assert_eq!(signer.verify("/media/1", &query, NOW), Ok(()));
    }

    #[test]
    fn a_link_holds_for_its_path_and_time_alone() {
        let signer = signer("secret");
        let query = signer.sign("/media/1", NOW.plus(Duration::from_mins(1)));
        for path in ["/media/2", "/media/1/", "/media/1/thumbnail", ""] {
            assert_eq!(signer.verify(path, &query, NOW), Err(LinkError::Forged));
        }
        let later = query.replacen("expires=1795219260", "expires=1795219261", 1);
        assert_ne!(later, query);
        assert_eq!(
            signer.verify("/media/1", &later, NOW),
            Err(LinkError::Forged)
        );
        let other = super::LinkSigner::new(&"another".into());
        assert_eq!(
            other.verify("/media/1", &query, NOW),
            Err(LinkError::Forged)
        );
        for bad in [
            "",
            "expires=1795219260",
            &format!("{query}&download=1"),
            &format!("download=1&{query}"),
            &query.replace("expires=", "expires=+"),
            &query.replace("expires=", "expires=-"),
            &format!("{query}="),
        ] {
            let outcome = signer.verify("/media/1", bad, NOW);
            assert_eq!(outcome, Err(LinkError::Malformed), "{bad}");
        }
    }

    #[test]
    fn links_of_the_older_secret_hold_while_it_is_replaced() {
        let query = signer("old").sign("/media/1", NOW.plus(Duration::from_mins(1)));
        let until = NOW.plus(Duration::from_secs(30));
        let replaced = signer("new").accepting(&"old".into(), until);
        assert_eq!(replaced.verify("/media/1", &query, NOW), Ok(()));
        let late = replaced.verify("/media/1", &query, until);
        assert_eq!(late, Err(LinkError::Forged));
        let again = replaced.sign("/media/1", NOW.plus(Duration::from_mins(1)));
        assert_eq!(signer("new").verify("/media/1", &again, NOW), Ok(()));
    }

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        for (name, expected) in [
            ("plan.pdf", "attachment; filename=\"plan.pdf\""),
            ("", "attachment"),
            ("../../etc/passwd", "attachment; filename=\"....etcpasswd\""),
            (
                "a\r\nSet-Cookie: x=1",
                "attachment; filename=\"aSet-Cookie: x=1\"",
            ),
            (
                "a\"b.pdf",
                "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf",
            ),
            (
                "Größe 42.png",
                "attachment; filename=\"Gr__e 42.png\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%2042.png",
            ),
        ] {
            assert_eq!(content_disposition(name, false), expected);
        }
        assert_eq!(
            content_disposition("a.png", true),
            "inline; filename=\"a.png\""
        );
    }

    proptest! {
        #[test]
        fn no_text_is_a_link(path in ".{0,40}", query in ".{0,120}") {
            prop_assert!(signer("secret").verify(&path, &query, NOW).is_err());
        }

        #[test]
        fn every_file_name_makes_a_header(name in ".{0,200}") {
            let header = content_disposition(&name, false);
            prop_assert!(header.is_ascii());
            prop_assert!(!header.bytes().any(|c| c.is_ascii_control()));
        }
    }
}

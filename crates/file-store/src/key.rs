//! The names of objects, valid on every storage.

use std::{fmt, str::FromStr};

const MAX_LENGTH: usize = 250;
const MAX_SEGMENTS: usize = 8;

/// The name of an object: two to eight segments joined by `/`, for instance `orders/<order>/<file>`.
///
/// A segment begins with a lower-case letter or a digit and continues with these, `.`, `_` and `-`. So there is no `..`, no
/// absolute or hidden path, and no two keys that a case-insensitive file system would treat as one. At most 250 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

/// The text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the name of an object; expected such as orders/<order>/<file>, of lower-case letters, digits, `.`, `_` and `-`"
)]
pub struct KeyError;

impl Key {
    pub fn parse(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        let good = text.len() <= MAX_LENGTH
            && (2..=MAX_SEGMENTS).contains(&text.split('/').count())
            && text.split('/').all(is_segment);
        good.then_some(Self(text)).ok_or(KeyError)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Everything but the last segment.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Whether the text names a folder of keys: empty (all of them), or one or more segments.
pub(crate) fn is_folder(text: &str) -> bool {
    text.is_empty() || (text.len() <= MAX_LENGTH && text.split('/').all(is_segment))
}

fn is_segment(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut bytes = text.bytes();
    bytes.next().is_some_and(plain) && bytes.all(|c| plain(c) || b"._-".contains(&c))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Key {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Key {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_that_could_lead_elsewhere_is_no_key() {
        for bad in [
            "",
            "a",
            "/a/b",
            "a/b/",
            "a//b",
            "a/../b",
            "../a/b",
            "a/.b",
            "a/b c",
            "a\\b/c",
            "a/b\0",
            "a/B",
            "a/ö",
            "c:/a/b",
            "a/b?x=1",
            "a/b#c",
            "a/%2e%2e",
            "1/2/3/4/5/6/7/8/9",
        ] {
            assert_eq!(Key::parse(bad), Err(KeyError), "{bad:?}");
        }
        assert!(Key::parse(format!("a/{}", "b".repeat(248))).is_ok());
        assert!(Key::parse(format!("a/{}", "b".repeat(249))).is_err());
    }

    #[test]
    fn the_folder_is_all_but_the_last_segment() {
        let key = Key::parse("orders/01890a5d/01890a5e.thumbnail").unwrap();
        assert_eq!(key.folder(), "orders/01890a5d");
        assert_eq!(key.to_string().parse(), Ok(key));
    }

    proptest! {
        #[test]
        fn a_key_is_a_plain_relative_path(text in "[a-zA-Z0-9._/\\\\: %-]{0,40}") {
            if let Ok(key) = Key::parse(text.clone()) {
                prop_assert_eq!(key.as_str(), &text);
                let path = Path::new(key.as_str());
                prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))));
                prop_assert_eq!(path.components().count(), text.split('/').count());
                prop_assert!(!text.contains("..") || !text.split('/').any(|part| part == ".."));
            }
        }

        #[test]
        fn segments_of_the_allowed_characters_make_a_key(segments in prop::collection::vec("[a-z0-9][a-z0-9._-]{0,20}", 2..=8)) {
            let text = segments.join("/");
            prop_assert_eq!(Key::parse(text.clone()).map(String::from), Ok(text));
        }
    }
}

//! Keyset pages: a page begins after the last row of the one before, so its cost does not grow with its number,
//! and rows that come or go in between move nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// How many rows a page has: 1 to 100, 20 unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u64);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 and 100")]
pub struct BadLimit;

impl Limit {
    pub const DEFAULT: Self = Self(20);
    pub const MAX: u32 = 100;
    /// For work through whole lists, such as exports: no caller can ask for so many.
    pub const BATCH: Self = Self(500);

    /// 0 stands for the default.
    pub fn new(limit: u32) -> Result<Self, BadLimit> {
        match limit {
            0 => Ok(Self::DEFAULT),
            1..=Self::MAX => Ok(Self(u64::from(limit))),
            _ => Err(BadLimit),
        }
    }

    pub fn get(self) -> u64 {
        self.0
    }

    /// What to ask the database for: one more row than the page has tells whether there is a next one.
    pub fn fetch(self) -> u64 {
        self.0 + 1
    }

    /// Cuts the fetched rows to the page; the cursor of the last kept row if there are more.
    pub fn page<R, T: Serialize>(
        self,
        mut rows: Vec<R>,
        position: impl Fn(&R) -> T,
    ) -> (Vec<R>, Option<String>) {
        let size = usize::try_from(self.0).unwrap_or(usize::MAX);
        if rows.len() <= size {
            return (rows, None);
        }
        rows.truncate(size);
        let next = rows.last().map(|row| encode(&position(row)));
        (rows, next)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not a cursor of this list; take it from nextCursor of the page before")]
pub struct BadCursor;

/// A position in a list as opaque text. `T` is the sort key and the id of the last row.
pub fn encode<T: Serialize>(position: &T) -> String {
    // Positions are tuples of numbers, texts and ids, which always serialise.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

/// Reads a cursor; none from empty text (the first page). Longer than 1 KiB is refused.
pub fn decode<T: DeserializeOwned>(cursor: &str) -> Result<Option<T>, BadCursor> {
    if cursor.is_empty() {
        return Ok(None);
    }
    if cursor.len() > 1024 {
        return Err(BadCursor);
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
    let position: Value = serde_json::from_slice(&bytes).map_err(|_| BadCursor)?;
    if has_nul(&position) {
        return Err(BadCursor);
    }
    serde_json::from_value(position)
        .map(Some)
        .map_err(|_| BadCursor)
}

/// Whether a text has a NUL, which PostgreSQL takes in no value (no row has one, so no cursor of ours does).
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(parts) => parts.iter().any(has_nul),
        Value::Object(parts) => parts
            .iter()
            .any(|(key, part)| key.contains('\0') || has_nul(part)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_cursor_only_if_more_follows() {
        let limit = Limit::new(2).unwrap();
        assert_eq!(limit.page(vec![1, 2], |n| *n), (vec![1, 2], None));
        let (rows, next) = limit.page(vec![1, 2, 3], |n| *n);
        assert_eq!(rows, [1, 2]);
        assert_eq!(decode(&next.unwrap()), Ok(Some(2)));
    }

    #[test]
    fn foreign_cursors_and_limits_are_refused() {
        for bad in ["%", "bm90IGpzb24", &"x".repeat(2000)] {
            assert_eq!(decode::<(i64, String)>(bad), Err(BadCursor), "{bad}");
        }
        assert_eq!(decode::<i64>(""), Ok(None));
        let forged = encode(&("na\0me", 1));
        assert_eq!(decode::<(String, i64)>(&forged), Err(BadCursor));
        let odd = ("na\\u0000me".to_owned(), 1);
        assert_eq!(decode(&encode(&odd)), Ok(Some(odd)));
        assert_eq!(Limit::new(0), Ok(Limit::DEFAULT));
        assert_eq!(Limit::new(101), Err(BadLimit));
    }
}

//! Checks of text and numbers that every slice's domain shares.

use std::fmt;

use waybill_service_kit::{AppError, FieldError};

/// Most units of one product that a number of them may say.
pub const MAX_UNITS: i64 = 1_000_000_000;
/// Largest amount, in minor units: numbers of JSON are exact up to here.
pub const MAX_AMOUNT: i64 = 9_007_199_254_740_991;

/// What is wrong with one field of a request, named as the JSON API names it (`items[0].quantity`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub field: String,
    pub message: String,
}

/// Every fault of a request: all are told at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", fault.field, fault.message)?;
        }
        Ok(())
    }
}

impl From<Faults> for AppError {
    fn from(faults: Faults) -> Self {
        let fields = faults
            .0
            .into_iter()
            .map(|fault| FieldError::new(fault.field, fault.message));
        Self::invalid(fields.collect())
    }
}

impl Faults {
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut faults = Self::default();
        faults.add(field, message);
        faults
    }

    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault {
            field: field.into(),
            message: message.into(),
        });
    }

    /// `value` if nothing was found wrong.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// One trimmed line of at most `max` characters; no control characters.
    pub fn line(&mut self, field: &str, text: &str, max: usize) -> String {
        self.text(field, text, max, char::is_control)
    }

    /// As [`Self::line`], and not empty.
    pub fn required_line(&mut self, field: &str, text: &str, max: usize) -> String {
        if text.trim().is_empty() {
            self.add(field, "is required");
        }
        self.line(field, text, max)
    }

    /// Trimmed text of at most `max` characters; of the control characters only line breaks and tabs.
    pub fn paragraph(&mut self, field: &str, text: &str, max: usize) -> String {
        self.text(field, text, max, |c| {
            c.is_control() && !matches!(c, '\n' | '\r' | '\t')
        })
    }

    fn text(&mut self, field: &str, text: &str, max: usize, bad: fn(char) -> bool) -> String {
        let text = text.trim();
        if text.chars().count() > max {
            self.add(field, format!("must be at most {max} characters long"));
        }
        if text.contains(bad) {
            self.add(field, "must not contain control characters");
        }
        text.to_owned()
    }

    /// A whole number within the bounds, both allowed.
    pub fn number(&mut self, field: &str, value: i64, min: i64, max: i64) {
        if value < min || value > max {
            self.add(field, format!("must be from {min} to {max}"));
        }
    }
}

/// The form in which text is searched: lower case, single spaces, cut to `max` characters.
pub fn search_text(parts: &[&str], max: usize) -> String {
    let mut text = String::new();
    for word in parts.iter().flat_map(|part| part.split_whitespace()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.to_lowercase());
    }
    match text.char_indices().nth(max) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

/// At most this many words of a search are looked at.
const MAX_WORDS: usize = 8;
/// Longest search text.
const MAX_QUERY: usize = 200;

/// The words of a search, lower-cased.
pub fn search_words(query: &str) -> Result<Vec<String>, Faults> {
    let mut faults = Faults::default();
    let query = faults.line("q", query, MAX_QUERY);
    let words = query
        .to_lowercase()
        .split_whitespace()
        .take(MAX_WORDS)
        .map(str::to_owned)
        .collect();
    faults.or(words)
}

/// A `LIKE` pattern for text that contains `word`, to be used with `ESCAPE '!'` (a backslash means something else on MySQL).
pub fn contains_pattern(word: &str) -> String {
    format!("%{}%", escaped(word))
}

/// A `LIKE` pattern for text that begins with `prefix`.
pub fn prefix_pattern(prefix: &str) -> String {
    format!("{}%", escaped(prefix))
}

fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_measured_in_characters_and_kept_free_of_control_characters() {
        let mut faults = Faults::default();
        assert_eq!(faults.line("title", "  Grüße  ", 5), "Grüße");
        assert_eq!(faults.paragraph("note", "a\nb", 3), "a\nb");
        assert_eq!(faults, Faults::default());
        faults.line("title", "four", 3);
        faults.line("title", "a\nb", 3);
        faults.paragraph("note", "a\0b", 3);
        faults.required_line("name", " ", 3);
        faults.number("quantity", 0, 1, 5);
        let fields: Vec<_> = faults.0.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["title", "title", "note", "name", "quantity"]);
    }

    #[test]
    fn search_text_is_lower_case_and_bounded() {
        assert_eq!(
            search_text(&["Web  Design", "ÄPFEL"], 100),
            "web design äpfel"
        );
        assert_eq!(search_text(&["ÄÖÜ"], 2), "äö");
        assert_eq!(search_words(" Blue\tCUP ").unwrap_err().0[0].field, "q");
        assert_eq!(search_words(" Blue CUP ").unwrap(), ["blue", "cup"]);
        assert!(search_words(&"x".repeat(201)).is_err());
    }

    #[test]
    fn wildcards_in_a_search_stand_for_themselves() {
        assert_eq!(contains_pattern("50%_!"), "%50!%!_!!%");
        assert_eq!(prefix_pattern("W26"), "W26%");
    }
}

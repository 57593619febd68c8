//! Limits and search text, shared by the domains of all slices.

use waybill_primitives::{FieldErrors, Timestamp};
use waybill_proto::order as pb;

/// Maximum number of units of one product.
pub const MAX_UNITS: i64 = pb::Product::MAX_ON_HAND;
/// Largest amount, in minor units: numbers of JSON are exact up to here.
pub const MAX_AMOUNT: i64 = 9_007_199_254_740_991;

/// Checks bounds of amounts, in minor units; both are included.
pub fn check_amounts(
    (least, min): (&str, Option<i64>),
    (most, max): (&str, Option<i64>),
) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for (field, amount) in [(least, min), (most, max)] {
        if amount.is_some_and(|amount| amount < 0) {
            errors.add(field, "must not be negative");
        }
    }
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        errors.add(least, format!("must not be more than {most}"));
    }
    errors.or(())
}

/// The id, slug or name of a category in a filter.
pub fn category_filter(text: &str) -> Result<String, FieldErrors> {
    let mut errors = FieldErrors::default();
    let category = errors.line("category", text, pb::ListProductsRequest::MAX_CATEGORY);
    errors.or(category)
}

/// Checks that a half-open time span is not empty.
pub fn check_span(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<(), FieldErrors> {
    match from.zip(to) {
        Some((from, to)) if from >= to => Err(FieldErrors::one("from", "must be before to")),
        _ => Ok(()),
    }
}

/// Normalises text for searching: lower case, single spaces, cut to `max` characters.
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

/// Maximum number of words of a search.
const MAX_WORDS: usize = 8;
/// Longest search text.
const MAX_QUERY: usize = 200;

/// The words of a search, lower-cased.
pub fn search_words(query: &str) -> Result<Vec<String>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let query = errors.line("q", query, MAX_QUERY);
    let words = query
        .to_lowercase()
        .split_whitespace()
        .take(MAX_WORDS)
        .map(str::to_owned)
        .collect();
    errors.or(words)
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

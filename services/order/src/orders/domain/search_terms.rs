//! The search words of an order.

use std::collections::BTreeSet;

/// Maximum number of characters of a word.
pub const MAX_WORD: usize = 64;
/// Maximum number of characters of all words of an order, including spaces.
const MAX_TEXT: usize = 480;

/// Distinct words in lower case, sorted: runs of letters and digits. Changing this requires migrating stored words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchTerms(BTreeSet<String>);

impl SearchTerms {
    pub fn of(texts: &[&str]) -> Self {
        let words = texts.iter().flat_map(|text| {
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(|word| {
                    word.to_lowercase()
                        .chars()
                        .take(MAX_WORD)
                        .collect::<String>()
                })
        });
        let (mut kept, mut length) = (BTreeSet::new(), 0);
        for word in words {
            let longer = length + word.chars().count() + 1;
            if longer <= MAX_TEXT && kept.insert(word) {
                length = longer;
            }
        }
        Self(kept)
    }

    /// The words of an order; the title comes first, because the total is limited. Without the customer's e-mail address: workers who
    /// search the pool must not be able to find it out.
    pub fn of_order<'a>(
        title: &'a str,
        customer: &'a str,
        items: impl IntoIterator<Item = &'a str>,
        description: &'a str,
    ) -> Self {
        let mut texts = vec![title, customer];
        texts.extend(items);
        texts.push(description);
        Self::of(&texts)
    }

    /// Reads what [`SearchTerms::text`] wrote.
    pub fn read(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// With a space between them, which no word has.
    pub fn text(&self) -> String {
        self.0
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The words that the other does not have.
    pub fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        self.0.difference(&other.0).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let words = SearchTerms::of(&["Garden-FENCE, 3 m (oak)", "Zoë O'Brien"]);
        assert_eq!(words.text(), "3 brien fence garden m o oak zoë");
        assert_eq!(SearchTerms::read(&words.text()), words);
        assert_eq!(SearchTerms::of(&[" !? "]).text(), "");
        let long = SearchTerms::of(&["x".repeat(100).as_str()]);
        assert_eq!(long.text().len(), MAX_WORD);
    }

    #[test]
    fn what_is_kept_fits_its_column() {
        let many: Vec<String> = (0..400).map(|n| format!("word{n}")).collect();
        assert!(SearchTerms::of(&[&many.join(" ")]).text().chars().count() <= 500);
    }
}

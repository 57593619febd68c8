//! The search words of an order, and the labels that are found like words.

use std::collections::BTreeSet;

use super::OrderKind;

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

/// What an order is found by in addition to its words: the customer's address, the end of its number, its kind. Each starts with a
/// character that no word has; only the list for administrators looks for addresses. A migration writes the same for older orders.
pub fn labels(email: &str, number: &str, kind: OrderKind) -> Vec<String> {
    let tail = number.rsplit('-').next().unwrap_or_default();
    let mut labels = vec![tail_label(tail), kind_label(kind)];
    if !email.is_empty() {
        labels.push(email_label(email));
    }
    labels
}

/// For the address of a customer, or its beginning.
pub fn email_label(address: &str) -> String {
    let label = format!("@{}", address.to_ascii_lowercase());
    label.chars().take(MAX_WORD).collect()
}

/// For the end of an order number. Backwards: the end of a number is the prefix of this label.
pub fn tail_label(tail: &str) -> String {
    let backwards = tail.chars().rev().map(|c| c.to_ascii_lowercase());
    std::iter::once('-').chain(backwards).collect()
}

pub fn kind_label(kind: OrderKind) -> String {
    format!(":{}", kind.as_str().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_no_words_and_an_end_of_the_number_is_their_prefix() {
        let labels = labels("Ada@Example.com", "W261121-7K3M9QX", OrderKind::Mixed);
        assert_eq!(labels, ["-xq9m3k7", ":mixed", "@ada@example.com"]);
        assert!(labels[0].starts_with(&tail_label("9QX")));
        let text = labels.join(" ");
        let words = SearchTerms::of(&[&text]);
        assert!(
            labels
                .iter()
                .all(|label| !words.iter().any(|word| word == label))
        );
        assert_eq!(email_label(&"x".repeat(100)).len(), MAX_WORD);
    }

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

//! Who sees which orders, and what lists can be asked for.

use waybill_primitives::{OrderNumber, Timestamp, UserId};

use super::{OrderStatus, PaymentStatus};
use crate::fields::{Faults, search_words, text_enum};

/// As whom somebody looks at orders. Every query of orders begins with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Administrators, and the platform itself.
    Everything,
    /// Their own orders.
    Customer(UserId),
    /// Orders assigned to them, the pool, and what they ordered themselves.
    Staff(UserId),
}

text_enum! {
    /// How a list of orders is sorted.
    Sort {
        Newest = "newest",
        Oldest = "oldest",
        TotalAsc = "total_asc",
        TotalDesc = "total_desc",
    }
}

/// What a search looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// A whole order number.
    Number(String),
    /// The beginning of one: `W` and at least two digits.
    NumberPrefix(String),
    /// Words of the title or the customer's name.
    Words(Vec<String>),
}

/// How long an order number is.
const NUMBER_LENGTH: usize = 15;

impl Search {
    /// None for blank text.
    pub fn parse(text: &str) -> Result<Option<Self>, Faults> {
        let words = search_words(text)?;
        Ok(match words.as_slice() {
            [] => None,
            [word] => Some(match word.parse::<OrderNumber>() {
                Ok(number) => Self::Number(number.as_str().to_owned()),
                Err(_) if begins_a_number(word) => Self::NumberPrefix(word.to_ascii_uppercase()),
                Err(_) => Self::Words(words),
            }),
            _ => Some(Self::Words(words)),
        })
    }
}

fn begins_a_number(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('w') else {
        return false;
    };
    let (date, random) = rest.split_once('-').unwrap_or((rest, ""));
    word.len() <= NUMBER_LENGTH
        && (2..=6).contains(&date.len())
        && date.bytes().all(|b| b.is_ascii_digit())
        && (date.len() == 6 || !rest.contains('-'))
        && random.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The last number that can begin with `prefix`: an upper bound that an index can use under any collation.
pub fn last_number(prefix: &str) -> String {
    format!("{prefix:Z<NUMBER_LENGTH$}")
}

/// Which orders a list has.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub search: Option<Search>,
    pub status: Option<OrderStatus>,
    pub payment_status: Option<PaymentStatus>,
    /// Placed at this time or later.
    pub from: Option<Timestamp>,
    /// Placed before this time.
    pub to: Option<Timestamp>,
    pub customer: Option<UserId>,
    pub assignee: Option<UserId>,
    /// Minor units; both bounds are included.
    pub min_total: Option<i64>,
    pub max_total: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_numbers_are_told_from_words() {
        let parse = |text| Search::parse(text).unwrap();
        let prefix = |text: &str| Some(Search::NumberPrefix(text.to_owned()));
        assert_eq!(parse("  "), None);
        assert_eq!(
            parse("w261121-7k3m9qx"),
            Some(Search::Number("W261121-7K3M9QX".into()))
        );
        assert_eq!(parse("W26"), prefix("W26"));
        assert_eq!(parse("w261121-7"), prefix("W261121-7"));
        for words in [
            "w2",
            "web",
            "w26-1",
            "W26 fence",
            "261121",
            "w261121-7k3m9qx0",
        ] {
            assert!(matches!(parse(words), Some(Search::Words(_))), "{words}");
        }
        assert_eq!(last_number("W26"), "W26ZZZZZZZZZZZZ");
        assert!(Search::parse(&"x".repeat(300)).is_err());
    }
}

//! Visibility of orders, and filters of lists.

use chrono::NaiveDate;
use waybill_primitives::{FieldErrors, OrderId, OrderNumber, Timestamp, UserId, string_enum};

use super::{OrderKind, OrderStatus, PaymentStatus, QuoteState, SearchTerms};
use crate::base::fields::search_words;

/// The viewer of orders. Every query of orders needs one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Administrators, and the platform itself.
    Everything,
    /// Their own orders.
    Customer(UserId),
    /// Orders assigned to them, the pool, and what they ordered themselves.
    Staff(UserId),
}

string_enum! {
    /// How a list of orders is sorted.
    pub enum Sort as waybill_proto::order::OrderSort {
        Newest = "newest",
        Oldest = "oldest",
        TotalAsc = "total_asc",
        TotalDesc = "total_desc",
    }
}

/// A parsed search text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// The id of an order.
    Id(OrderId),
    /// A whole order number.
    Number(OrderNumber),
    /// The prefix of an order number: `W` and at least two digits.
    NumberPrefix(String),
    /// The part of an order number after its hyphen. It may be a word, too.
    NumberTail(String),
    /// An e-mail address of a customer, in lower case.
    Email(String),
    /// Prefixes of words of the title or the customer's name; all must match.
    Words(Vec<String>),
}

/// How long an order number is.
const NUMBER_LENGTH: usize = 15;

impl Search {
    /// None for blank text.
    pub fn parse(text: &str) -> Result<Option<Self>, FieldErrors> {
        Ok(Self::parse_public(text)?.map(|search| match search {
            Self::Words(_) => match Self::email(text) {
                Some(address) => Self::Email(address),
                None => search,
            },
            search => search,
        }))
    }

    /// The text as an address: one word with an `@` within.
    fn email(text: &str) -> Option<String> {
        let text = text.trim();
        let (name, host) = text.split_once('@')?;
        let is_one = !name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace);
        is_one.then(|| text.to_ascii_lowercase())
    }

    /// As [`Self::parse`], without addresses, for those who must not find out whose orders they see.
    pub fn parse_public(text: &str) -> Result<Option<Self>, FieldErrors> {
        let words = search_words(text)?;
        let beginnings =
            || Self::Words(SearchTerms::of(&[text]).iter().map(str::to_owned).collect());
        Ok(match words.as_slice() {
            [] => None,
            [word] => Some(match (word.parse(), word.parse::<OrderNumber>()) {
                (Ok(id), _) => Self::Id(id),
                (_, Ok(number)) => Self::Number(number),
                _ if begins_a_number(word) => Self::NumberPrefix(word.to_ascii_uppercase()),
                _ if ends_a_number(word) => Self::NumberTail(word.clone()),
                _ => beginnings(),
            }),
            _ => Some(beginnings()),
        })
    }
}

/// The shortest end of a number that is searched for.
const SHORTEST_TAIL: usize = 4;

/// Whether a number can end with this. It may be a word, too.
fn ends_a_number(word: &str) -> bool {
    (SHORTEST_TAIL..=OrderNumber::RANDOM_LEN).contains(&word.len()) && OrderNumber::can_end(word)
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

/// The half-open time span in which orders with this number prefix were placed. None if the prefix contains no date.
pub fn days_of(prefix: &str) -> Option<(Timestamp, Timestamp)> {
    let digits = prefix.strip_prefix('W')?.split('-').next()?;
    let part = |at: std::ops::Range<usize>| digits.get(at).unwrap_or_default();
    let year = 2000 + part(0..2).parse::<i32>().ok()?;
    let (first_month, last_month) = bounds(digits.get(2..).unwrap_or_default(), 12)?;
    let (first_day, last_day) = bounds(digits.get(4..).unwrap_or_default(), 31)?;
    let first = NaiveDate::from_ymd_opt(year, first_month, first_day)?;
    // A month may have fewer days than the digits allow.
    let last = (28..=last_day)
        .rev()
        .chain(std::iter::once(last_day))
        .find_map(|day| NaiveDate::from_ymd_opt(year, last_month, day))?;
    let start = |date: NaiveDate| Some(Timestamp::from(date.and_hms_opt(0, 0, 0)?.and_utc()));
    Some((start(first)?, start(last.succ_opt()?)?))
}

/// The smallest and the largest two-digit number from 1 to `most` that starts with these digits (at most two).
fn bounds(digits: &str, most: u32) -> Option<(u32, u32)> {
    let known = digits.get(..2).unwrap_or(digits);
    let fill = |filling: &str| format!("{known}{filling}").get(..2)?.parse::<u32>().ok();
    let (least, greatest) = (fill("00")?.max(1), fill("99")?.min(most));
    (least <= greatest).then_some((least, greatest))
}

/// The last number that can begin with `prefix`: an upper bound that an index can use under any collation.
pub fn last_number(prefix: &str) -> String {
    format!("{prefix:Z<NUMBER_LENGTH$}")
}

/// Filter of a list of orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub search: Option<Search>,
    /// Any of these; none for all.
    pub statuses: Vec<OrderStatus>,
    pub payment_statuses: Vec<PaymentStatus>,
    pub kinds: Vec<OrderKind>,
    /// Any of these; none for all orders, with a quote and without.
    pub quotes: Vec<QuoteState>,
    /// Only those without a worker.
    pub unassigned: bool,
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
    fn order_numbers_are_distinguished_from_words() {
        let parse = |text| Search::parse(text).unwrap();
        let prefix = |text: &str| Some(Search::NumberPrefix(text.to_owned()));
        assert_eq!(parse("  "), None);
        assert_eq!(
            parse("w261121-7k3m9qx"),
            Some(Search::Number("W261121-7K3M9QX".parse().unwrap()))
        );
        assert_eq!(parse("W26"), prefix("W26"));
        assert_eq!(parse("w261121-7"), prefix("W261121-7"));
        for words in ["w2", "web", "w26-1", "W26 fence", "w261121-7k3m9qx0"] {
            assert!(matches!(parse(words), Some(Search::Words(_))), "{words}");
        }
        let tail = |text: &str| Some(Search::NumberTail(text.to_owned()));
        for text in ["7k3m9qx", "m9qx", "7K3M9QX", "261121"] {
            assert_eq!(parse(text), tail(&text.to_lowercase()), "{text}");
        }
        for words in ["9qx", "oil", "7k3m9qx0", "7k3m-qx"] {
            assert!(matches!(parse(words), Some(Search::Words(_))), "{words}");
        }
        assert_eq!(
            parse(" Ada@Example.com "),
            Some(Search::Email("ada@example.com".into()))
        );
        let public = |text| Search::parse_public(text).unwrap();
        for words in ["@ada", "ada@", "ada@example.com lovelace"] {
            assert!(matches!(parse(words), Some(Search::Words(_))), "{words}");
        }
        assert!(matches!(public("ada@example.com"), Some(Search::Words(_))));
        assert_eq!(last_number("W26"), "W26ZZZZZZZZZZZZ");
        assert!(Search::parse(&"x".repeat(300)).is_err());
        let words = |text| match parse(text) {
            Some(Search::Words(words)) => words.join(" "),
            other => panic!("{other:?}"),
        };
        assert_eq!(words("O'Brien  FENCE"), "brien fence o");
        assert_eq!(words("?!"), "");
    }

    #[test]
    fn a_part_of_a_number_names_the_days_of_placing() {
        let days = |prefix: &str| {
            days_of(prefix).map(|(from, to)| {
                let day = |at: Timestamp| at.to_datetime().format("%y%m%d").to_string();
                format!("{} {}", day(from), day(to))
            })
        };
        for (prefix, expected) in [
            ("W26", Some("260101 270101")),
            ("W261", Some("261001 270101")),
            ("W260", Some("260101 261001")),
            ("W2602", Some("260201 260301")),
            ("W26112", Some("261120 261130")),
            ("W26020", Some("260201 260210")),
            ("W260230", None),
            ("W2613", None),
            ("W261121", Some("261121 261122")),
            ("W261121-7K", Some("261121 261122")),
        ] {
            assert_eq!(days(prefix).as_deref(), expected, "{prefix}");
        }
    }
}

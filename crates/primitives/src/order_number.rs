//! Order numbers for people: short, unambiguous when read aloud, and without a counter that concurrent orders would have to lock.

use std::{fmt, str::FromStr};

use rand::RngExt as _;

use crate::Timestamp;

/// Crockford's base 32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The text is not an order number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an order number; expected one such as W261121-7K3M9QX")]
pub struct OrderNumberError;

/// `W`, the UTC date as yymmdd, a dash and seven random characters: 34 billion per day, so that a collision (refused by the
/// unique index; placing the order then retries) is rare.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderNumber(String);

impl OrderNumber {
    /// How many characters follow the dash.
    pub const RANDOM_LEN: usize = 7;

    /// Whether a number can end with this text, in capitals or not.
    pub fn can_end(text: &str) -> bool {
        text.len() <= Self::RANDOM_LEN
            && text
                .bytes()
                .all(|b| ALPHABET.contains(&b.to_ascii_uppercase()))
    }

    pub fn generate(at: Timestamp) -> Self {
        Self::of(at, rand::rng().random())
    }

    /// Of the day of `at`; the characters after the dash are the lowest 35 bits of `number`.
    pub fn of(at: Timestamp, number: u64) -> Self {
        let mut text = at.to_datetime().format("W%y%m%d-").to_string();
        let digits = (0..Self::RANDOM_LEN)
            .rev()
            .map(|place| number >> (5 * place) & 31);
        text.extend(digits.map(|digit| char::from(ALPHABET[digit as usize])));
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrderNumber {
    type Err = OrderNumberError;

    /// Accepts lower case too: people type them.
    fn from_str(text: &str) -> Result<Self, OrderNumberError> {
        let text = text.trim().to_ascii_uppercase();
        let (date, random) = text
            .strip_prefix('W')
            .and_then(|rest| rest.split_once('-'))
            .ok_or(OrderNumberError)?;
        let well_formed = date.len() == 6
            && date.bytes().all(|b| b.is_ascii_digit())
            && random.len() == Self::RANDOM_LEN
            && random.bytes().all(|b| ALPHABET.contains(&b));
        if well_formed {
            Ok(Self(text))
        } else {
            Err(OrderNumberError)
        }
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::__column!(OrderNumber, String, |number| number.0, |text| text
    .parse::<OrderNumber>(
),);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_the_date_and_parse_again() {
        let at = Timestamp::from_micros(1_795_219_200_000_000); // 2026-11-21
        let number = OrderNumber::generate(at);
        assert!(number.as_str().starts_with("W261121-"), "{number}");
        assert_eq!(number.as_str().to_lowercase().parse(), Ok(number));
        let lowest = OrderNumber::of(at, 1);
        assert_eq!(lowest.as_str(), "W261121-0000001");
        assert_eq!(OrderNumber::of(at, 1 | 1 << 35), lowest);
        assert_eq!(OrderNumber::of(at, u64::MAX).as_str(), "W261121-ZZZZZZZ");
        for bad in [
            "",
            "W261121",
            "W261121-IIIIIII",
            "261121-0000000",
            "W26112-0000000",
        ] {
            assert_eq!(bad.parse::<OrderNumber>(), Err(OrderNumberError), "{bad}");
        }
    }
}

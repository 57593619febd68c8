//! Money: integer minor units with their currency. Arithmetic is checked; floats never occur.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why an amount could not be made or computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("the amount is too large")]
    Overflow,
    #[error("{0} and {1} cannot be added: the currencies differ")]
    CurrencyMismatch(Currency, Currency),
    #[error("must be an ISO 4217 currency code: three capital letters such as USD")]
    BadCurrency,
    #[error("must be an amount such as {}: digits, and a point before at most {} decimals", .0.decimal(1_999), .0.decimals())]
    BadDecimal(Currency),
}

/// An ISO 4217 code. Only its form is checked; which currencies a shop accepts is its own setting.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    pub const USD: Self = Self(*b"USD");
    pub const EUR: Self = Self(*b"EUR");
    /// "No currency": used where a message has no readable code. No shop accepts it.
    pub const NONE: Self = Self(*b"XXX");

    pub fn as_str(&self) -> &str {
        // Only capital ASCII letters are ever stored.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// Decimal places of the minor unit (ISO 4217, the exponent column).
    pub fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// Writes minor units as a decimal number with all decimals of the currency, such as `19.99`.
    pub fn decimal(self, amount: i64) -> String {
        let decimals = self.decimals();
        let sign = if amount < 0 { "-" } else { "" };
        let amount = amount.unsigned_abs();
        if decimals == 0 {
            return format!("{sign}{amount}");
        }
        let (unit, width) = (10_u64.pow(decimals), decimals as usize);
        format!("{sign}{}.{:0width$}", amount / unit, amount % unit)
    }

    /// Reads `19.99` as 1999 minor units. No sign, no thousands' separators, and no more decimals than the currency has; fewer are
    /// accepted.
    pub fn minor_units(self, text: &str) -> Result<i64, MoneyError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let places = self.decimals() as usize;
        let dangling = text.contains('.') && fraction.is_empty();
        if whole.is_empty()
            || dangling
            || !digits(whole)
            || !digits(fraction)
            || fraction.len() > places
        {
            return Err(MoneyError::BadDecimal(self));
        }
        let number = format!("{whole}{fraction:0<places$}");
        number.parse().map_err(|_| MoneyError::Overflow)
    }
}

impl Default for Currency {
    fn default() -> Self {
        Self::NONE
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        match text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|l| l.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(MoneyError::BadCurrency),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

crate::string_column!(Currency);

/// An amount in minor units (1999 USD is 19.99 dollars) of an ISO 4217 currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 1999, "currency": "USD"}))]
pub struct Money {
    /// Minor units.
    #[schema(example = 1999)]
    pub amount: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD", pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
}

impl Money {
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum; both amounts must have the same currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let amount = self
            .amount
            .checked_add(other.amount)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self::new(amount, self.currency))
    }

    /// The price of `quantity` units.
    pub fn checked_mul(self, quantity: i64) -> Result<Self, MoneyError> {
        let amount = self
            .amount
            .checked_mul(quantity)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self::new(amount, self.currency))
    }

    /// The share of `basis_points` (hundredths of a percent, 0 to 10,000), rounded down.
    #[must_use]
    pub fn share(self, basis_points: u32) -> Self {
        let part = share_of(self.amount, basis_points.min(10_000).into(), 10_000);
        Self::new(part, self.currency)
    }
}

/// What `part` of `whole` equal units get of an amount, rounded down: `part` from 0 to `whole`. If an amount is handed out in steps, each
/// step gets the difference of the shares after and before it, and all of them the amount.
#[must_use]
pub fn share_of(amount: i64, part: i64, whole: i64) -> i64 {
    let share = i128::from(amount) * i128::from(part) / i128::from(whole.max(1));
    // At most the amount itself.
    i64::try_from(share).unwrap_or(amount)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.currency.decimal(self.amount);
        write!(f, "{number} {}", self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_print_with_the_decimals_of_their_currency() {
        assert_eq!(Money::new(1999, Currency::USD).to_string(), "19.99 USD");
        assert_eq!(Money::new(-5, Currency::USD).to_string(), "-0.05 USD");
        let yen: Currency = "JPY".parse().unwrap();
        assert_eq!(Money::new(500, yen).to_string(), "500 JPY");
    }

    #[test]
    fn decimal_numbers_are_read_and_never_guessed() {
        let currency = |code: &str| code.parse::<Currency>().unwrap();
        for (text, code, amount) in [
            ("19.99", "USD", 1_999),
            ("19.9", "USD", 1_990),
            ("19", "USD", 1_900),
            ("0.05", "USD", 5),
            ("1500", "JPY", 1_500),
            ("1.234", "KWD", 1_234),
        ] {
            assert_eq!(currency(code).minor_units(text), Ok(amount), "{text}");
        }
        for bad in [
            "",
            ".5",
            "5.",
            "1,50",
            "1 000",
            "-1",
            "+1",
            "1e3",
            "1.999",
            "$5",
            "9".repeat(30).as_str(),
        ] {
            assert!(Currency::USD.minor_units(bad).is_err(), "{bad}");
        }
        let problem = currency("JPY").minor_units("1.0").unwrap_err();
        assert!(problem.to_string().contains("such as 1999"), "{problem}");
        assert_eq!(Currency::USD.decimal(-5), "-0.05");
        assert_eq!(currency("JPY").decimal(1_500), "1500");
    }

    #[test]
    fn arithmetic_refuses_overflow_and_mixed_currencies() {
        let usd = Money::new(i64::MAX, Currency::USD);
        assert_eq!(
            usd.checked_add(Money::new(1, Currency::USD)),
            Err(MoneyError::Overflow)
        );
        assert_eq!(usd.checked_mul(2), Err(MoneyError::Overflow));
        assert!(matches!(
            usd.checked_add(Money::new(1, Currency::EUR)),
            Err(MoneyError::CurrencyMismatch(..))
        ));
        assert_eq!("usd".parse::<Currency>(), Err(MoneyError::BadCurrency));
    }

    proptest! {
        #[test]
        fn steps_get_the_amount(amount in 0..i64::MAX, steps in prop::collection::vec(1_i64..1_000, 1..10)) {
            let whole = steps.iter().sum();
            let (mut taken, mut sum) = (0, 0);
            for step in steps {
                let part = share_of(amount, taken + step, whole) - share_of(amount, taken, whole);
                prop_assert!(part >= 0);
                (taken, sum) = (taken + step, sum + part);
            }
            prop_assert_eq!(sum, amount);
        }

        #[test]
        fn a_share_and_its_rest_are_the_whole(amount in 0..i64::MAX, points in 0_u32..=10_000) {
            let whole = Money::new(amount, Currency::USD);
            let part = whole.share(points);
            prop_assert!(part.amount >= 0 && part.amount <= amount);
        }
    }
}

//! Amounts as PayPal writes them: decimal numbers, in the currencies that it takes.

use serde::{Deserialize, Serialize};
use waybill_primitives::{Currency, Money};

use crate::providers::ProviderError;

/// Currencies that PayPal takes: <https://developer.paypal.com/reference/currency-codes/>.
const CURRENCIES: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];
/// Of those, the ones that have decimals by ISO 4217, but not at PayPal.
const WITHOUT_DECIMALS: [&str; 2] = ["HUF", "TWD"];

/// An amount for PayPal: a decimal number.
pub fn decimal(amount: Money) -> Result<String, ProviderError> {
    let refuse = |why: &str| Err(ProviderError::Refused(format!("{amount} by PayPal: {why}")));
    let currency = amount.currency;
    if !CURRENCIES.contains(&currency.as_str()) {
        return refuse("the currency is not supported");
    }
    let text = currency.decimal(amount.amount);
    if !WITHOUT_DECIMALS.contains(&currency.as_str()) {
        return Ok(text);
    }
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => {
            Ok(whole.to_owned())
        }
        None => Ok(text),
        Some(_) => refuse("the currency has no decimals there"),
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Amount {
    currency_code: String,
    value: String,
}

impl Amount {
    pub fn of(amount: Money) -> Result<Self, ProviderError> {
        Ok(Self {
            value: decimal(amount)?,
            currency_code: amount.currency.to_string(),
        })
    }

    /// None if it cannot be read.
    pub fn money(&self) -> Option<Money> {
        let currency: Currency = self.currency_code.parse().ok()?;
        let amount = currency.minor_units(&self.value).ok()?;
        Some(Money::new(amount, currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_decimals_that_paypal_takes() {
        let of = |amount, code: &str| Money::new(amount, code.parse().unwrap());
        for (amount, text) in [
            (of(1_999, "USD"), "19.99"),
            (of(5, "EUR"), "0.05"),
            (of(500, "JPY"), "500"),
            (of(199_900, "HUF"), "1999"),
            (of(100, "TWD"), "1"),
        ] {
            let sent = Amount::of(amount).unwrap();
            assert_eq!(sent.value, text);
            assert_eq!(sent.money(), Some(amount));
        }
        for refused in [
            of(199_950, "HUF"),
            of(1, "TWD"),
            of(1_000, "KWD"),
            of(1, "XXX"),
        ] {
            assert!(Amount::of(refused).is_err(), "{refused}");
        }
        assert!(
            WITHOUT_DECIMALS
                .iter()
                .all(|code| CURRENCIES.contains(code))
        );
    }
}

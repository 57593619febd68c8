//! Prices in bodies: an amount with its currency, or a decimal number in the shop's currency.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat, Type,
        schema::AdditionalProperties,
    },
};
use waybill_primitives::Money;

use crate::common::Price;

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(price: D) -> Result<Self, D::Error> {
        price.deserialize_any(AnyPrice)
    }
}

/// The largest price of a product, in minor units.
const MAX: i64 = 1_000_000_000_000;

struct AnyPrice;

fn decimal(number: impl fmt::Display) -> Price {
    Price {
        money: None,
        decimal: number.to_string(),
    }
}

impl<'de> Visitor<'de> for AnyPrice {
    type Value = Price;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object such as {\"amount\": 1999, \"currency\": \"USD\"}, or a number such as 19.99")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Price, A::Error> {
        let money = Money::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Price {
            money: Some(money),
            decimal: String::new(),
        })
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Price, E> {
        Ok(decimal(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Price, E> {
        Ok(decimal(number))
    }

    /// The shortest decimal number that is read as the same float is the one that the client wrote, up to 15 digits. There is no
    /// arithmetic with it.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Price, E> {
        Ok(decimal(number))
    }
}

impl PartialSchema for Price {
    fn schema() -> RefOr<Schema> {
        let amount = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(0))
            .maximum(Some(MAX))
            .description(Some("Minor units."));
        let currency = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[A-Z]{3}$"))
            .description(Some("ISO 4217; the shop's."));
        let money = ObjectBuilder::new()
            .property("amount", amount)
            .property("currency", currency)
            .required("amount")
            .required("currency")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        let number = ObjectBuilder::new()
            .schema_type(Type::Number)
            .minimum(Some(0))
            // With the decimals of most currencies.
            .maximum(Some(MAX / 100))
            .description(Some("In the shop's currency, such as 19.99."));
        OneOfBuilder::new()
            .item(money)
            .item(number)
            .description(Some(
                "An amount in minor units with its currency, or a decimal number in the shop's currency.",
            ))
            .into()
    }
}

impl ToSchema for Price {}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, from_value, json};
    use waybill_primitives::Currency;

    use super::*;

    #[test]
    fn a_number_is_kept_as_the_client_wrote_it() {
        for text in ["19.99", "0.1", "20", "0.07", "9999999999.99", "-1", "1.005"] {
            let price: Price = from_str(text).unwrap();
            assert_eq!((price.decimal.as_str(), price.money), (text, None));
        }
    }

    #[test]
    fn an_amount_has_its_currency_and_nothing_else_is_a_price() {
        let price: Price = from_value(json!({"amount": 5, "currency": "USD"})).unwrap();
        assert_eq!(price.money, Some(Money::new(5, Currency::USD)));
        for bad in [
            json!("19.99"),
            json!(null),
            json!([5, "USD"]),
            json!({"amount": 5}),
        ] {
            assert!(from_value::<Price>(bad.clone()).is_err(), "{bad}");
        }
    }
}

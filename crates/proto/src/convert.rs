//! Conversions between generated messages and the primitives, in one place.

use std::str::FromStr;

use waybill_primitives::{Currency, Money, Role, Timestamp};

use crate::common;

/// A field of a request that does not hold what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ConvertError {
    pub field: &'static str,
    pub problem: String,
}

/// Reads an id (or anything else with a text form) from a field.
pub fn parse_id<T>(field: &'static str, text: &str) -> Result<T, ConvertError>
where
    T: FromStr<Err: std::fmt::Display>,
{
    text.parse().map_err(|problem: T::Err| ConvertError {
        field,
        problem: problem.to_string(),
    })
}

impl From<Money> for common::Money {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount,
            currency: money.currency.as_str().to_owned(),
        }
    }
}

impl TryFrom<&common::Money> for Money {
    type Error = ConvertError;
    fn try_from(money: &common::Money) -> Result<Self, ConvertError> {
        let currency: Currency = parse_id("currency", &money.currency)?;
        Ok(Self::new(money.amount, currency))
    }
}

impl From<Role> for common::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Customer => Self::Customer,
            Role::Staff => Self::Staff,
            Role::Admin => Self::Admin,
        }
    }
}

impl common::Role {
    /// The role; none for `ROLE_UNSPECIFIED`.
    pub fn known(self) -> Option<Role> {
        match self {
            Self::Unspecified => None,
            Self::Customer => Some(Role::Customer),
            Self::Staff => Some(Role::Staff),
            Self::Admin => Some(Role::Admin),
        }
    }
}

/// Protobuf times. (Free functions: neither type is ours to implement `From` on.)
pub mod time {
    use super::Timestamp;

    pub fn to_proto(time: Timestamp) -> prost_types::Timestamp {
        prost_types::Timestamp {
            seconds: time.secs(),
            nanos: (time.micros().rem_euclid(1_000_000) * 1000) as i32,
        }
    }

    pub fn from_proto(time: &prost_types::Timestamp) -> Timestamp {
        let micros = time.seconds.saturating_mul(1_000_000);
        Timestamp::from_micros(micros.saturating_add(i64::from(time.nanos) / 1000))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn times_survive_the_round_trip() {
            for micros in [0, 1, 1_795_219_200_000_001, -1] {
                let time = Timestamp::from_micros(micros);
                assert_eq!(from_proto(&to_proto(time)), time);
            }
        }
    }
}

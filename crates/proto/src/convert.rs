//! Conversions between generated messages and the primitives, in one place.

use std::str::FromStr;

use waybill_primitives::Role;

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

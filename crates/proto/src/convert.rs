//! Conversions between generated messages and the primitives, in one place.

use std::str::FromStr;

use waybill_primitives::{FieldError, Role};

use crate::common;

/// Parses an id (or anything else with a text form) in a field.
pub fn parse_id<T>(field: &'static str, text: &str) -> Result<T, FieldError>
where
    T: FromStr<Err: std::fmt::Display>,
{
    text.parse()
        .map_err(|error: T::Err| FieldError::new(field, error.to_string()))
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

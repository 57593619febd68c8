//! The JSON form of messages, where derives are not enough; generated code refers to it.

mod price;
mod times;
mod urls;

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize as _, Serializer,
    de::{self, Visitor},
};

/// Used by the attributes of generated messages.
pub use chrono::{DateTime, Utc};
pub(crate) use times::{FromTime, ToTime};
pub use times::{NOT_A_TIME, is_time, time_or_day};
pub use urls::with_base;
pub(crate) use urls::{optional_url, url};
pub use utoipa::{IntoParams, ToSchema};
pub use uuid::Uuid;

/// An enumeration whose values clients choose by name.
pub trait Named: Copy + PartialEq + 'static {
    /// Every value with its name in JSON.
    const NAMES: &'static [(&'static str, Self)];
    /// Other accepted names.
    const ALIASES: &'static [(&'static str, Self)] = &[];

    /// The value of a name, in any case.
    fn of_name(text: &str) -> Option<Self> {
        let mut names = Self::NAMES.iter().chain(Self::ALIASES);
        names
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|(_, choice)| *choice)
    }

    /// The name in JSON; `UNSPECIFIED` for an unknown value.
    fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, choice)| *choice == self);
        named.map_or("UNSPECIFIED", |(name, _)| name)
    }
}

/// A message that counts its changes.
pub trait Version {
    /// 1 for what was just created; grows with each change.
    fn version(&self) -> i64;
}

/// The name of a number in a message. A number that this version does not know becomes `UNSPECIFIED`.
pub fn name_of<T: Named + TryFrom<i32> + Default>(number: i32) -> &'static str {
    T::try_from(number).unwrap_or_default().name()
}

/// Serialises a number in a message as its name.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes the field by reference"
)]
pub(crate) fn name<T, S>(number: &i32, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Named + TryFrom<i32> + Default,
    S: Serializer,
{
    serializer.serialize_str(name_of::<T>(*number))
}

/// Serialises numbers in a message as their names.
pub(crate) fn name_list<T, S>(numbers: &[i32], serializer: S) -> Result<S::Ok, S::Error>
where
    T: Named + TryFrom<i32> + Default,
    S: Serializer,
{
    serializer.collect_seq(numbers.iter().map(|number| name_of::<T>(*number)))
}

/// Serialises the text of a JSON object as that object; null if it is empty or no valid JSON: one bad record must not make a
/// whole list unreadable.
#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
pub(crate) fn object<S: Serializer>(
    text: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let object = text
        .as_deref()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    object.serialize(serializer)
}

/// The form of a body for PUT: what fields become that it leaves out.
#[derive(Debug)]
pub struct Replacement {
    /// The names of the bodies of PATCH and PUT in OpenAPI.
    pub patch: &'static str,
    pub put: &'static str,
    /// As JSON.
    pub example: &'static str,
    pub required: &'static [&'static str],
    /// Fields with their values, as JSON.
    pub defaults: &'static [(&'static str, &'static str)],
}

/// A body that may contain fields of the message that it changes, because clients send back what they read.
#[derive(Debug)]
pub struct Echo {
    /// The body's Rust type.
    pub message: &'static str,
    /// The names of the body and of the changed message in OpenAPI.
    pub schema: &'static str,
    pub of: &'static str,
    /// The read-only fields.
    pub fields: &'static [&'static str],
    /// Those that change without an edit: an outdated value is no attempt to change them.
    pub volatile: &'static [&'static str],
    /// Those with the name of a choice, which may be in any case.
    pub choices: &'static [&'static str],
}

/// Converts a named choice in a body to the value in a message.
pub(crate) struct Choice<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(name: D) -> Result<Self, D::Error> {
        T::deserialize(name).map(Self)
    }
}

impl<T: Into<Self>> From<Choice<T>> for i32 {
    fn from(Choice(choice): Choice<T>) -> Self {
        choice.into()
    }
}

/// Converts an id in a body to the text in a message.
#[derive(Deserialize)]
pub(crate) struct Id(Uuid);

impl From<Id> for String {
    fn from(Id(id): Id) -> Self {
        id.to_string()
    }
}

/// Reads a field of a body whose type differs from that in the message.
pub(crate) fn required<'de, T, W, D>(value: D) -> Result<W, D::Error>
where
    T: Deserialize<'de> + Into<W>,
    D: Deserializer<'de>,
{
    T::deserialize(value).map(Into::into)
}

/// As [`required`], for a field that may be absent.
pub(crate) fn optional<'de, T, W, D>(value: D) -> Result<Option<W>, D::Error>
where
    T: Deserialize<'de> + Into<W>,
    D: Deserializer<'de>,
{
    Ok(Option::<T>::deserialize(value)?.map(Into::into))
}

/// As [`required`], where null is the empty value.
pub(crate) fn or_default<'de, T, W, D>(value: D) -> Result<W, D::Error>
where
    T: Deserialize<'de> + Into<W>,
    W: Default,
    D: Deserializer<'de>,
{
    optional::<T, W, D>(value).map(Option::unwrap_or_default)
}

/// As [`required`], for a list.
pub(crate) fn list<'de, T, W, D>(values: D) -> Result<Vec<W>, D::Error>
where
    T: Deserialize<'de> + Into<W>,
    D: Deserializer<'de>,
{
    let values = Vec::<T>::deserialize(values)?;
    Ok(values.into_iter().map(Into::into).collect())
}

/// As [`optional`], where null counts as present: it is the empty value.
pub(crate) fn clear<'de, T, W, D>(value: D) -> Result<Option<W>, D::Error>
where
    T: Deserialize<'de> + Into<W>,
    W: Default,
    D: Deserializer<'de>,
{
    or_default::<T, W, D>(value).map(Some)
}

/// As [`clear`], for a number: null is -1.
pub(crate) fn clear_number<'de, N, D>(value: D) -> Result<Option<N>, D::Error>
where
    N: Deserialize<'de> + From<i8>,
    D: Deserializer<'de>,
{
    let number = Option::<N>::deserialize(value)?;
    Ok(Some(number.unwrap_or_else(|| N::from(-1))))
}

/// As [`required`], for a message.
pub(crate) fn given<'de, T, W, D>(value: D) -> Result<Option<W>, D::Error>
where
    T: Deserialize<'de> + Into<W>,
    D: Deserializer<'de>,
{
    T::deserialize(value).map(|message| Some(message.into()))
}

/// Reads a choice by its name, in any case. The derived code for an enum would accept objects as well, and serde_json calls every
/// other value that is not text malformed.
pub fn by_name<'de, T: Named, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(ByName(PhantomData))
}

struct ByName<T>(PhantomData<T>);

/// The names of all choices, for error messages.
fn names<T: Named>() -> String {
    let names: Vec<_> = T::NAMES.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

impl<T: Named> Visitor<'_> for ByName<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", names::<T>())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::of_name(text).ok_or_else(|| E::custom(format_args!("must be one of {}", names::<T>())))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;
    use crate::{
        common::{AuditRecord, Role},
        order::{Order, OrderSort, OrderStatus},
    };

    #[test]
    fn choices_are_written_and_read_by_name() {
        for (name, choice) in OrderStatus::NAMES {
            assert_eq!(to_value(choice).unwrap(), *name);
            assert_eq!(choice.name(), *name);
            for text in [(*name).to_owned(), name.to_ascii_lowercase()] {
                assert_eq!(from_value::<OrderStatus>(text.into()).unwrap(), *choice);
            }
        }
        assert_eq!(
            from_value::<OrderSort>(json!("-createdAt")).unwrap(),
            OrderSort::Newest
        );
        assert_eq!(name_of::<OrderStatus>(99), "UNSPECIFIED");
    }

    #[test]
    fn nothing_but_a_name_is_a_choice() {
        for bad in [
            json!(5),
            json!(1.5),
            json!(null),
            json!(true),
            json!([]),
            json!({}),
            json!({"PENDING": null}),
            json!(""),
            json!("ON HOLD"),
            json!("UNSPECIFIED"),
        ] {
            let refused = from_value::<OrderStatus>(bad.clone()).unwrap_err();
            assert!(refused.is_data(), "{bad}");
            let names = "one of PENDING, IN_PROGRESS, ON_HOLD, COMPLETED, CANCELLED";
            assert!(refused.to_string().contains(names), "{bad}: {refused}");
        }
    }

    #[test]
    fn what_is_absent_is_null_and_numbers_are_names() {
        let order = Order {
            status: OrderStatus::OnHold.into(),
            ..Order::default()
        };
        let order = to_value(order).unwrap();
        assert_eq!(order["status"], "ON_HOLD");
        assert_eq!(order["paymentStatus"], "UNSPECIFIED");
        assert!(order["specialInstructions"].is_null());
        assert!(
            order
                .get("assignee")
                .is_some_and(serde_json::Value::is_null)
        );
        let role: Role = from_value(json!("staff")).unwrap();
        assert_eq!(role, Role::Staff);
    }

    #[test]
    fn the_text_of_an_object_is_an_object() {
        let record = AuditRecord {
            before: Some(r#"{"name": "Mug"}"#.to_owned()),
            after: Some(r#"{"name": "#.to_owned()),
            ..AuditRecord::default()
        };
        let record = to_value(record).unwrap();
        assert_eq!(record["before"]["name"], "Mug");
        assert!(record["after"].is_null(), "what is no JSON");
    }
}

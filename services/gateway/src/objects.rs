//! Strict reading of JSON objects. Where the contract says object, only an object is accepted: serde's derived code for a struct
//! also takes an array of values in the order of the fields, which is not part of the contract. Names may be in snake_case. An
//! object that can be sent back as it was read may contain fields that cannot be changed; they are ignored.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer as _, MapAccess, SeqAccess,
    Visitor,
};
use waybill_proto::ECHOES;

use crate::error::camel_case;

/// Wraps a deserializer so that every struct, at any depth, is read as a map.
pub struct Objects<D>(pub D);

/// Values that cannot contain a struct.
macro_rules! plain {
    ($($method:ident($($name:ident: $type:ty),*))+) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* visitor)
        }
    )+};
}

/// Values that can contain a struct.
macro_rules! deep {
    ($($method:ident($($name:ident: $type:ty),*))+) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* Inside(visitor))
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        message: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Object {
            visitor,
            message,
            fields,
        })
    }

    deep! {
        deserialize_any()
        deserialize_option()
        deserialize_newtype_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map()
    }

    // Our enums have only unit variants.
    plain! {
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_i128()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_identifier()
        deserialize_ignored_any()
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Passes on the value; nested values are read by the same rule.
struct Inside<V>(V);

macro_rules! found {
    ($($method:ident($type:ty))+) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Inside<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    found! {
        visit_bool(bool)
        visit_i64(i64)
        visit_u64(u64)
        visit_f64(f64)
        visit_str(&str)
        visit_borrowed_str(&'de str)
        visit_string(String)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Objects(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Objects(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Parts(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Parts(entries))
    }
}

/// Passes on a map and accepts nothing else.
struct Object<V> {
    visitor: V,
    /// The struct's name and the names of its fields.
    message: &'static str,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Object<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Entries {
            inner: entries,
            message: self.message,
            fields: self.fields,
        })
    }
}

/// The entries of a map that is read into a struct.
struct Entries<A> {
    inner: A,
    message: &'static str,
    fields: &'static [&'static str],
}

impl<A> Entries<A> {
    /// The field with this name, in camelCase or snake_case.
    fn named(&self, name: String) -> String {
        if self.fields.contains(&name.as_str()) {
            return name;
        }
        Some(camel_case(&name))
            .filter(|spelled| self.fields.contains(&spelled.as_str()) || self.is_echo(spelled))
            .unwrap_or(name)
    }

    /// Whether the field is ignored: a read-only field in an object that was sent back.
    fn is_echo(&self, name: &str) -> bool {
        let mut echoes = ECHOES.iter();
        echoes.any(|echo| echo.message == self.message && echo.fields.contains(&name))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        while let Some(name) = self.inner.next_key()? {
            let name = self.named(name);
            if self.is_echo(&name) {
                self.inner.next_value::<IgnoredAny>()?;
                continue;
            }
            return seed.deserialize(name.into_deserializer()).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Within(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The items of a sequence, or the entries of a map.
struct Parts<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Parts<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Within(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Parts<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Within(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

/// Reads a nested value.
struct Within<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Within<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Leaf {
        n: i64,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wrapped(Option<Leaf>);

    /// A type with a struct in every possible place.
    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Tree {
        one: Option<Leaf>,
        list: Vec<Leaf>,
        map: BTreeMap<String, Leaf>,
        wrapped: Option<Wrapped>,
        pair: Option<(i64, Leaf)>,
        numbers: [u8; 2],
    }

    fn read(json: &str) -> Result<Tree, (String, String)> {
        let mut json = serde_json::Deserializer::from_str(json);
        serde_path_to_error::deserialize(Objects(&mut json))
            .map_err(|error| (error.path().to_string(), error.inner().to_string()))
    }

    #[test]
    fn objects_are_read_as_ever() {
        let json = r#"{"one": {"n": 1}, "list": [{"n": 2}], "map": {"a": {"n": 3}}, "wrapped": {"n": 4},
            "pair": [5, {"n": 6}], "numbers": [7, 8]}"#;
        let tree = Tree {
            one: Some(Leaf { n: 1 }),
            list: vec![Leaf { n: 2 }],
            map: BTreeMap::from([("a".to_owned(), Leaf { n: 3 })]),
            wrapped: Some(Wrapped(Some(Leaf { n: 4 }))),
            pair: Some((5, Leaf { n: 6 })),
            numbers: [7, 8],
        };
        assert_eq!(read(json), Ok(tree));
        assert_eq!(read(r#"{"one": null}"#), Ok(Tree::default()));
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        for (json, path) in [
            ("[]", "."),
            (r#"[{"n": 1}]"#, "."),
            (r#"{"one": [1]}"#, "one"),
            (r#"{"list": [{"n": 1}, [2]]}"#, "list[1]"),
            (r#"{"map": {"a": [3]}}"#, "map.a"),
            (r#"{"wrapped": [4]}"#, "wrapped"),
            (r#"{"pair": [5, [6]]}"#, "pair[1]"),
        ] {
            let (at, problem) = read(json).unwrap_err();
            assert_eq!(at, path, "{json}");
            assert!(
                problem.starts_with("invalid type: sequence, expected an object"),
                "{json}: {problem}"
            );
        }
    }

    #[test]
    fn other_errors_are_reported_as_by_serde() {
        for (json, path, problem) in [
            (r#"{"two": 1}"#, "two", "unknown field `two`"),
            (r#"{"one": {}}"#, "one", "missing field `n`"),
            (r#"{"one": {"n": "1"}}"#, "one.n", "invalid type: string"),
            (r#"{"one": {"n": 1, "n": 2}}"#, "one", "duplicate field `n`"),
            (r#"{"numbers": [1, 300]}"#, "numbers[1]", "invalid value"),
        ] {
            let (at, text) = read(json).unwrap_err();
            assert!(at.starts_with(path), "{json}: {at}");
            assert!(text.starts_with(problem), "{json}: {text}");
        }
    }
}

//! Enums without a protobuf message, by name.

/// The names of an enum's variants as in the API; parsed in any case.
macro_rules! named {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        impl waybill_proto::json::Named for $name {
            const NAMES: &'static [(&'static str, Self)] = &[$(($text, Self::$variant)),+];
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(name: D) -> Result<Self, D::Error> {
                waybill_proto::json::by_name(name)
            }
        }
    };
}

pub(crate) use named;

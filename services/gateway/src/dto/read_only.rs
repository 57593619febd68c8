//! Fields that only answers have. Whoever has read something may send it back whole, with what they change: such fields are
//! taken and not looked at, and every other field that is not known is refused as ever.

use utoipa::openapi::{Object, ObjectBuilder, schema::SchemaType};

/// What OpenAPI says of each.
pub fn schema() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .read_only(true)
        .build()
}

/// A body with such fields.
macro_rules! with_read_only {
    (
        $(#[$of_struct:meta])*
        pub struct $name:ident { $($fields:tt)* }

        read_only { $($field:ident),+ $(,)? }
    ) => {
        $(#[$of_struct])*
        #[allow(dead_code, reason = "nobody reads the fields that are only taken")]
        pub struct $name {
            $($fields)*
            $(
                #[garde(skip)]
                #[schema(schema_with = crate::dto::read_only::schema)]
                $field: Option<serde::de::IgnoredAny>,
            )+
        }
    };
}

pub(super) use with_read_only;

//! Makes types usable as fields of sea-orm entities. Without the feature `sea-orm` nothing is added.

/// `column!(Type, Stored, to, read)`: the type is stored as `Stored`. `to` makes the stored value, `read` the type from a
/// reference to it; an error of `read` says what is wrong with a stored value.
#[cfg(feature = "sea-orm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __column {
    ($name:ty, $stored:ty, $to:expr, $read:expr $(,)?) => {
        const _: () = {
            use $crate::__private::sea_orm::{
                ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError,
                TryGetable, Value,
                sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
            };

            impl From<$name> for Value {
                fn from(value: $name) -> Self {
                    let to: fn($name) -> _ = $to;
                    Value::from(to(value))
                }
            }

            impl TryGetable for $name {
                fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                    let stored = <$stored as TryGetable>::try_get_by(row, index)?;
                    let read: fn(&$stored) -> _ = $read;
                    read(&stored)
                        .map_err(|error| $crate::__private::unreadable(index, &stored, error))
                }
            }

            impl ValueType for $name {
                fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                    let stored = <$stored as ValueType>::try_from(value)?;
                    let read: fn(&$stored) -> _ = $read;
                    read(&stored).map_err(|_| ValueTypeErr)
                }

                fn type_name() -> String {
                    stringify!($name).to_owned()
                }

                fn array_type() -> ArrayType {
                    <$stored as ValueType>::array_type()
                }

                fn column_type() -> ColumnType {
                    <$stored as ValueType>::column_type()
                }
            }

            impl Nullable for $name {
                fn null() -> Value {
                    <$stored as Nullable>::null()
                }
            }

            impl IntoActiveValue<$name> for $name {
                fn into_active_value(self) -> ActiveValue<$name> {
                    ActiveValue::Set(self)
                }
            }

            // sea-orm requires this of every primary key; only keys that the database increments can return a value.
            impl TryFromU64 for $name {
                fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                    Err(DbErr::ConvertFromU64(stringify!($name)))
                }
            }
        };
    };
}

#[cfg(not(feature = "sea-orm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __column {
    ($($ignored:tt)*) => {};
}

/// Makes a type with `Display`, `FromStr` and `Clone` a text column of sea-orm entities.
///
/// ```
/// # use std::{fmt, num::ParseIntError, str::FromStr};
/// #[derive(Clone, PartialEq)]
/// struct Shelf(u8);
/// # impl fmt::Display for Shelf {
/// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
/// # }
/// # impl FromStr for Shelf {
/// #     type Err = ParseIntError;
/// #     fn from_str(text: &str) -> Result<Self, ParseIntError> { text.parse().map(Self) }
/// # }
///
/// waybill_primitives::string_column!(Shelf);
/// ```
#[macro_export]
macro_rules! string_column {
    ($name:ty) => {
        $crate::__column!($name, String, |value| value.to_string(), |text| text
            .parse::<$name>());
    };
}

/// Names that the macros use in the crates that call them.
#[doc(hidden)]
pub mod __private {
    pub use serde;

    #[cfg(feature = "sea-orm")]
    pub use sea_orm;

    /// The error for a column whose value the type cannot represent.
    #[cfg(feature = "sea-orm")]
    pub fn unreadable(
        column: impl std::fmt::Debug,
        stored: impl std::fmt::Debug,
        error: impl std::fmt::Display,
    ) -> sea_orm::TryGetError {
        let problem = format!("the column {column:?} holds {stored:?}: {error}");
        sea_orm::TryGetError::DbErr(sea_orm::DbErr::Type(problem))
    }
}

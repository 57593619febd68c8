//! Enums whose values have names: the same names in the database, in the API and in logs.

/// A text or a number that is none of an enum's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {}", .names.join(", "))]
pub struct UnknownValue {
    /// The names of all values.
    pub names: &'static [&'static str],
}

/// Declares an enum whose values have names.
///
/// It gets `ALL`, `NAMES`, `as_str`, `Display`, `FromStr` and serde by its names, and is a VARCHAR column of sea-orm entities.
///
/// With `as` it is paired with the enum of a proto message, which has the same variants and `Unspecified`: `From` makes the
/// message's value or its number, `from_proto` reads a number.
///
/// ```
/// # mod pb {
/// #     #[derive(Debug, Clone, Copy, PartialEq)]
/// #     pub enum Light { Unspecified, Red, Green }
/// #     impl TryFrom<i32> for Light {
/// #         type Error = ();
/// #         fn try_from(number: i32) -> Result<Self, ()> {
/// #             [Self::Unspecified, Self::Red, Self::Green].get(number as usize).copied().ok_or(())
/// #         }
/// #     }
/// # }
/// waybill_primitives::string_enum! {
///     /// What a traffic light shows.
///     pub enum Light as pb::Light {
///         Red = "RED",
///         /// Go.
///         Green = "GREEN",
///     }
/// }
///
/// assert_eq!(Light::Red.as_str(), "RED");
/// assert_eq!("GREEN".parse(), Ok(Light::Green));
/// assert_eq!("BLUE".parse::<Light>().unwrap_err().to_string(), "must be one of RED, GREEN");
///
/// assert_eq!(pb::Light::from(Light::Red), pb::Light::Red);
/// assert_eq!(i32::from(Light::Green), 2);
/// assert_eq!(Light::from_proto(2), Ok(Some(Light::Green)));
/// assert_eq!(Light::from_proto(0), Ok(None), "unspecified");
/// assert!(Light::from_proto(3).is_err());
/// assert!(Light::required_from_proto(0).is_err());
///
/// assert_eq!(Light::any_from_proto(&[2, 2]), Ok(vec![Light::Green]));
/// assert_eq!(Light::any_from_proto(&[2, 1]), Ok(vec![]), "all of them are no filter");
/// assert!(Light::any_from_proto(&[3]).is_err());
/// ```
#[macro_export]
macro_rules! string_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident $(as $proto:ty)? {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// All values, in the order of their declaration.
            pub const ALL: [Self; Self::NAMES.len()] = [$(Self::$variant),+];
            /// The names of [`Self::ALL`].
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// The value's name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownValue;

            fn from_str(text: &str) -> Result<Self, $crate::UnknownValue> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownValue { names: Self::NAMES }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let text = <String as $crate::__private::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err($crate::__private::serde::de::Error::custom)
            }
        }

        $crate::__column!($name, String, |value| value.as_str(), |text| text.parse::<$name>());
        $crate::string_enum!(@proto [$($proto)?] $name $($variant)+);
    };

    (@proto [] $($ignored:tt)+) => {};
    (@proto [$proto:ty] $name:ident $($variant:ident)+) => {
        impl From<$name> for $proto {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for i32 {
            fn from(value: $name) -> Self {
                <$proto>::from(value) as Self
            }
        }

        impl $name {
            /// The value for a number in a message; none for the unspecified one.
            pub fn from_proto(number: i32) -> Result<Option<Self>, $crate::UnknownValue> {
                match <$proto>::try_from(number) {
                    Ok(<$proto>::Unspecified) => Ok(None),
                    $(Ok(<$proto>::$variant) => Ok(Some(Self::$variant)),)+
                    Err(_) => Err($crate::UnknownValue { names: Self::NAMES }),
                }
            }

            /// As [`Self::from_proto`], where a value is required.
            pub fn required_from_proto(number: i32) -> Result<Self, $crate::UnknownValue> {
                let unknown = $crate::UnknownValue { names: Self::NAMES };
                Self::from_proto(number)?.ok_or(unknown)
            }

            /// The values that a filter accepts, each once; empty for a filter that accepts all of them.
            pub fn any_from_proto(numbers: &[i32]) -> Result<Vec<Self>, $crate::UnknownValue> {
                let values = numbers.iter().map(|number| Self::from_proto(*number));
                let mut values: Vec<_> = values.filter_map(Result::transpose).collect::<Result<_, _>>()?;
                values.sort_unstable();
                values.dedup();
                if values.len() == Self::ALL.len() {
                    values.clear();
                }
                Ok(values)
            }
        }
    };
}

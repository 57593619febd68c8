//! Settings: each declared once, with its name, type, default and documentation, by [`settings!`](crate::settings!).
//!
//! Sources, later ones win: default → TOML file (`WAYBILL_CONFIG` or `--config`) → environment → flags. A secret may be read from
//! a file by `NAME_FILE`. All errors are found before anything starts and reported together. A name that the program does not
//! have is an error in a file or a flag, and a warning in the environment.
//!
//! ```
//! use std::time::Duration;
//! use secrecy::SecretString;
//!
//! waybill_service_kit::settings! {
//!     /// Sending mail
//!     pub struct MailSettings {
//!         /// Host of the SMTP server; without it no mail is sent.
//!         pub host: Option<String> = "WAYBILL_SMTP_HOST";
//!         /// Port of the SMTP server.
//!         pub port: u16 = "WAYBILL_SMTP_PORT", default "587", range 1..=65535;
//!         /// Password of the SMTP account.
//!         pub password: Option<SecretString> = "WAYBILL_SMTP_PASSWORD";
//!         /// Time for one mail.
//!         pub timeout: Duration = "WAYBILL_SMTP_TIMEOUT", default "10s";
//!     }
//! }
//!
//! # use waybill_service_kit::settings::{Sources, load};
//! let (mail,) = load::<(MailSettings,)>(&Sources::empty().with("WAYBILL_SMTP_TIMEOUT", "1m"))?;
//! assert_eq!(mail.timeout, Duration::from_secs(60));
//! # Ok::<(), waybill_service_kit::settings::SettingsError>(())
//! ```
//!
//! After the name come, each optional and in this order: `default "…"`, `dev "…"` (a default that production refuses),
//! `range low..=high`, `check function` (`fn(&T) -> Result<(), String>`; a text may be taken as `&str`). `Option<T>` may be absent; anything else without
//! a default is required. The doc comment of the struct is the section's title in the reference.

mod common;
mod reader;
mod reference;
mod source;
#[cfg(test)]
mod tests;
mod value;

pub use common::{
    CommonSettings, EXPOSE, Environment, LogFormat, PeerSettings, ProcessSettings, default_ports,
};
pub use reader::{Reader, Sections, SettingsError, load, nearest, strays};
pub use reference::reference;
pub use source::Sources;
pub use value::{SettingType, parse_duration};

/// Prefix of every name.
pub const PREFIX: &str = "WAYBILL_";

/// One declared setting.
#[derive(Debug, Clone, Copy)]
pub struct SettingInfo {
    /// The environment variable, for instance `WAYBILL_LOG`.
    pub name: &'static str,
    /// The type of the value, in words.
    pub kind: &'static str,
    pub default: Option<&'static str>,
    /// A default for development only.
    pub development_default: Option<&'static str>,
    /// Limits in Rust's range syntax.
    pub range: Option<&'static str>,
    pub optional: bool,
    pub secret: bool,
    pub doc: &'static str,
}

/// The settings of one struct.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub title: &'static str,
    pub settings: &'static [SettingInfo],
}

/// A struct made by [`settings!`](crate::settings!).
pub trait Settings: Sized {
    const TABLE: Table;
    /// None if a value is missing or invalid; the reader has the errors.
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

/// Declares a struct of settings; see the module [`settings`](mod@crate::settings).
#[macro_export]
macro_rules! settings {
    (
        $(#[doc = $title:expr])*
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $doc:expr])+
                $field_vis:vis $field:ident : $type:ty = $env:expr
                    $(, default $default:literal)?
                    $(, dev $dev:literal)?
                    $(, range $range:expr)?
                    $(, check $check:path)? ;
            )*
        }
    ) => {
        $(#[doc = $title])*
        #[derive(Debug, Clone)]
        $vis struct $name {
            $($(#[doc = $doc])+ $field_vis $field: $type,)*
        }

        impl $crate::settings::Settings for $name {
            const TABLE: $crate::settings::Table = $crate::settings::Table {
                title: concat!($($title),*),
                settings: &[$(
                    $crate::settings::SettingInfo {
                        name: $env,
                        kind: <$type as $crate::settings::SettingType>::KIND,
                        default: $crate::__first!($($default)?),
                        development_default: $crate::__first!($($dev)?),
                        range: $crate::__first!($(stringify!($range))?),
                        optional: <$type as $crate::settings::SettingType>::OPTIONAL,
                        secret: <$type as $crate::settings::SettingType>::SECRET,
                        doc: concat!($($doc),+),
                    },
                )*],
            };

            fn read(reader: &mut $crate::settings::Reader<'_>) -> Option<Self> {
                let mut infos = <Self as $crate::settings::Settings>::TABLE.settings.iter();
                $(
                    let $field: Option<$type> = infos
                        .next()
                        .and_then(|info| reader.value::<$type>(info))
                        $(.filter(|value| {
                            let known = <$type as $crate::settings::SettingType>::known(value);
                            let good = known.is_none_or(|known| ($range).contains(known));
                            if !good {
                                let range = $crate::settings::range_in_words(stringify!($range));
                                reader.error($env, format_args!("must be {range}"));
                            }
                            good
                        }))?
                        $(.filter(|value| {
                            let checked = $check(value);
                            if let Err(problem) = &checked {
                                reader.error($env, problem);
                            }
                            checked.is_ok()
                        }))?;
                )*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
}

/// A range of Rust, such as `1..=10_000`, in words: `from 1 to 10000`. Part of [`settings!`].
#[doc(hidden)]
pub fn range_in_words(range: &str) -> String {
    let range = range.replace([' ', '_'], "");
    match range.split_once("..=") {
        Some((least, most)) => format!("from {least} to {most}"),
        None => range,
    }
}

/// The literal, if there is one. Part of [`settings!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __first {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

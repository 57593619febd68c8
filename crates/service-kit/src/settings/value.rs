//! The types that a setting can have.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use http::Uri;
use ipnet::IpNet;
use secrecy::SecretString;
use waybill_primitives::Currency;

/// A type that a setting can have.
pub trait SettingType: Sized {
    /// The type that a limit of the setting is compared with.
    type Known;
    /// In words, for the reference and for errors.
    const KIND: &'static str;
    const SECRET: bool = false;
    const OPTIONAL: bool = false;

    /// The error says what was expected. It never repeats the value, which may be a secret.
    fn parse(text: &str) -> Result<Self, String>;

    /// The value of a setting that is not set; only optional ones have one.
    fn absent() -> Option<Self> {
        None
    }

    /// The value to compare with limits; none for an absent optional one.
    fn known(&self) -> Option<&Self::Known>;
}

macro_rules! plain {
    ($($type:ty, $kind:literal, |$text:ident| $parse:expr;)+) => {$(
        impl SettingType for $type {
            type Known = Self;
            const KIND: &'static str = $kind;
            fn parse($text: &str) -> Result<Self, String> { $parse }
            fn known(&self) -> Option<&Self> { Some(self) }
        }
    )+};
}

macro_rules! integers {
    ($($type:ty),+) => {plain! {$(
        $type, "whole number", |text| text.replace('_', "").parse().map_err(|_| {
            format!("expected a whole number from {} to {}", <$type>::MIN, <$type>::MAX)
        });
    )+}};
}

integers!(u16, u32, u64, i64, usize);

plain! {
    String, "text", |text| Ok(text.to_owned());
    bool, "on or off", |text| match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err("expected on or off".to_owned()),
    };
    Duration, "duration", |text| parse_duration(text);
    SocketAddr, "address:port", |text| text.parse().map_err(|_| {
        "expected an address and a port such as 127.0.0.1:8080".to_owned()
    });
    Currency, "currency", |text| text.parse().map_err(|_| {
        "expected an ISO 4217 code such as USD".to_owned()
    });
    Vec<String>, "list, separated by commas", |text| Ok(list(text).map(str::to_owned).collect());
    Vec<IpNet>, "networks, separated by commas", |text| list(text)
        .map(|item| item.parse().or_else(|_| item.parse::<IpAddr>().map(IpNet::from)))
        .collect::<Result<_, _>>()
        .map_err(|_| "expected addresses or networks such as 10.0.0.0/8".to_owned());
    Uri, "URL", |text| match text.parse::<Uri>() {
        Ok(uri) if uri.scheme().is_some() && uri.host().is_some() => Ok(uri),
        _ => Err("expected a URL such as http://host:port".to_owned()),
    };
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

impl SettingType for SecretString {
    type Known = Self;
    const KIND: &'static str = "secret text";
    const SECRET: bool = true;
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }
    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Not set, or set to nothing, is `None`.
impl<T: SettingType> SettingType for Option<T> {
    type Known = T::Known;
    const KIND: &'static str = T::KIND;
    const SECRET: bool = T::SECRET;
    const OPTIONAL: bool = true;
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Ok(None)
        } else {
            T::parse(text).map(Some)
        }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
    fn known(&self) -> Option<&T::Known> {
        self.as_ref().and_then(T::known)
    }
}

/// Reads `250ms`, `30s`, `15m`, `2h`, `7d`, `1h 30m`, or plain seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map(Duration::from_secs);
    seconds
        .or_else(|_| humantime::parse_duration(text))
        .map_err(|_| "expected a duration such as 500ms, 30s, 15m, 2h or 7d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_take_units() {
        for (text, expected) in [
            ("250ms", Duration::from_millis(250)),
            ("30", Duration::from_secs(30)),
            ("30s", Duration::from_secs(30)),
            ("15m", Duration::from_mins(15)),
            ("2h", Duration::from_hours(2)),
            ("7d", Duration::from_hours(7 * 24)),
            ("1h 30m", Duration::from_mins(90)),
        ] {
            assert_eq!(parse_duration(text), Ok(expected), "{text}");
        }
        for bad in [
            "",
            "s",
            "-5s",
            "10 parsecs",
            "99999999999999999999s",
            "9999999999999999d",
        ] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn networks_and_addresses() {
        let networks = Vec::<IpNet>::parse("10.0.0.0/8, fd00::/8,127.0.0.1").unwrap();
        for (address, inside) in [
            ("10.200.3.4", true),
            ("11.0.0.1", false),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("fd12::1", true),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(networks.iter().any(|it| it.contains(&address)), inside);
        }
        for bad in ["10.0.0.0/33", "localhost", "10.0.0.0/x"] {
            assert!(Vec::<IpNet>::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn switches_and_lists() {
        assert_eq!(bool::parse("On"), Ok(true));
        assert_eq!(bool::parse("off"), Ok(false));
        assert!(bool::parse("maybe").is_err());
        assert_eq!(
            Vec::<String>::parse("a, b,,c"),
            Ok(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()])
        );
        assert_eq!(Option::<u16>::parse(""), Ok(None));
        assert_eq!(Option::<u16>::parse("7"), Ok(Some(7)));
        assert!(u16::parse("70000").is_err());
    }
}

//! Tracking numbers, and the tracking pages of carriers. Pure.

use waybill_primitives::FieldErrors;
use waybill_proto::order as pb;

/// Longest tracking number, in characters.
const MAX_NUMBER: usize = pb::Shipment::MAX_TRACKING_NUMBER;
/// Longest URL, in bytes.
const MAX_URL: usize = pb::Shipment::MAX_TRACKING_URL;

/// Carriers with the URL of their tracking page, to which the number is appended.
const CARRIERS: &[(&str, &str)] = &[
    (
        "dhl",
        "https://www.dhl.com/global-en/home/tracking.html?tracking-id=",
    ),
    ("ups", "https://www.ups.com/track?tracknum="),
    ("fedex", "https://www.fedex.com/fedextrack/?trknbr="),
    (
        "usps",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
    ),
    ("dpd", "https://tracking.dpd.de/status/en_US/parcel/"),
    ("gls", "https://gls-group.com/track?match="),
];

/// A checked tracking number; it may be empty.
pub fn number(errors: &mut FieldErrors, text: &str) -> String {
    let number = errors.line("trackingNumber", text, MAX_NUMBER);
    let fits = number
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || " -./".contains(c));
    if !fits {
        errors.add(
            "trackingNumber",
            "may have letters, digits, spaces, hyphens, dots and slashes",
        );
    }
    number
}

/// A checked URL; none if it is empty. Only plain https URLs are accepted, because customers see it as a link.
pub fn url(errors: &mut FieldErrors, text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let host = text
        .strip_prefix("https://")
        .map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let good = host.is_some_and(|host| {
        !host.is_empty()
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-.:".contains(c))
    });
    let plain = text
        .chars()
        .all(|c| c.is_ascii_graphic() && !"\"'<>\\^`{|}".contains(c));
    if !good || !plain || text.len() > MAX_URL {
        errors.add(
            "trackingUrl",
            format!("must be an https URL of at most {MAX_URL} characters"),
        );
    }
    Some(text.to_owned())
}

/// The tracking page of a known carrier for this number; otherwise empty.
pub fn made(carrier: &str, number: &str) -> String {
    let carrier = carrier.to_ascii_lowercase();
    let known = CARRIERS.iter().find(|(name, _)| *name == carrier);
    match known {
        Some((_, page)) if !number.is_empty() => {
            let number = number.replace(' ', "").replace('/', "%2F");
            format!("{page}{number}")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_carriers_have_a_page() {
        assert_eq!(
            made("UPS", "1Z 999/A"),
            "https://www.ups.com/track?tracknum=1Z999%2FA"
        );
        assert_eq!(made("ups", ""), "");
        assert_eq!(made("Own van", "7"), "");
        let mut errors = FieldErrors::default();
        for (carrier, _) in CARRIERS {
            url(&mut errors, &made(carrier, "1-2.3"));
        }
        assert_eq!(errors, FieldErrors::default());
    }

    #[test]
    fn only_plain_https_is_a_link() {
        for bad in [
            "http://carrier.example/1",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://user@host/",
            "https://host/<script>",
            "https://host/a b",
            "https://hö.example/",
        ] {
            let mut errors = FieldErrors::default();
            url(&mut errors, bad);
            assert_eq!(errors.0.len(), 1, "{bad}");
        }
        let mut errors = FieldErrors::default();
        assert_eq!(
            url(&mut errors, " https://carrier.example:8443/t?id=1&x=%20#a "),
            Some("https://carrier.example:8443/t?id=1&x=%20#a".to_owned())
        );
        assert_eq!(url(&mut errors, " "), None);
        number(&mut errors, "JD 0123-4.5/6");
        assert_eq!(errors, FieldErrors::default());
        number(&mut errors, "1;DROP");
        number(&mut errors, &"1".repeat(101));
        assert_eq!(errors.0.len(), 2);
    }
}

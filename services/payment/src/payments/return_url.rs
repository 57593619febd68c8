//! Where the provider's page may redirect the customer afterwards. A link to our page that redirects to any site would be an open
//! redirect, so only our own paths and configured origins are accepted.

use waybill_proto::payment::CreatePaymentRequest;

/// Longest URL, in bytes (all of them ASCII).
const MAX_LEN: usize = CreatePaymentRequest::MAX_SUCCESS_URL;

/// Why a return URL is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReturnUrlError {
    #[error("is longer than 2000 characters")]
    TooLong,
    #[error("must be an absolute http or https URL, or a path that starts with a single /")]
    Malformed,
    #[error(
        "leads to {0}, which is not allowed; use a path, or have the operator add it to WAYBILL_RETURN_ORIGINS"
    )]
    ForeignOrigin(String),
}

/// Which addresses customers may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPolicy {
    any_origin: bool,
    origins: Vec<String>,
}

impl ReturnPolicy {
    /// Paths, and URLs of these origins (`https://shop.example`); invalid origins are ignored.
    pub fn only(origins: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let origins = origins
            .into_iter()
            .filter_map(|text| origin_of(text.as_ref()));
        Self {
            any_origin: false,
            origins: origins.collect(),
        }
    }

    /// Paths and any http or https URL: for development, where pages are served from anywhere.
    pub fn any() -> Self {
        Self {
            any_origin: true,
            origins: Vec::new(),
        }
    }

    /// The URL itself; none if the text is empty.
    pub fn check(&self, text: &str) -> Result<Option<String>, ReturnUrlError> {
        if text.is_empty() {
            return Ok(None);
        }
        if text.len() > MAX_LEN {
            return Err(ReturnUrlError::TooLong);
        }
        if !text.bytes().all(is_plain) {
            return Err(ReturnUrlError::Malformed);
        }
        let path = text.starts_with('/') && !text.starts_with("//");
        if !path {
            let origin = origin_of(text).ok_or(ReturnUrlError::Malformed)?;
            if !self.any_origin && !self.origins.contains(&origin) {
                return Err(ReturnUrlError::ForeignOrigin(origin));
            }
        }
        Ok(Some(text.to_owned()))
    }
}

/// Browsers remove tabs and line breaks inside URLs and read `\` as `/`; quotes and angle brackets are never valid in a URL.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`')
}

/// `scheme://host[:port]` in lower case and without the scheme's own port.
pub fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (scheme, own_port) = match scheme.to_ascii_lowercase().as_str() {
        "http" => ("http", ":80"),
        "https" => ("https", ":443"),
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let authority = authority.strip_suffix(own_port).unwrap_or(&authority);
    let (host, port) = if authority.ends_with(']') {
        (authority, None)
    } else {
        match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    if !is_host(host) || port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return None;
    }
    Some(format!("{scheme}://{authority}"))
}

/// A name, an IPv4 address, or an IPv6 address in brackets; user names (`user@host`) are refused.
fn is_host(host: &str) -> bool {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shop() -> ReturnPolicy {
        ReturnPolicy::only(["https://Shop.example", "http://localhost:3000/", "nonsense"])
    }

    #[test]
    fn own_paths_and_configured_origins_are_taken() {
        for good in [
            "/",
            "/orders/1?paid=1#top",
            "https://shop.example",
            "https://shop.example:443/thanks",
            "HTTPS://SHOP.EXAMPLE/thanks",
            "http://localhost:3000/x?next=https://evil.example",
        ] {
            assert_eq!(shop().check(good), Ok(Some(good.to_owned())), "{good}");
        }
        assert_eq!(shop().check(""), Ok(None));
    }

    #[test]
    fn anything_that_could_lead_elsewhere_is_refused() {
        for malformed in [
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://shop.example",
            "https://",
            "https:///evil.example",
            "https://shop.example@evil.example/",
            "https://shop.example:99999/",
            "https://[::1/",
            "https://shöp.example",
            "orders/1",
            " /orders",
            "/orders\n",
            "/\"onload=",
        ] {
            assert_eq!(
                shop().check(malformed),
                Err(ReturnUrlError::Malformed),
                "{malformed}"
            );
        }
        for foreign in [
            "https://evil.example/",
            "http://shop.example/",
            "https://shop.example.evil.example",
            "https://shop.example:8443",
            "https://[::1]/",
        ] {
            assert!(
                matches!(shop().check(foreign), Err(ReturnUrlError::ForeignOrigin(_))),
                "{foreign}"
            );
            assert!(ReturnPolicy::any().check(foreign).is_ok(), "{foreign}");
        }
        let long = format!("/{}", "x".repeat(2000));
        assert_eq!(shop().check(&long), Err(ReturnUrlError::TooLong));
    }

    proptest! {
        /// Every accepted URL leads to our own paths or a configured origin.
        #[test]
        fn an_accepted_url_stays_on_allowed_origins(text in "(/|//|https?://)?[a-z.@:/\\\\?#]{0,24}") {
            if let Ok(Some(url)) = shop().check(&text) {
                let own = url.starts_with('/') && !url[1..].starts_with(['/', '\\']);
                let configured = origin_of(&url).is_some_and(|origin| shop().origins.contains(&origin));
                prop_assert!(own || configured, "{}", url);
            }
        }
    }
}

//! The gateway's settings.

use std::{net::SocketAddr, time::Duration};

use ipnet::IpNet;
use waybill_service_kit::settings::{EXPOSE, Environment, SettingType};

waybill_service_kit::settings! {
    /// Gateway
    pub struct GatewaySettings {
        /// Address and port of the REST API, Socket.IO and the pages. Port 0 takes a free one.
        pub listen: std::net::SocketAddr = "WAYBILL_LISTEN", default "127.0.0.1:8080";
        /// Address and port under which clients reach `WAYBILL_LISTEN`, if it is not that address: of a container's published port.
        /// Development must be reachable from this machine only.
        pub published: Option<String> = "WAYBILL_PUBLISHED";
        /// The folder with the built web pages. Without it, `web` beside the program, if it is there.
        pub web: Option<String> = "WAYBILL_WEB";
        /// The address under which clients reach the gateway, for instance `https://shop.example`: URLs in answers begin with it. Without it,
        /// they begin with the address that the client used.
        pub public_url: Option<String> = "WAYBILL_PUBLIC_URL", check public_url;
        /// `off` disables all rate limits; refused in production.
        pub rate_limit: bool = "WAYBILL_RATE_LIMIT", default "on", dev "off";
        /// Requests that one address without a valid token may make in a window.
        pub rate_limit_anonymous: u32 = "WAYBILL_RATE_LIMIT_ANONYMOUS", default "100", range 1..=1_000_000;
        /// Requests that one signed-in user may make in a window, or all guests of one address.
        pub rate_limit_user: u32 = "WAYBILL_RATE_LIMIT_USER", default "1000", range 1..=1_000_000;
        /// Attempts to log in or register that one address may make for one account in a window.
        pub rate_limit_login: u32 = "WAYBILL_RATE_LIMIT_LOGIN", default "20", range 1..=1_000_000;
        /// Attempts to log in or register that one address may make in a window, over all accounts.
        pub rate_limit_sign_in: u32 = "WAYBILL_RATE_LIMIT_SIGN_IN", default "100", range 1..=1_000_000;
        /// Lookups in a window, per address, of whether an e-mail address has an account: by asking, registering, or ordering with a password.
        pub rate_limit_lookup: u32 = "WAYBILL_RATE_LIMIT_LOOKUP", default "60", range 1..=1_000_000;
        /// Orders that one address may place in a window without an account.
        pub rate_limit_guest_orders: u32 = "WAYBILL_RATE_LIMIT_GUEST_ORDERS", default "50", range 1..=1_000_000;
        /// Orders that signed-in users may place from one address in a window.
        pub rate_limit_orders: u32 = "WAYBILL_RATE_LIMIT_ORDERS", default "1000", range 1..=1_000_000;
        /// Pages with their assets, products with their pictures, and categories that one address without a valid token may read in a window.
        pub rate_limit_public: u32 = "WAYBILL_RATE_LIMIT_PUBLIC", default "5000", range 1..=1_000_000;
        /// The window of the rate limits.
        pub rate_limit_window: Duration = "WAYBILL_RATE_LIMIT_WINDOW", default "15m", check window;
        /// Addresses or networks of reverse proxies whose X-Forwarded-For is trusted, separated by commas.
        pub trusted_proxies: Vec<IpNet> = "WAYBILL_TRUSTED_PROXIES", default "";
        /// Other origins whose pages may call the API (CORS), for instance `https://shop.example.com`. In development, localhost may.
        pub cors_origins: Vec<String> = "WAYBILL_CORS_ORIGINS", default "", check origins;
        /// When browsers send the session's cookie: `strict` for pages on this site; `none` for pages on the origins of
        /// `WAYBILL_CORS_ORIGINS`, over HTTPS only.
        pub cookie_same_site: CookieSameSite = "WAYBILL_COOKIE_SAME_SITE", default "strict";
        /// The largest request body, in bytes.
        pub body_limit: usize = "WAYBILL_BODY_LIMIT", default "1048576", range 1024..=67_108_864;
        /// A request that takes longer is answered with 503.
        pub request_timeout: Duration = "WAYBILL_REQUEST_TIMEOUT", default "30s";
        /// The same limit for requests that upload a file.
        pub upload_timeout: Duration = "WAYBILL_UPLOAD_TIMEOUT", default "10m", check upload_time;
        /// Files and exports that one user (or one address without a token) may download at a time; further ones wait briefly and are then refused.
        pub downloads: u32 = "WAYBILL_DOWNLOADS", default "16", range 1..=10_000;
        /// Connections that may be open at a time, including live ones; further ones wait for a free place.
        pub max_connections: u32 = "WAYBILL_MAX_CONNECTIONS", default "20000", range 1..=1_000_000;
        /// Connections that one address (IPv6: one /64) may have open, including live ones; further ones are closed. Those of
        /// WAYBILL_TRUSTED_PROXIES do not count.
        pub connections_per_address: u32 = "WAYBILL_CONNECTIONS_PER_ADDRESS", default "500", range 1..=1_000_000;
        /// A connection that does not deliver the complete headers of a request within this time, or has no request for so long, is
        /// closed.
        pub header_timeout: Duration = "WAYBILL_HEADER_TIMEOUT", default "75s";
        /// How long a product list stays in the cache if no event reports a change.
        pub product_cache_ttl: Duration = "WAYBILL_PRODUCT_CACHE_TTL", default "1s";
        /// How long the last known products, product lists and categories are served (with the header `Age`) while the order service is unavailable.
        pub product_cache_stale: Duration = "WAYBILL_PRODUCT_CACHE_STALE", default "5m";
        /// Live connections that one user may hold.
        pub sockets_per_user: u32 = "WAYBILL_SOCKETS_PER_USER", default "50", range 1..=100_000;
        /// Events that one user may send in a second over all their live connections.
        pub socket_events: u32 = "WAYBILL_SOCKET_EVENTS", default "20", range 1..=100_000;
    }
}

impl GatewaySettings {
    /// The URL of the gateway where no request says under which one it is reached, such as `https://shop.example`.
    pub fn base(&self) -> String {
        if let Some(url) = &self.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let mut address = self.listen;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    /// Settings that are invalid in this environment, as `(setting, problem)`. `local_only`: only programs of this machine may
    /// reach it ([`CommonSettings::is_local_only`]).
    ///
    /// [`CommonSettings::is_local_only`]: waybill_service_kit::settings::CommonSettings::is_local_only
    pub fn errors(
        &self,
        environment: Environment,
        local_only: bool,
    ) -> Vec<(&'static str, String)> {
        let mut errors = Vec::new();
        if local_only {
            let (setting, loopback) = match &self.published {
                Some(published) => {
                    let address = published.parse::<SocketAddr>();
                    let loopback = address.is_ok_and(|at| at.ip().is_loopback());
                    ("WAYBILL_PUBLISHED", loopback)
                }
                None => ("WAYBILL_LISTEN", self.listen.ip().is_loopback()),
            };
            if !loopback {
                errors.push((setting, EXPOSE.to_owned()));
            }
            if !self.trusted_proxies.is_empty() {
                let problem = format!("must be empty: {EXPOSE}");
                errors.push(("WAYBILL_TRUSTED_PROXIES", problem));
            }
        }
        if environment.is_production()
            && self.trusted_proxies.iter().any(|net| net.prefix_len() == 0)
        {
            errors.push((
                "WAYBILL_TRUSTED_PROXIES",
                "must name the proxies: whoever is trusted chooses the address that limits count"
                    .to_owned(),
            ));
        }
        if environment.is_production() && !self.rate_limit {
            errors.push((
                "WAYBILL_RATE_LIMIT",
                "must be on in production; raise the limits instead".to_owned(),
            ));
        }
        if self.cookie_same_site == CookieSameSite::None && self.cors_origins.is_empty() {
            errors.push((
                "WAYBILL_COOKIE_SAME_SITE",
                "`none` needs WAYBILL_CORS_ORIGINS: the origins of the pages".to_owned(),
            ));
        }
        errors
    }
}

/// The `SameSite` attribute of the session's cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieSameSite {
    Strict,
    None,
}

impl SettingType for CookieSameSite {
    type Known = Self;
    const KIND: &'static str = "strict or none";

    fn parse(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "strict" => Ok(Self::Strict),
            "none" => Ok(Self::None),
            _ => Err("expected strict or none".to_owned()),
        }
    }

    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

#[expect(clippy::ref_option, reason = "the form of every check of a setting")]
fn public_url(url: &Option<String>) -> Result<(), String> {
    let Some(url) = url else { return Ok(()) };
    let is_url = url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none()
    });
    is_url
        .then_some(())
        .ok_or_else(|| "expected an http or https URL such as https://shop.example".to_owned())
}

/// Services end every streaming call after 15 minutes.
fn upload_time(time: &Duration) -> Result<(), String> {
    if (Duration::from_secs(1)..=Duration::from_mins(15)).contains(time) {
        return Ok(());
    }
    Err("must lie between 1s and 15m".to_owned())
}

fn window(window: &Duration) -> Result<(), String> {
    if (Duration::from_secs(1)..=Duration::from_hours(24)).contains(window) {
        return Ok(());
    }
    Err("must lie between 1s and 24h".to_owned())
}

fn origins(list: &[String]) -> Result<(), String> {
    let well_formed = |origin: &String| {
        origin.parse::<http::Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.path_and_query().is_none_or(|path| path == "/")
                && !origin.ends_with('/')
        })
    };
    if list.iter().all(well_formed) {
        return Ok(());
    }
    Err("expected origins such as https://shop.example.com, without a path".to_owned())
}

#[cfg(test)]
mod tests {
    use waybill_service_kit::settings::{CommonSettings, Sources, load};

    use super::*;

    fn errors(values: &[(&str, &str)]) -> Vec<&'static str> {
        let mut sources = Sources::empty();
        for (name, value) in values {
            sources = sources.with(name, *value);
        }
        let (common, own) = load::<(CommonSettings, GatewaySettings)>(&sources).unwrap();
        let errors = own.errors(common.environment, common.is_local_only());
        errors.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn development_is_for_this_machine_unless_it_is_allowed() {
        let everywhere = ("WAYBILL_LISTEN", "0.0.0.0:8080");
        let proxy = ("WAYBILL_TRUSTED_PROXIES", "127.0.0.1");
        let exposed = ("WAYBILL_EXPOSE_DEVELOPMENT", "on");
        let inside = ("WAYBILL_PUBLISHED", "127.0.0.1:8080");
        for (values, expected) in [
            (&[][..], &[][..]),
            (&[("WAYBILL_LISTEN", "[::1]:8080")], &[]),
            (&[everywhere], &["WAYBILL_LISTEN"]),
            (&[everywhere, exposed], &[]),
            (&[everywhere, inside], &[]),
            (
                &[everywhere, ("WAYBILL_PUBLISHED", "0.0.0.0:8080")],
                &["WAYBILL_PUBLISHED"],
            ),
            // A port alone is published on all addresses.
            (
                &[everywhere, ("WAYBILL_PUBLISHED", "8080")],
                &["WAYBILL_PUBLISHED"],
            ),
            (&[proxy], &["WAYBILL_TRUSTED_PROXIES"]),
            (&[proxy, exposed], &[]),
        ] {
            assert_eq!(errors(values), expected, "{values:?}");
        }
        let production = [
            everywhere,
            proxy,
            ("WAYBILL_ENVIRONMENT", "production"),
            ("WAYBILL_RATE_LIMIT", "on"),
            ("WAYBILL_SERVICE_KEY", "0123456789abcdef0123456789abcdef"),
        ];
        assert_eq!(errors(&production), [""; 0]);
    }

    #[test]
    fn origins_have_no_path() {
        let check = |origin: &str| origins(&[origin.to_owned()]);
        assert!(check("https://shop.example.com").is_ok());
        assert!(check("http://localhost:5173").is_ok());
        assert!(check("https://shop.example.com/").is_err());
        assert!(check("shop.example.com").is_err());
        assert!(check("*").is_err());
    }
}

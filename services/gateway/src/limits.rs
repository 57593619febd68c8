//! Rate limits (GCRA): per user, or per address without a token; stricter for login attempts and orders, wider for pages and
//! their assets.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use uuid::Uuid;
use waybill_primitives::customer_key;
use waybill_service_kit::AppError;

use crate::{config::GatewaySettings, error::ApiError};

/// Approximate maximum number of keys of a limiter; beyond it, they are counted by larger groups.
const MAX_KEYS: usize = 100_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    User(Uuid),
    Address(u128),
    /// Address and SHA-256 of the account.
    Account(u128, [u8; 32]),
}

impl Key {
    /// The key under which it is counted while there are too many: all accounts of an address together, IPv6 by the /48, which is
    /// what providers give to one customer. So a flood of keys counts under few, and nobody else under theirs.
    fn coarse(self) -> Self {
        match self {
            Self::User(user) => Self::User(user),
            Self::Address(network) | Self::Account(network, _) => {
                Self::Address(customer_key(network))
            }
        }
    }
}

type Limiter = RateLimiter<Key, DashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>;

struct Limit {
    limiter: Limiter,
    burst: u32,
    /// Interval at which one more request is allowed.
    pace: Duration,
    crowded: AtomicBool,
}

/// Values of the headers `RateLimit-*`.
#[derive(Debug, Clone, Copy)]
pub struct RateLimitStatus {
    pub limit: u32,
    pub remaining: u32,
    /// Time until the full limit is available again.
    pub reset: Duration,
}

impl RateLimitStatus {
    pub fn write(self, headers: &mut HeaderMap) {
        let reset = self.reset.as_secs() + u64::from(self.reset.subsec_nanos() > 0);
        headers.insert("ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("ratelimit-reset", HeaderValue::from(reset));
    }
}

impl Limit {
    fn new(burst: u32, window: Duration) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let pace = (window / burst.get()).max(Duration::from_nanos(1));
        // Only a period of zero is invalid, and this one is not zero.
        let quota = Quota::with_period(pace)
            .unwrap_or(Quota::per_second(burst))
            .allow_burst(burst);
        Self {
            limiter: RateLimiter::dashmap(quota).with_middleware(),
            burst: burst.get(),
            pace,
            crowded: AtomicBool::new(false),
        }
    }

    fn check(&self, key: Key) -> Result<RateLimitStatus, (RateLimitStatus, Duration)> {
        let key = if self.crowded.load(Ordering::Relaxed) {
            key.coarse()
        } else {
            key
        };
        let limit_status = |remaining: u32| RateLimitStatus {
            limit: self.burst,
            remaining,
            reset: self.pace * self.burst.saturating_sub(remaining),
        };
        match self.limiter.check_key(&key) {
            Ok(snapshot) => Ok(limit_status(snapshot.remaining_burst_capacity())),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.limiter.clock().now());
                Err((limit_status(0), wait))
            }
        }
    }

    fn tidy(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        self.crowded
            .store(self.limiter.len() > MAX_KEYS, Ordering::Relaxed);
    }
}

/// All limits of the gateway; none if they are disabled.
pub struct Limits(Option<Set>);

struct Set {
    anonymous: Limit,
    user: Limit,
    login: Limit,
    sign_in: Limit,
    lookup: Limit,
    guest_orders: Limit,
    orders: Limit,
    public: Limit,
}

/// Kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// API calls.
    Calls,
    /// API calls of guests: all guests of one address share the limit of one user.
    Guests,
    /// Pages and their assets: many are requested at once.
    Public,
}

impl Limits {
    pub fn new(settings: &GatewaySettings) -> Self {
        let window = settings.rate_limit_window;
        Self(settings.rate_limit.then(|| Set {
            anonymous: Limit::new(settings.rate_limit_anonymous, window),
            user: Limit::new(settings.rate_limit_user, window),
            login: Limit::new(settings.rate_limit_login, window),
            sign_in: Limit::new(settings.rate_limit_sign_in, window),
            lookup: Limit::new(settings.rate_limit_lookup, window),
            guest_orders: Limit::new(settings.rate_limit_guest_orders, window),
            orders: Limit::new(settings.rate_limit_orders, window),
            public: Limit::new(settings.rate_limit_public, window),
        }))
    }

    /// Counts one request. Users have one budget for everything.
    pub fn request(
        &self,
        key: Key,
        tier: Tier,
    ) -> Result<Option<RateLimitStatus>, Box<(ApiError, RateLimitStatus)>> {
        let Some(set) = &self.0 else { return Ok(None) };
        let limit = match (&key, tier) {
            (Key::User(_), _) | (_, Tier::Guests) => &set.user,
            (_, Tier::Calls) => &set.anonymous,
            (_, Tier::Public) => &set.public,
        };
        limit.check(key).map(Some).map_err(|(limit_status, wait)| {
            Box::new((
                too_many(
                    "too many requests; wait as long as the header Retry-After says",
                    wait,
                ),
                limit_status,
            ))
        })
    }

    /// Counts one attempt to sign in or register as `account`, and one as anybody. A device that signed in before has a count of its own,
    /// so that guesses by others in its network do not count against it. Auth finds out whether its token is true: tokens that are made up
    /// leave the limit of the address.
    pub fn login(&self, address: &str, account: &str, device: &str) -> Result<(), ApiError> {
        let Some(set) = &self.0 else { return Ok(()) };
        let key = Key::Address(address_key(address));
        set.sign_in.check(key).map_err(|(_, wait)| {
            too_many(
                "too many sign-ins from this address; wait as long as the header Retry-After says",
                wait,
            )
        })?;
        let account = account.trim().to_lowercase();
        let account = format!("{account}\n{device}");
        let digest = ring::digest::digest(&ring::digest::SHA256, account.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(digest.as_ref());
        let key = Key::Account(address_key(address), hash);
        set.login.check(key).map(|_| ()).map_err(|(_, wait)| {
            too_many(
                "too many attempts for this account; wait as long as the header Retry-After says",
                wait,
            )
        })
    }

    /// Counts one order that is placed from this address.
    pub fn order(&self, address: &str, account: bool) -> Result<(), ApiError> {
        let Some(set) = &self.0 else { return Ok(()) };
        let limit = if account {
            &set.orders
        } else {
            &set.guest_orders
        };
        let key = Key::Address(address_key(address));
        limit.check(key).map(|_| ()).map_err(|(_, wait)| {
            too_many(
                "too many orders; wait as long as the header Retry-After says",
                wait,
            )
        })
    }

    /// Counts one request that reveals whether an e-mail address has an account.
    pub fn lookup(&self, address: &str) -> Result<(), ApiError> {
        let Some(set) = &self.0 else { return Ok(()) };
        let key = Key::Address(address_key(address));
        set.lookup.check(key).map(|_| ()).map_err(|(_, wait)| {
            too_many(
                "too many account lookups; wait as long as the header Retry-After says",
                wait,
            )
        })
    }

    /// Removes keys that have their full limit again. Called every few seconds.
    pub fn tidy(&self) {
        if let Some(set) = &self.0 {
            let accounts = [
                &set.login,
                &set.sign_in,
                &set.lookup,
                &set.guest_orders,
                &set.orders,
            ];
            let requests = [&set.anonymous, &set.user, &set.public];
            for limit in accounts.into_iter().chain(requests) {
                limit.tidy();
            }
        }
    }
}

fn too_many(message: &str, wait: Duration) -> ApiError {
    AppError::too_many_requests(message, wait).into()
}

/// The key of an address; 0 for what is no address.
pub fn address_key(address: &str) -> u128 {
    waybill_primitives::address_key(address).unwrap_or(0)
}

/// The reverse proxies whose `X-Forwarded-*` headers are trusted.
#[derive(Debug, Clone, Default)]
pub struct Proxies(pub Vec<IpNet>);

impl Proxies {
    /// Whether this peer is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether the client uses HTTPS to a trusted proxy.
    pub fn is_secure(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
        peer.is_some_and(|peer| self.trusts(peer.ip().to_canonical()))
            && headers
                .get("x-forwarded-proto")
                .is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"))
    }

    /// The client's address: the last untrusted entry of `X-Forwarded-For` if the peer is a trusted proxy, else the peer.
    pub fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> String {
        let Some(peer) = peer.map(|peer| peer.ip().to_canonical()) else {
            return "unknown".to_owned();
        };
        if !self.trusts(peer) {
            return peer.to_string();
        }
        let mut client = peer;
        let forwarded: Vec<_> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        for entry in forwarded.iter().rev() {
            let Ok(address) = entry.trim().parse::<IpAddr>() else {
                break;
            };
            client = address.to_canonical();
            if !self.trusts(client) {
                break;
            }
        }
        client.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_a_burst_and_then_a_pace() {
        let limit = Limit::new(3, Duration::from_mins(15));
        for left in [2, 1, 0] {
            assert_eq!(limit.check(Key::Address(1)).unwrap().remaining, left);
        }
        let (limit_status, wait) = limit.check(Key::Address(1)).unwrap_err();
        assert_eq!(limit_status.remaining, 0);
        assert!(wait > Duration::from_secs(290) && wait <= Duration::from_mins(5));
        assert!(
            limit.check(Key::Address(2)).is_ok(),
            "others are not affected"
        );
    }

    #[test]
    fn a_device_that_signed_in_before_is_not_counted_with_those_who_guess_beside_it() {
        let sources = waybill_service_kit::settings::Sources::empty();
        let sources = sources.with("WAYBILL_RATE_LIMIT", "on");
        let (settings,) =
            waybill_service_kit::settings::load::<(GatewaySettings,)>(&sources).unwrap();
        let limits = Limits::new(&settings);
        let sign_in = |device: &str| limits.login("203.0.113.1", "ada@example.com", device);
        while sign_in("").is_ok() {}
        assert!(sign_in("").is_err());
        assert!(sign_in("her own").is_ok());
        // Whoever makes tokens up is stopped by the limit of the address.
        let made_up = (0..200).filter(|n| sign_in(&n.to_string()).is_ok()).count();
        assert!(made_up < 100, "{made_up}");
    }

    #[test]
    fn a_flood_of_keys_is_counted_under_few_and_nobody_else_under_theirs() {
        let limit = Limit::new(1, Duration::from_mins(15));
        limit.crowded.store(true, Ordering::Relaxed);
        let address = |text: &str| Key::Address(address_key(text));
        assert!(limit.check(address("2001:db8:1:1::1")).is_ok());
        assert!(
            limit.check(address("2001:db8:1:2::1")).is_err(),
            "the same customer of a provider"
        );
        let account = |n| Key::Account(address_key("203.0.113.1"), [n; 32]);
        assert!(limit.check(account(1)).is_ok());
        assert!(limit.check(account(2)).is_err(), "one address");
        for other in ["2001:db8:2::1", "203.0.113.2", "198.51.100.1"] {
            assert!(limit.check(address(other)).is_ok(), "{other}");
        }
        assert!(limit.check(Key::User(Uuid::nil())).is_ok());
        limit.tidy();
        assert!(limit.check(address("2001:db8:1:2::1")).is_ok());
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            HeaderValue::from_static("1.1.1.1, 203.0.113.9, 10.1.1.1"),
        );
        let client = |peer: &str| proxies.client(Some(peer.parse().unwrap()), &headers);
        assert_eq!(client("10.2.2.2:1"), "203.0.113.9");
        assert_eq!(client("198.51.100.1:1"), "198.51.100.1");
        assert_eq!(proxies.client(None, &headers), "unknown");
    }
}

//! Access tokens of users (EdDSA, verified against the JWKS of auth, valid until they expire or are revoked) and short-lived tokens
//! between services (HS256).

mod authority;
mod revocations;
mod service;

use std::{
    collections::HashMap,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use moka::future::Cache;
use parking_lot::RwLock;
use ring::digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use waybill_primitives::{Clock, Role, SystemClock, UserId};

use self::revocations::Revocations;
pub use self::{
    authority::{Authority, GrpcAuthority},
    service::ServiceTokens,
};
use crate::{
    AppError, Caller, UserCaller,
    crypto::{self, JwkSet},
};

/// The `iss` of access tokens.
pub const ISSUER: &str = "waybill";
/// No access token lives longer.
pub const LONGEST_ACCESS_TOKEN: Duration = Duration::from_hours(24);
/// How far the clocks of two machines may differ.
pub const LEEWAY: Duration = Duration::from_secs(10);
/// Keys older than this are fetched again, so that withdrawn ones disappear.
const KEYS_FRESH: Duration = Duration::from_mins(10);
/// At most one fetch in this time, however many unknown key ids come in.
const FETCH_PAUSE: Duration = Duration::from_secs(2);
/// Longer tokens are refused.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The claims of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    pub sub: UserId,
    pub role: Role,
    /// First and last name.
    pub name: String,
    pub email: String,
    /// The session: when it ends, the token is no longer valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    /// For somebody who ordered without an account; `sub` then belongs to no account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guest: bool,
    /// Seconds since the epoch, as is `exp`.
    pub iat: i64,
    pub exp: i64,
    pub iss: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
}

impl From<&AccessClaims> for UserCaller {
    fn from(claims: &AccessClaims) -> Self {
        Self {
            id: claims.sub,
            role: claims.role,
            name: claims.name.clone(),
            email: claims.email.clone(),
            session: claims.sid,
            guest: claims.guest,
        }
    }
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<String, DecodingKey>,
    fetched: Option<Instant>,
    /// The last attempt, successful or not.
    tried: Option<Instant>,
}

/// Verifies access tokens. Keys are fetched when the first token arrives, on an unknown key id (at most every two seconds) and
/// every ten minutes; while auth is unavailable, the known keys stay in use. What was revoked before is loaded with the first
/// token, and kept current by [`Verifier::follow`].
pub struct Verifier {
    authority: RwLock<Option<Arc<dyn Authority>>>,
    revocations: Revocations,
    keys: RwLock<Keys>,
    /// Held while fetching: one fetch at a time.
    fetching: tokio::sync::Mutex<()>,
    /// By SHA-256 of the token; a hit saves the signature check, not the check of the expiry.
    verified: Cache<[u8; 32], Arc<AccessClaims>>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

impl Verifier {
    pub fn new(authority: Arc<dyn Authority>) -> Arc<Self> {
        let verifier = Self::unconnected(Arc::new(SystemClock));
        verifier.connect(authority);
        verifier
    }

    /// A verifier that gets its authority later by [`Verifier::connect`]: in one process, auth itself is built with it.
    pub fn unconnected(clock: Arc<dyn Clock>) -> Arc<Self> {
        crypto::install();
        Arc::new(Self {
            authority: RwLock::new(None),
            revocations: Revocations::default(),
            keys: RwLock::default(),
            fetching: tokio::sync::Mutex::default(),
            verified: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_mins(1))
                .build(),
            clock,
        })
    }

    /// Verifies against fixed keys; for tests and for auth's own use.
    pub fn fixed(keys: &JwkSet) -> Arc<Self> {
        // Texts, numbers and lists, which always serialise.
        let json = serde_json::to_string(keys).unwrap_or_default();
        Self::new(Arc::new(move || {
            let json = json.clone();
            async move { Ok(json) }
        }))
    }

    pub fn connect(&self, authority: Arc<dyn Authority>) {
        *self.authority.write() = Some(authority);
    }

    fn authority(&self) -> Result<Arc<dyn Authority>, AppError> {
        let authority = self.authority.read().clone();
        authority.ok_or_else(|| AppError::unavailable("auth is not connected yet"))
    }

    /// The claims of a valid token. `UNAUTHENTICATED` distinguishes an expired token from an invalid and a revoked one;
    /// `UNAVAILABLE` means that the keys or the revocations could not be fetched.
    pub async fn verify(&self, token: &str) -> Result<Arc<AccessClaims>, AppError> {
        if let Some(claims) = self.verify_known(token).await? {
            return Ok(claims);
        }
        let claims = Arc::new(self.verify_signature(token).await?);
        let known = Arc::clone(&claims);
        self.verified.insert(sha256(token), known).await;
        self.check_now(&claims).await?;
        Ok(claims)
    }

    /// As [`Verifier::verify`], for a token whose signature was verified lately; none for others.
    async fn verify_known(&self, token: &str) -> Result<Option<Arc<AccessClaims>>, AppError> {
        let known = self.verified.get(&sha256(token)).await;
        if let Some(claims) = &known {
            self.check_now(claims).await?;
        }
        Ok(known)
    }

    /// Whether a token with these claims is still valid.
    async fn check_now(&self, claims: &AccessClaims) -> Result<(), AppError> {
        let now = self.clock.now().secs();
        if claims.exp.saturating_add(LEEWAY.as_secs() as i64) <= now {
            return Err(expired());
        }
        self.load_revocations().await?;
        self.check(claims)
    }

    async fn verify_signature(&self, token: &str) -> Result<AccessClaims, AppError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(bad_token());
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| bad_token())?;
        if header.alg != Algorithm::EdDSA {
            return Err(bad_token());
        }
        let kid = header.kid.ok_or_else(bad_token)?;
        let key = self.key(&kid).await?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The expiry is checked against our own clock on every use.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[ISSUER]);
        jsonwebtoken::decode(token, &key, &validation)
            .map(|data| data.claims)
            .map_err(|error| {
                tracing::debug!(%error, "refused an access token");
                bad_token()
            })
    }

    async fn key(&self, kid: &str) -> Result<DecodingKey, AppError> {
        let known = {
            let keys = self.keys.read();
            let fresh = keys.fetched.is_some_and(|at| at.elapsed() < KEYS_FRESH);
            keys.by_id.get(kid).cloned().map(|key| (key, fresh))
        };
        match known {
            Some((key, true)) => return Ok(key),
            // Old keys stay valid when auth is unavailable.
            Some((key, false)) => return Ok(self.refresh(kid).await.unwrap_or(key)),
            None => {}
        }
        self.refresh(kid).await
    }

    async fn refresh(&self, kid: &str) -> Result<DecodingKey, AppError> {
        let started = Instant::now();
        let _one_at_a_time = self.fetching.lock().await;
        {
            let keys = self.keys.read();
            let fetched_since = keys.fetched.is_some_and(|at| at > started);
            let too_soon = keys.tried.is_some_and(|at| at.elapsed() < FETCH_PAUSE);
            if fetched_since || (too_soon && keys.fetched.is_some()) {
                return keys.by_id.get(kid).cloned().ok_or_else(bad_token);
            }
        }
        let fetched = match self.authority() {
            Ok(authority) => authority.keys().await,
            Err(error) => Err(error),
        };
        let fetched = fetched
            .and_then(|json| serde_json::from_str::<JwkSet>(&json).map_err(AppError::internal));
        let mut keys = self.keys.write();
        keys.tried = Some(Instant::now());
        let jwks = fetched.map_err(|error| {
            tracing::warn!(error = %crate::error::chain(&error), "the keys that verify access tokens could not be fetched");
            unchecked(error)
        })?;
        keys.fetched = keys.tried;
        keys.by_id = jwks
            .keys
            .into_iter()
            // Keys of another family are skipped: the algorithm is always EdDSA.
            .filter_map(|jwk| {
                Some((
                    jwk.common.key_id.clone()?,
                    DecodingKey::from_jwk(&jwk).ok()?,
                ))
            })
            .collect();
        keys.by_id.get(kid).cloned().ok_or_else(bad_token)
    }
}

/// The caller that a bearer token authenticates. Its algorithm decides which of the two keys is used; neither accepts the other's
/// tokens.
pub async fn authenticate(
    verifier: &Verifier,
    service_tokens: &ServiceTokens,
    token: &str,
) -> Result<Caller, AppError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(bad_token());
    }
    if let Some(claims) = verifier.verify_known(token).await? {
        return Ok(Caller::User(UserCaller::from(claims.as_ref())));
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| bad_token())?;
    match header.alg {
        Algorithm::EdDSA => {
            let claims = verifier.verify(token).await?;
            Ok(Caller::User(UserCaller::from(claims.as_ref())))
        }
        Algorithm::HS256 => service_tokens.verify(token).map(Caller::Service),
        _ => Err(bad_token()),
    }
}

fn sha256(token: &str) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, token.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.as_ref());
    bytes
}

/// Auth could not be asked.
fn unchecked(error: AppError) -> AppError {
    AppError::unavailable("sign-in cannot be checked at the moment; try again shortly")
        .with_retry_after(FETCH_PAUSE)
        .with_source(error)
}

fn expired() -> AppError {
    AppError::unauthenticated("the access token has expired; refresh it or sign in again")
        .with_meta("reason", "expired")
}

fn bad_token() -> AppError {
    AppError::unauthenticated("the access token is not valid; sign in again")
        .with_meta("reason", "invalid")
}

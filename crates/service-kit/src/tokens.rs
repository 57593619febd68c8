//! Access tokens of users (EdDSA, verified against the JWKS of auth) and short-lived tokens between services (HS256).

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use moka::future::Cache;
use parking_lot::{Mutex, RwLock};
use ring::digest;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use waybill_primitives::{Clock, Role, SystemClock, UserId};
use waybill_proto::auth::{GetJwksRequest, auth_service_client::AuthServiceClient};

use crate::{
    AppError, CallContext, Caller, GrpcChannel, UserCaller,
    crypto::{self, JwkSet},
};

/// The `iss` of access tokens.
pub const ISSUER: &str = "waybill";
/// The `iss` of tokens between services.
const SERVICE_ISSUER: &str = "waybill-service";
/// How far the clocks of two machines may differ.
const LEEWAY: Duration = Duration::from_secs(10);
const SERVICE_TOKEN_LIFETIME: Duration = Duration::from_mins(1);
/// A cached service token is replaced this long before its end.
const SERVICE_TOKEN_MARGIN: Duration = Duration::from_secs(20);
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
    /// The session, so that signing out everywhere else can keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
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
            session: claims.sid.clone(),
            guest: claims.guest,
        }
    }
}

/// The source of the public keys.
#[async_trait]
pub trait JwksSource: Send + Sync + 'static {
    /// The JWKS as JSON.
    async fn fetch(&self) -> Result<String, AppError>;
}

#[async_trait]
impl<F, Fut> JwksSource for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<String, AppError>> + Send,
{
    async fn fetch(&self) -> Result<String, AppError> {
        self().await
    }
}

/// Fetches the keys of auth by gRPC.
pub struct GrpcJwks(AuthServiceClient<GrpcChannel>);

impl GrpcJwks {
    pub fn new(auth: GrpcChannel) -> Self {
        Self(AuthServiceClient::new(auth))
    }
}

#[async_trait]
impl JwksSource for GrpcJwks {
    async fn fetch(&self) -> Result<String, AppError> {
        let mut request = tonic::Request::new(GetJwksRequest {});
        request.set_timeout(Duration::from_secs(2));
        let answer = self.0.clone().get_jwks(request).await?;
        Ok(answer.into_inner().jwks_json)
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
/// every ten minutes; while auth is unavailable, the known keys stay in use.
pub struct Verifier {
    source: RwLock<Option<Arc<dyn JwksSource>>>,
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
    pub fn new(source: Arc<dyn JwksSource>) -> Arc<Self> {
        let verifier = Self::unconnected(Arc::new(SystemClock));
        verifier.connect(source);
        verifier
    }

    /// A verifier that gets its source later by [`Verifier::connect`]: in one process, auth itself is built with it.
    pub fn unconnected(clock: Arc<dyn Clock>) -> Arc<Self> {
        crypto::install();
        Arc::new(Self {
            source: RwLock::new(None),
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

    pub fn connect(&self, source: Arc<dyn JwksSource>) {
        *self.source.write() = Some(source);
    }

    /// The claims of a valid token. `UNAUTHENTICATED` distinguishes an expired token from an invalid one; `UNAVAILABLE` means
    /// that the keys could not be fetched.
    pub async fn verify(&self, token: &str) -> Result<Arc<AccessClaims>, AppError> {
        let hash = sha256(token);
        let claims = match self.verified.get(&hash).await {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.verify_signature(token).await?);
                self.verified.insert(hash, Arc::clone(&claims)).await;
                claims
            }
        };
        let now = self.clock.now().secs();
        if claims.exp.saturating_add(LEEWAY.as_secs() as i64) <= now {
            return Err(expired());
        }
        Ok(claims)
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
        let source = self.source.read().clone();
        let fetched = match source {
            Some(source) => source.fetch().await,
            None => Err(AppError::unavailable("no source of keys is connected yet")),
        };
        let fetched = fetched
            .and_then(|json| serde_json::from_str::<JwkSet>(&json).map_err(AppError::internal));
        let mut keys = self.keys.write();
        keys.tried = Some(Instant::now());
        let jwks = fetched.map_err(|error| {
            tracing::warn!(error = %crate::error::chain(&error), "the keys that verify access tokens could not be fetched");
            AppError::unavailable("sign-in cannot be checked at the moment; try again shortly")
                .with_retry_after(Duration::from_secs(2))
                .with_source(error)
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

#[derive(Debug, Serialize, Deserialize)]
struct ServiceClaims {
    sub: String,
    iat: i64,
    exp: i64,
    iss: String,
}

struct CachedToken {
    token: Arc<str>,
    replace_at: i64,
}

/// Issues and verifies the tokens that services use to call each other. All services share the key.
#[derive(Clone)]
pub struct ServiceTokens(Arc<ServiceTokensInner>);

struct ServiceTokensInner {
    encoding: EncodingKey,
    decoding: DecodingKey,
    secrets: ring::hmac::Key,
    issued: Mutex<HashMap<String, CachedToken>>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for ServiceTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceTokens").finish_non_exhaustive()
    }
}

impl ServiceTokens {
    pub fn new(key: &SecretString) -> Self {
        Self::with_clock(key, Arc::new(SystemClock))
    }

    pub fn with_clock(key: &SecretString, clock: Arc<dyn Clock>) -> Self {
        crypto::install();
        let key = key.expose_secret().as_bytes();
        Self(Arc::new(ServiceTokensInner {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            secrets: ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key),
            issued: Mutex::default(),
            clock,
        }))
    }

    /// A secret for another purpose, the same in every process that has the same key; the key cannot be derived from it.
    pub fn secret_for(&self, purpose: &str) -> SecretString {
        let tag = ring::hmac::sign(&self.0.secrets, format!("secret for {purpose}").as_bytes());
        URL_SAFE_NO_PAD.encode(tag).into()
    }

    /// A token for calls of `service` to others, valid for at least the next 20 seconds.
    pub fn issue(&self, service: &str) -> Result<Arc<str>, AppError> {
        let now = self.0.clock.now().secs();
        let mut issued = self.0.issued.lock();
        if let Some(cached) = issued.get(service)
            && now < cached.replace_at
        {
            return Ok(Arc::clone(&cached.token));
        }
        let exp = now + SERVICE_TOKEN_LIFETIME.as_secs() as i64;
        let claims = ServiceClaims {
            sub: service.to_owned(),
            iat: now,
            exp,
            iss: SERVICE_ISSUER.to_owned(),
        };
        let header = Header::new(Algorithm::HS256);
        let token: Arc<str> = jsonwebtoken::encode(&header, &claims, &self.0.encoding)
            .map_err(AppError::internal)?
            .into();
        issued.insert(
            service.to_owned(),
            CachedToken {
                token: Arc::clone(&token),
                replace_at: exp - SERVICE_TOKEN_MARGIN.as_secs() as i64,
            },
        );
        Ok(token)
    }

    /// The name of the service in a valid token.
    pub fn verify(&self, token: &str) -> Result<String, AppError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[SERVICE_ISSUER]);
        let claims =
            jsonwebtoken::decode::<ServiceClaims>(token, &self.0.decoding, &validation)
                .map_err(|error| match error.kind() {
                    ErrorKind::InvalidSignature => AppError::unauthenticated(
                        "the service token is signed with another key; give all services the same WAYBILL_SERVICE_KEY",
                    ),
                    _ => bad_token(),
                })?
                .claims;
        let now = self.0.clock.now().secs();
        if claims.exp.saturating_add(LEEWAY.as_secs() as i64) <= now {
            return Err(expired());
        }
        Ok(claims.sub)
    }
}

impl CallContext {
    /// Makes calls in this context under the authority of `service` itself.
    pub fn with_service_token(
        self,
        tokens: &ServiceTokens,
        service: &str,
    ) -> Result<Self, AppError> {
        let mut ctx = self.with_token(tokens.issue(service)?);
        ctx.caller = Caller::Service(service.to_owned());
        Ok(ctx)
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

fn expired() -> AppError {
    AppError::unauthenticated("the access token has expired; refresh it or sign in again")
        .with_meta("reason", "expired")
}

fn bad_token() -> AppError {
    AppError::unauthenticated("the access token is not valid; sign in again")
        .with_meta("reason", "invalid")
}

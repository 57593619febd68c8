//! Short-lived tokens between services (HS256).

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use parking_lot::Mutex;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use waybill_primitives::{Clock, SystemClock};

use super::{LEEWAY, bad_token, expired};
use crate::{AppError, CallContext, Caller, crypto};

/// The `iss` of these tokens.
const ISSUER: &str = "waybill-service";
const LIFETIME: Duration = Duration::from_mins(1);
/// A cached token is replaced this long before its end.
const MARGIN: Duration = Duration::from_secs(20);

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
        let exp = now + LIFETIME.as_secs() as i64;
        let claims = ServiceClaims {
            sub: service.to_owned(),
            iat: now,
            exp,
            iss: ISSUER.to_owned(),
        };
        let header = Header::new(Algorithm::HS256);
        let token: Arc<str> = jsonwebtoken::encode(&header, &claims, &self.0.encoding)
            .map_err(AppError::internal)?
            .into();
        issued.insert(
            service.to_owned(),
            CachedToken {
                token: Arc::clone(&token),
                replace_at: exp - MARGIN.as_secs() as i64,
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
        validation.set_issuer(&[ISSUER]);
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

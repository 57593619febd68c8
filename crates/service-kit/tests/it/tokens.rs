//! Which tokens are valid.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use serde_json::json;
use waybill_primitives::{Clock, ManualClock, Timestamp};
use waybill_service_kit::{
    AppError, Caller, ErrorKind,
    crypto::{SigningKey, key_set},
    tokens::{Authority, ServiceTokens, Verifier, authenticate},
};

use crate::support::{SERVICE_KEY, claims, service_tokens};

fn raw(header: &serde_json::Value, claims: &serde_json::Value, signature: &str) -> String {
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

async fn refused(verifier: &Verifier, token: &str) -> AppError {
    let error = verifier.verify(token).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated, "{error}");
    error
}

#[tokio::test]
async fn a_signed_token_returns_its_claims_repeatedly() {
    let key = SigningKey::generate().unwrap();
    let verifier = Verifier::fixed(&key_set([&key]));
    let claims = claims();
    let token = key.sign(&claims).unwrap();
    for _ in 0..3 {
        assert_eq!(*verifier.verify(&token).await.unwrap(), claims);
    }
}

#[tokio::test]
async fn an_expired_token_is_distinguished_even_when_it_was_verified_before() {
    let key = SigningKey::generate().unwrap();
    let clock = Arc::new(ManualClock::new(Timestamp::now()));
    let verifier = Verifier::unconnected(Arc::clone(&clock) as Arc<dyn Clock>);
    let jwks = serde_json::to_string(&key_set([&key])).unwrap();
    verifier.connect(Arc::new(move || {
        let jwks = jwks.clone();
        async move { Ok(jwks) }
    }));
    let token = key.sign(&claims()).unwrap();
    verifier.verify(&token).await.unwrap();
    // The lifetime, and a little for clock differences.
    clock.advance(Duration::from_secs(305));
    verifier.verify(&token).await.unwrap();
    clock.advance(Duration::from_secs(10));
    let error = refused(&verifier, &token).await;
    assert_eq!(error.metadata["reason"], "expired");
    let error = refused(&verifier, &token[..token.len() - 4]).await;
    assert_eq!(error.metadata["reason"], "invalid");
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let (key, other) = (
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    );
    let verifier = Verifier::fixed(&key_set([&key]));
    let good = key.sign(&claims()).unwrap();
    let parts: Vec<_> = good.split('.').collect();
    let payload = serde_json::to_value(claims()).unwrap();
    let header = |alg: &str| json!({"typ": "JWT", "alg": alg, "kid": key.kid()});

    // Other claims under the same signature.
    let mut admin = payload.clone();
    admin["role"] = json!("ADMIN");
    refused(&verifier, &raw(&header("EdDSA"), &admin, parts[2])).await;
    // No algorithm, no signature.
    for none in ["none", "None", "NONE"] {
        refused(&verifier, &raw(&header(none), &payload, "")).await;
    }
    // HS256 with the public key as the secret.
    let public = URL_SAFE_NO_PAD.decode(key.public()).unwrap();
    let mut confused = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    confused.kid = Some(key.kid().to_owned());
    let secret = jsonwebtoken::EncodingKey::from_secret(&public);
    refused(
        &verifier,
        &jsonwebtoken::encode(&confused, &payload, &secret).unwrap(),
    )
    .await;
    // Another key, with its own id and with ours.
    refused(&verifier, &other.sign(&claims()).unwrap()).await;
    let theirs = other.sign(&claims()).unwrap();
    let theirs: Vec<_> = theirs.split('.').collect();
    refused(
        &verifier,
        &format!("{}.{}.{}", parts[0], theirs[1], theirs[2]),
    )
    .await;
    // Another issuer; missing claims; not a token at all; far too long.
    let mut foreign = claims();
    foreign.iss = "elsewhere".to_owned();
    refused(&verifier, &key.sign(&foreign).unwrap()).await;
    for missing in ["exp", "sub", "iss", "role"] {
        let mut fewer = payload.clone();
        fewer.as_object_mut().unwrap().remove(missing);
        refused(&verifier, &key.sign(&fewer).unwrap()).await;
    }
    for nonsense in ["", ".", "..", "a.b.c", "🦀.🦀.🦀", &"x".repeat(100_000)] {
        refused(&verifier, nonsense).await;
    }
    // The good one is still good.
    verifier.verify(&good).await.unwrap();
}

/// Keys that can be replaced, and a count of how often they were fetched.
#[derive(Default)]
struct Source {
    jwks: parking_lot::Mutex<Option<String>>,
    asked: AtomicUsize,
}

#[tonic::async_trait]
impl Authority for Source {
    async fn keys(&self) -> Result<String, AppError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let jwks = self.jwks.lock().clone();
        jwks.ok_or_else(|| AppError::unavailable("auth is not up yet"))
    }
}

#[tokio::test]
async fn keys_are_fetched_late_once_and_again_for_an_unknown_id() {
    let (old, new) = (
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    );
    let source = Arc::new(Source::default());
    let verifier = Verifier::new(Arc::clone(&source) as Arc<dyn Authority>);
    let token = old.sign(&claims()).unwrap();

    let error = verifier.verify(&token).await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::Unavailable,
        "auth is away, the token may be good"
    );
    *source.jwks.lock() = Some(serde_json::to_string(&key_set([&old])).unwrap());
    verifier.verify(&token).await.unwrap();
    assert_eq!(source.asked.load(Ordering::SeqCst), 2);

    // Many tokens with unknown ids do not cause many fetches.
    for _ in 0..5 {
        let stranger = SigningKey::generate().unwrap();
        refused(&verifier, &stranger.sign(&claims()).unwrap()).await;
    }
    assert_eq!(source.asked.load(Ordering::SeqCst), 2);

    // After a rotation, the new key is found.
    *source.jwks.lock() = Some(serde_json::to_string(&key_set([&new, &old])).unwrap());
    let token = new.sign(&claims()).unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    while verifier.verify(&token).await.is_err() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the new key was never asked for"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    verifier
        .verify(&old.sign(&claims()).unwrap())
        .await
        .unwrap();
}

#[tokio::test]
async fn service_tokens_are_valid_for_a_minute_under_the_shared_key_only() {
    let clock = Arc::new(ManualClock::new(Timestamp::now()));
    let key = SecretString::from(SERVICE_KEY);
    let tokens = ServiceTokens::with_clock(&key, Arc::clone(&clock) as Arc<dyn Clock>);
    let token = tokens.issue("payment").unwrap();
    assert_eq!(tokens.verify(&token).unwrap(), "payment");
    assert_eq!(tokens.issue("payment").unwrap(), token, "cached");
    assert_ne!(tokens.issue("chat").unwrap(), token);

    let other = ServiceTokens::new(&SecretString::from("another-key-of-at-least-32-bytes-ok"));
    let error = other.verify(&token).unwrap_err();
    assert!(error.message.contains("WAYBILL_SERVICE_KEY"), "{error}");

    clock.advance(Duration::from_secs(45));
    assert_ne!(
        tokens.issue("payment").unwrap(),
        token,
        "renewed before its end"
    );
    clock.advance(Duration::from_secs(30));
    let error = tokens.verify(&token).unwrap_err();
    assert_eq!(error.metadata["reason"], "expired");
}

#[tokio::test]
async fn a_bearer_token_is_a_user_or_a_service_and_never_the_other() {
    let key = SigningKey::generate().unwrap();
    let verifier = Verifier::fixed(&key_set([&key]));
    let services = service_tokens();
    let claims = claims();
    let user = authenticate(&verifier, &services, &key.sign(&claims).unwrap())
        .await
        .unwrap();
    let Caller::User(user) = user else {
        panic!("{user:?}")
    };
    assert_eq!((user.id, user.role), (claims.sub, claims.role));
    let service = authenticate(&verifier, &services, &services.issue("order").unwrap())
        .await
        .unwrap();
    assert_eq!(service, Caller::Service("order".to_owned()));
    // A user's claims under the service key are no user, and no service either.
    let secret = jsonwebtoken::EncodingKey::from_secret(SERVICE_KEY.as_bytes());
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    let forged = jsonwebtoken::encode(&header, &claims, &secret).unwrap();
    assert!(authenticate(&verifier, &services, &forged).await.is_err());
    // A service's claims under the user key are not a service.
    let forged = key
        .sign(&json!({"sub": "order", "iat": 0, "exp": claims.exp, "iss": "waybill-service"}))
        .unwrap();
    assert!(authenticate(&verifier, &services, &forged).await.is_err());
}

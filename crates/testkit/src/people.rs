//! People who call a service, with tokens as auth issues them.

use std::sync::Arc;

use waybill_primitives::{Role, Timestamp, UserId};
use waybill_service_kit::{
    CallContext,
    crypto::{SigningKey, key_set},
    tokens::{AccessClaims, ISSUER, ServiceTokens, Verifier},
};

/// How long a token is valid, in seconds.
const LIFETIME: i64 = 3600;

/// Somebody in a test.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// Has no account.
    pub guest: bool,
}

impl Person {
    pub fn new(name: &str, role: Role) -> Self {
        Self {
            id: UserId::new(),
            name: name.to_owned(),
            role,
            guest: false,
        }
    }

    pub fn customer() -> Self {
        Self::new("Ada", Role::Customer)
    }

    pub fn worker() -> Self {
        Self::new("Wim", Role::Staff)
    }

    pub fn admin() -> Self {
        Self::new("Bo", Role::Admin)
    }

    pub fn guest(name: &str) -> Self {
        Self {
            guest: true,
            ..Self::new(name, Role::Customer)
        }
    }

    pub fn email(&self) -> String {
        format!("{}@example.com", self.id)
    }

    /// The claims of a token for the next hour.
    pub fn claims(&self) -> AccessClaims {
        let now = Timestamp::now().secs();
        AccessClaims {
            sub: self.id,
            role: self.role,
            name: self.name.clone(),
            email: self.email(),
            sid: None,
            guest: self.guest,
            iat: now - 1,
            exp: now + LIFETIME,
            iss: ISSUER.to_owned(),
            aud: None,
        }
    }
}

/// Issues tokens in place of auth.
#[derive(Debug, Clone)]
pub struct Issuer(Arc<SigningKey>);

impl Default for Issuer {
    fn default() -> Self {
        Self(Arc::new(SigningKey::generate().expect("a key")))
    }
}

impl Issuer {
    /// A verifier that accepts this issuer's tokens.
    pub fn verifier(&self) -> Arc<Verifier> {
        Verifier::fixed(&key_set([self.0.as_ref()]))
    }

    pub fn token(&self, person: &Person) -> String {
        self.sign(&person.claims())
    }

    pub fn sign(&self, claims: &AccessClaims) -> String {
        self.0.sign(claims).expect("a token")
    }

    /// The context of a call by this person.
    pub fn context(&self, person: &Person) -> CallContext {
        CallContext::anonymous().with_token(self.token(person))
    }
}

/// The key that services authenticate each other with in tests.
pub const SERVICE_KEY: &str = "a-service-key-of-the-tests-32-bytes!";

pub fn service_tokens() -> ServiceTokens {
    ServiceTokens::new(&SERVICE_KEY.into())
}

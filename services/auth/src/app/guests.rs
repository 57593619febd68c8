//! People who order without an account: a token for their order, and whether an address has an account. Only the gateway calls
//! both, and it limits the rate.

use ring::{
    digest,
    rand::{SecureRandom as _, SystemRandom},
};
use uuid::{Builder, Uuid};
use waybill_primitives::{FieldErrors, Role, UserId};
use waybill_service_kit::{
    AppError, CallContext,
    tokens::{AccessClaims, ISSUER},
};

use super::{App, sessions::seconds};
use crate::{
    domain::{self, Email},
    error::Error,
    store,
};

/// The shortest idempotency key that identifies a guest: a request that repeats it gets the guest's token.
const KEY_MIN: usize = 16;
const KEY_MAX: usize = 255;

/// The data of somebody who orders without an account, unchecked.
#[derive(Clone)]
pub struct Guest {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
}

/// The result for a guest.
pub struct GuestToken {
    pub id: UserId,
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
}

impl App {
    /// An access token for a guest, who has an id and no account. With an idempotency key, a repetition by the same person gets
    /// the same id, and so finds the order of the first attempt; without one, each call creates another guest.
    pub fn guest_token(&self, ctx: &CallContext, guest: &Guest) -> Result<GuestToken, Error> {
        ctx.service()?;
        let mut errors = FieldErrors::default();
        let email = errors.check(Email::parse("email", &guest.email));
        let first = errors.check(domain::first_name("firstName", &guest.first_name));
        let last = errors.check(domain::last_name("lastName", &guest.last_name));
        let key = ctx.idempotency_key.as_deref().filter(|key| !key.is_empty());
        if key.is_some_and(|key| !(KEY_MIN..=KEY_MAX).contains(&key.len())) {
            errors.add(
"Idempotency-Key",
                format!(
                    "must have {KEY_MIN} to {KEY_MAX} characters to order without an account, and not be guessable; a UUID will do"
                ),
);
        }
        let (Some(email), Some(first), Some(last)) = (email, first, last) else {
            return Err(errors.into());
        };
        errors.or(())?;
        let id = match key {
            Some(key) => repeatable_id(&[key, email.as_str(), &first, &last]),
            None => random_id()?,
        };
        let (now, expires_in) = (self.clock.now(), seconds(self.policy.guest_token_ttl));
        let claims = AccessClaims {
            sub: id,
            role: Role::Customer,
            name: format!("{first} {last}").trim().to_owned(),
            email: email.to_string(),
            sid: None,
            guest: true,
            iat: now.secs(),
            exp: now.secs() + expires_in,
            iss: ISSUER.to_owned(),
            aud: None,
        };
        Ok(GuestToken {
            id,
            access_token: self.keys.signer().sign(&claims)?,
            expires_in,
        })
    }

    /// Whether an address has an account.
    pub async fn is_registered(&self, ctx: &CallContext, email: &str) -> Result<bool, Error> {
        ctx.service()?;
        let email = Email::parse("email", email)?;
        let known = store::users::by_email(self.db.reader(), &email).await?;
        Ok(known.is_some())
    }
}

/// The id derived from these texts. Accounts have UUIDs of another version (7), so a guest cannot be mistaken for one.
fn repeatable_id(texts: &[&str]) -> UserId {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(b"waybill guest");
    for text in texts {
        // The length distinguishes ("ab", "c") from ("a", "bc").
        hash.update(&(text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    guest_id(hash.finish().as_ref())
}

fn random_id() -> Result<UserId, AppError> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| AppError::internal("the system gives no random numbers"))?;
    Ok(guest_id(&bytes))
}

/// `bytes`: at least 16.
fn guest_id(bytes: &[u8]) -> UserId {
    let mut first = [0_u8; 16];
    first.copy_from_slice(&bytes[..16]);
    let id: Uuid = Builder::from_custom_bytes(first).into_uuid();
    UserId::from_uuid(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_known_again_by_all_of_what_they_sent() {
        let id = repeatable_id(&["a key of a client", "ada@example.com", "Ada", "L"]);
        assert_eq!(
            id,
            repeatable_id(&["a key of a client", "ada@example.com", "Ada", "L"])
        );
        for other in [
            ["another key", "ada@example.com", "Ada", "L"],
            ["a key of a client", "eve@example.com", "Ada", "L"],
            ["a key of a client", "ada@example.com", "AdaL", ""],
        ] {
            assert_ne!(id, repeatable_id(&other));
        }
        assert_ne!(random_id().unwrap(), random_id().unwrap());
        assert_eq!(id.uuid().get_version_num(), 8);
        assert_eq!(UserId::new().uuid().get_version_num(), 7);
    }
}

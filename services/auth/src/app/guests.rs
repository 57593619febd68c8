//! People who order without an account: a token for their order, and whether an address has an account. Only the gateway calls
//! both, and it limits the rate.

use uuid::{Builder, Uuid};
use waybill_primitives::{FieldErrors, Role, UserId};
use waybill_service_kit::{
    AppError, CallContext, crypto,
    tokens::{AccessClaims, ISSUER},
};

use super::{App, sessions::seconds};
use waybill_store::{IdempotencyKey, idempotency, transact};

use crate::{
    domain::{self, Email, sha256},
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
    /// the same id, and so finds the order of the first attempt, until the key is forgotten; without one, each call creates
    /// another guest. Ids are random: nobody can compute the id of a guest whose key, address and names they know.
    pub async fn guest_token(&self, ctx: &CallContext, guest: &Guest) -> Result<GuestToken, Error> {
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
            Some(key) => {
                let person = format!("{}\n{}\n{}", email.as_str(), first, last);
                // Part of the scope: somebody else with this key is another guest, not a conflict.
                let scope = format!("guest:{}", sha256(&person));
                let key = IdempotencyKey::new(scope, key, &[]);
                self.guest_of(ctx, &key).await?
            }
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

    /// The guest of this key, now or at an earlier attempt.
    async fn guest_of(&self, ctx: &CallContext, key: &IdempotencyKey) -> Result<UserId, Error> {
        let id = random_id()?;
        let made: Result<(), Error> = transact!(self.db, ctx, async |tx| {
            Ok(idempotency::insert(tx, key, id.uuid().as_bytes()).await?)
        })
        .await;
        match made {
            Ok(()) => Ok(id),
            Err(Error::Idempotency(error)) if error.is_taken() => {
                let known = idempotency::lookup(&self.db, key).await?;
                let known = known.and_then(|id| Uuid::from_slice(&id).ok());
                let known = known.ok_or_else(|| AppError::internal("the guest's id is lost"))?;
                Ok(UserId::from_uuid(known))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether an address has an account.
    pub async fn is_registered(&self, ctx: &CallContext, email: &str) -> Result<bool, Error> {
        ctx.service()?;
        let email = Email::parse("email", email)?;
        let known = store::users::by_email(self.db.reader(), &email).await?;
        Ok(known.is_some())
    }
}

/// Accounts have UUIDs of another version (7), so a guest cannot be mistaken for one.
fn random_id() -> Result<UserId, AppError> {
    let id: Uuid = Builder::from_custom_bytes(crypto::random()?).into_uuid();
    Ok(UserId::from_uuid(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_have_random_ids_of_their_own_version() {
        let id = random_id().unwrap();
        assert_ne!(id, random_id().unwrap());
        assert_eq!(id.uuid().get_version_num(), 8);
        assert_eq!(UserId::new().uuid().get_version_num(), 7);
    }
}

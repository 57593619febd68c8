//! Accounts without a registration: the first administrator and those of the demo.

use secrecy::{ExposeSecret as _, SecretString};
use waybill_primitives::{FieldErrors, Role, Timestamp, UserId};
use waybill_proto::auth::UserEvent;
use waybill_service_kit::{AppError, FieldError};
use waybill_store::{Db, EventContext, transact};

use super::is_unique;
use crate::{
    domain::{self, Email, User},
    error::Error,
    events,
    password::Passwords,
    store,
};

/// An account to be created with these values.
#[derive(Clone)]
pub struct SeedUser {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    /// A PHC string, from [`hash_password`]. Accounts of a demo may share one.
    pub password_hash: String,
}

/// Hashes a password for [`seed_user`].
pub async fn hash_password(password: &str) -> Result<String, AppError> {
    let passwords = Passwords::new(1).await.map_err(AppError::internal)?;
    passwords.hash(password).await.map_err(AppError::internal)
}

/// Creates the account, or leaves an existing one with the same address unchanged. Returns its id.
pub async fn seed_user(db: &Db, seed: &SeedUser) -> Result<UserId, AppError> {
    Ok(find_or_make(db, seed).await?.id)
}

async fn find_or_make(db: &Db, seed: &SeedUser) -> Result<User, Error> {
    let email = Email::parse("email", &seed.email)?;
    if let Some(existing) = store::users::by_email(db.reader(), &email).await? {
        return Ok(existing.user);
    }
    let user = User {
        id: UserId::new(),
        email: email.to_string(),
        first_name: domain::first_name("firstName", &seed.first_name)?,
        last_name: domain::last_name("lastName", &seed.last_name)?,
        role: seed.role,
        email_verified: true,
        avatar_url: String::new(),
        suspended: false,
        version: 1,
        created_at: Timestamp::now(),
    };
    let made = transact!(db, EventContext::default(), async |tx| {
        store::users::insert(tx.conn(), &user, &seed.password_hash).await?;
        events::changed(tx, &user, UserEvent::Registered);
        Ok::<_, Error>(())
    })
    .await;
    match made {
        Ok(()) => Ok(user),
        // Another replica was faster.
        Err(error) if is_unique(&error) => {
            let existing = store::users::by_email(db.reader(), &email).await?;
            existing.map(|existing| existing.user).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// Ensures that the account of `email` exists and is an administrator. An existing account keeps its password: the setting gives
/// access once, it does not reset the password at every start. Safe when replicas start at the same time.
pub async fn first_admin(
    db: &Db,
    passwords: &Passwords,
    email: &str,
    password: &SecretString,
) -> Result<UserId, Error> {
    let mut errors = FieldErrors::default();
    let address = errors.check(Email::parse("WAYBILL_ADMIN_EMAIL", email));
    let strength = domain::new_password("WAYBILL_ADMIN_PASSWORD", password.expose_secret());
    errors.check(strength);
    let Some(address) = address.filter(|_| errors.is_empty()) else {
        return Err(errors.into());
    };
    let existing = store::users::by_email(db.reader(), &address).await?;
    let user = match existing {
        Some(existing) => existing.user,
        None => {
            let seed = SeedUser {
                email: address.to_string(),
                first_name: "Administrator".to_owned(),
                last_name: String::new(),
                role: Role::Admin,
                password_hash: passwords.hash(password.expose_secret()).await?,
            };
            find_or_make(db, &seed).await?
        }
    };
    if user.role != Role::Admin {
        promote(db, user.id).await?;
    }
    Ok(user.id)
}

async fn promote(db: &Db, id: UserId) -> Result<(), Error> {
    transact!(db, EventContext::default(), async |tx| {
        let Some(account) = store::users::lock(tx.conn(), id).await? else {
            return Err(AppError::not_found("user").into());
        };
        let mut user = account.user;
        if user.role == Role::Admin {
            return Ok(());
        }
        let from = std::mem::replace(&mut user.role, Role::Admin);
        user.version += 1;
        store::users::update(tx.conn(), &user, Timestamp::now()).await?;
        store::registrations::moved(tx.conn(), &user, from).await?;
        events::role_changed(tx, &user, from);
        tracing::warn!(user = %id, "the account of WAYBILL_ADMIN_EMAIL was made an administrator");
        Ok(())
    })
    .await
}

/// The error if only one of the two settings of the first administrator is set.
pub fn incomplete_admin(missing: &'static str) -> AppError {
    AppError::invalid(vec![FieldError::new(
        missing,
        "is missing: the first administrator needs an e-mail address and a password",
    )])
}

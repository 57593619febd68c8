//! Accounts without a registration: the first administrator and those of the demo.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use uuid::Uuid;
use waybill_primitives::{FieldErrors, Role, Timestamp, UserId};
use waybill_proto::auth::UserEvent;
use waybill_service_kit::{AppError, ErrorCode, FieldError, tokens::LONGEST_ACCESS_TOKEN};
use waybill_store::{Db, EventContext, transact};

use super::{change_role, is_unique};
use crate::{
    domain::{self, Email, User, audit::Record},
    error::Error,
    events,
    password::{Passwords, Requester},
    store::{self, sessions::Ending, users::Credentials},
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
    passwords
        .hash(Requester::START, password)
        .await
        .map_err(AppError::internal)
}

/// Creates the account, or leaves an existing one with the same address unchanged. Returns its id.
pub async fn seed_user(db: &Db, seed: &SeedUser) -> Result<UserId, AppError> {
    Ok(find_or_make(db, seed).await?.user.id)
}

async fn find_or_make(db: &Db, seed: &SeedUser) -> Result<Credentials, Error> {
    let email = Email::parse("email", &seed.email)?;
    if let Some(existing) = store::users::by_email(db.reader(), &email).await? {
        return Ok(existing);
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
        Ok(()) => Ok(Credentials {
            user,
            password_hash: seed.password_hash.clone(),
        }),
        // Another replica was faster.
        Err(error) if is_unique(&error) => {
            let existing = store::users::by_email(db.reader(), &email).await?;
            existing.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// Ensures that the account of `email` exists and is an administrator. An existing administrator keeps the password: the setting
/// gives access once, it does not reset the password at every start. Any other account becomes an administrator only if its password
/// is the configured one: somebody else may have registered the address. Safe when replicas start at the same time.
/// `public_passwords` are not taken.
///
/// # Errors
/// `CONFLICT` for an account with another password.
pub async fn first_admin(
    db: &Db,
    passwords: &Passwords,
    email: &str,
    password: &SecretString,
    public_passwords: &[&str],
) -> Result<UserId, Error> {
    let address = Email::parse("WAYBILL_ADMIN_EMAIL", email)?;
    let known = store::users::by_email(db.reader(), &address).await?;
    if let Some(known) = &known
        && known.user.role == Role::Admin
    {
        return Ok(known.user.id);
    }
    let secret = password.expose_secret();
    domain::new_password("WAYBILL_ADMIN_PASSWORD", secret, public_passwords)?;
    let seed = SeedUser {
        email: address.to_string(),
        first_name: "Administrator".to_owned(),
        last_name: String::new(),
        role: Role::Admin,
        password_hash: passwords.hash(Requester::START, secret).await?,
    };
    let existing = find_or_make(db, &seed).await?;
    if existing.user.role == Role::Admin {
        return Ok(existing.user.id);
    }
    let turn = passwords.turn(Requester::START).await?;
    let stored = Some(existing.password_hash.as_str());
    if !turn.verify(secret, stored).await? {
        let message = format!(
            "WAYBILL_ADMIN_EMAIL: {address} has an account that is no administrator, and its password is not WAYBILL_ADMIN_PASSWORD; anybody may have registered it. `waybill users promote {address}` makes it an administrator with that password"
        );
        return Err(AppError::conflict(ErrorCode::Conflict, message).into());
    }
    make_admin(
        db,
        existing.user.id,
        None,
        "the start with WAYBILL_ADMIN_EMAIL",
    )
    .await?;
    Ok(existing.user.id)
}

/// Makes the account of `email` an administrator, in the name of the operator. A new password takes it away from whoever knows the
/// old one: all of its sessions end.
///
/// # Errors
/// `NOT_FOUND` without such an account; `INVALID` for an address or a password that is none.
pub async fn promote(
    db: &Db,
    email: &str,
    password: Option<&SecretString>,
) -> Result<UserId, AppError> {
    let mut errors = FieldErrors::default();
    let address = errors.check(Email::parse("email", email));
    if let Some(password) = password {
        let checked = domain::new_password("password", password.expose_secret(), &[]);
        errors.check(checked);
    }
    let Some(address) = address.filter(|_| errors.is_empty()) else {
        return Err(errors.into());
    };
    let hash = match password {
        Some(password) => Some(hash_password(password.expose_secret()).await?),
        None => None,
    };
    let known = store::users::by_email(db.reader(), &address).await?;
    let user = known.ok_or_else(|| AppError::not_found("user"))?.user;
    make_admin(db, user.id, hash, "waybill users promote").await?;
    Ok(user.id)
}

/// `by`: what the operator did.
async fn make_admin(
    db: &Db,
    id: UserId,
    password_hash: Option<String>,
    by: &str,
) -> Result<(), Error> {
    transact!(db, EventContext::default(), async |tx| {
        let Some(account) = store::users::lock(tx.conn(), id).await? else {
            return Err(AppError::not_found("user").into());
        };
        let (mut user, now) = (account.user, Timestamp::now());
        let from = user.role;
        if from != Role::Admin {
            change_role(tx, &mut user, Role::Admin, now).await?;
        }
        if let Some(hash) = &password_hash {
            user.version += 1;
            store::users::set_password(tx.conn(), &user, hash, now).await?;
            events::changed(tx, &user, UserEvent::PasswordChanged);
            let ending = Ending::PasswordChanged;
            // How long access tokens live is a setting of the service: all sessions count as used.
            let used = Timestamp::UNIX_EPOCH;
            let ended =
                store::sessions::end_sessions_of(tx.conn(), id, None, ending, now, used).await?;
            events::sessions_ended(tx, id, ended, ending, now.plus(LONGEST_ACCESS_TOKEN));
        }
        let after =
            json!({ "role": Role::Admin, "newPassword": password_hash.is_some(), "by": by });
        let record = Record {
            id: Uuid::now_v7(),
            at: now,
            actor: None,
            client_address: String::new(),
            request_id: String::new(),
            action: "user.set_role".to_owned(),
            target_kind: "user".to_owned(),
            target_id: id.to_string(),
            before: json!({ "role": from }).to_string(),
            after: after.to_string(),
        };
        store::audit::insert(tx.conn(), &record).await?;
        tracing::warn!(user = %id, by, "an account was made an administrator");
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

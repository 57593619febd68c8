//! The use cases: registration and the caller's own account here; sign-in, administration and the first accounts in the
//! submodules.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;
use waybill_primitives::{Clock, FieldError, FieldErrors, Role, Timestamp, UserId};
use waybill_proto::auth::UserEvent;
use waybill_service_kit::{AppError, CallContext, ErrorCode, UserCaller, once, tokens::Verifier};
use waybill_store::{Db, IdempotencyKey, StoreError, Tx, idempotency, transact};

use crate::{
    devices::Devices,
    domain::{self, Email, User},
    error::Error,
    events,
    keys::Keys,
    password::Passwords,
    store::{self, sessions::Ending, users::Credentials},
};

pub mod audit;
mod guesses;
mod guests;
mod revocations;
mod security;
pub mod seed;
mod sessions;
mod users;

use guesses::{Guess, Source};
pub use guests::Guest;
pub use revocations::{Local, Revocations, cursor};
pub use security::Denial;
use security::Kept;
pub use sessions::{SignedIn, token_hash};
pub use users::Counts;

/// The lifetimes of tokens and the limit of wrong passwords.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Passwords that everybody knows, which no account may have.
    pub public_passwords: &'static [&'static str],
    pub access_token_ttl: Duration,
    pub refresh_token_ttl: Duration,
    pub guest_token_ttl: Duration,
    /// The number of wrong passwords of one account from one place within [`Policy::login_window`] after which the next ones wait.
    pub login_attempts: u32,
    pub login_window: Duration,
}

/// The use cases of this service.
pub struct App {
    db: Db,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    keys: Keys,
    policy: Policy,
    verifier: Arc<Verifier>,
    revocations: Revocations,
    devices: Devices,
    kept: Kept,
}

/// An unchecked request to open an account.
#[derive(Clone)]
pub struct NewAccount {
    pub email: String,
    pub password: String,
    pub first_name: String,
    pub last_name: String,
}

/// The same, checked.
struct CheckedAccount {
    email: Email,
    first_name: String,
    last_name: String,
}

/// A change of the caller's own account; fields without a value stay.
pub struct ProfileChange {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub version: Option<i64>,
}

impl App {
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        passwords: Passwords,
        keys: Keys,
        policy: Policy,
        verifier: Arc<Verifier>,
        devices: Devices,
    ) -> Self {
        let lifetime = policy.access_token_ttl;
        Self {
            revocations: Revocations::new(db.clone(), Arc::clone(&clock), lifetime),
            db,
            clock,
            passwords,
            keys,
            policy,
            verifier,
            devices,
            kept: Kept::default(),
        }
    }

    /// What makes access tokens invalid before they expire.
    pub fn revocations(&self) -> &Revocations {
        &self.revocations
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Opens a customer's account and signs in. A repetition with the same idempotency key and password signs in to the account
    /// of the first attempt; any other attempt with a taken address is `EMAIL_TAKEN`.
    pub async fn register(&self, ctx: &CallContext, new: NewAccount) -> Result<SignedIn, Error> {
        let account = checked(&new)?;
        let key = registration_key(ctx, &account)?;
        if let Some(existing) = store::users::by_email(self.db.reader(), &account.email).await? {
            return self
                .registered_before(ctx, key, existing, &new.password)
                .await;
        }
        // Not before: whoever has an account gets to know that, whatever the password.
        let personal = [
            &*account.email.to_string(),
            &account.first_name,
            &account.last_name,
        ]
        .map(str::to_owned);
        self.check_strength(ctx, "password", &new.password, personal)
            .await?;
        let hash = self
            .passwords
            .hash(Source::network(ctx).requester(ctx), &new.password)
            .await?;
        let user = User {
            id: UserId::new(),
            email: account.email.to_string(),
            first_name: account.first_name,
            last_name: account.last_name,
            role: Role::Customer,
            email_verified: false,
            avatar_url: String::new(),
            suspended: false,
            version: 1,
            created_at: self.clock.now(),
        };
        let opened: Result<SignedIn, Error> = transact!(self.db, ctx, async |tx| {
            store::users::insert(tx.conn(), &user, &hash).await?;
            if let Some(key) = &key {
                idempotency::insert(tx, key, user.id.uuid().as_bytes()).await?;
            }
            events::changed(tx, &user, UserEvent::Registered);
            let session = self.open_session(tx, &user, &hash).await?;
            Ok(session)
        })
        .await;
        match opened {
            // Somebody else was faster, perhaps another attempt of the same client.
            Err(Error::Store(StoreError::Unique { .. })) => {
                self.db.flush().await;
                match store::users::by_email(self.db.reader(), &account.email).await? {
                    Some(existing) => {
                        self.registered_before(ctx, key, existing, &new.password)
                            .await
                    }
                    None => Err(email_taken()),
                }
            }
            opened => opened,
        }
    }

    async fn registered_before(
        &self,
        ctx: &CallContext,
        key: Option<IdempotencyKey>,
        existing: Credentials,
        password: &str,
    ) -> Result<SignedIn, Error> {
        let Some(key) = key else {
            return Err(email_taken());
        };
        let answer = idempotency::lookup(&self.db, &key).await?;
        if answer.as_deref() != Some(existing.user.id.uuid().as_bytes().as_slice()) {
            return Err(email_taken());
        }
        let guess = Guess {
            email: &existing.user.email,
            source: Source::network(ctx),
        };
        if !self.guess(ctx, &guess, password, Some(&existing)).await? {
            return Err(email_taken());
        }
        self.sign_in(ctx, &existing, &guess).await
    }

    /// The caller's own account.
    pub async fn profile(&self, ctx: &CallContext) -> Result<User, Error> {
        let caller = ctx.account()?;
        let user = store::users::by_id(self.db.reader(), caller.id).await?;
        Ok(user.ok_or_else(account_gone)?)
    }

    /// Changes the caller's own name.
    pub async fn update_profile(
        &self,
        ctx: &CallContext,
        change: ProfileChange,
    ) -> Result<User, Error> {
        let caller = ctx.account()?;
        let mut errors = FieldErrors::default();
        let mut name =
            |field, text: Option<String>, rule: fn(_, &str) -> Result<String, FieldError>| {
                text.and_then(|text| errors.check(rule(field, &text)))
            };
        let first = name("firstName", change.first_name, domain::first_name);
        let last = name("lastName", change.last_name, domain::last_name);
        errors.or(())?;
        transact!(self.db, ctx, async |tx| {
            let before = own_account(tx, caller).await?.user;
            require_version(&before, change.version)?;
            let mut user = before.clone();
            if let Some(first) = &first {
                user.first_name.clone_from(first);
            }
            if let Some(last) = &last {
                user.last_name.clone_from(last);
            }
            if user == before {
                return Ok(user);
            }
            user.version += 1;
            store::users::update(tx.conn(), &user, self.clock.now()).await?;
            events::changed(tx, &user, UserEvent::Updated);
            Ok(user)
        })
        .await
    }

    /// Replaces the caller's password and ends all of the caller's sessions but one: that of `refresh_token` if it is the
    /// caller's, else that of the access token.
    pub async fn change_password(
        &self,
        ctx: &CallContext,
        current: &str,
        new: &str,
        refresh_token: &str,
    ) -> Result<(), Error> {
        let caller = ctx.account()?;
        let mut errors = FieldErrors::default();
        errors.check(entered_password("currentPassword", current));
        errors.check(domain::password_length("newPassword", new));
        if errors.is_empty() && current == new {
            errors.add("newPassword", "is the current password; choose another");
        }
        errors.or(())?;
        let known = store::users::credentials(self.db.reader(), caller.id).await?;
        let known = known.ok_or_else(account_gone)?;
        let (email, name) = (known.user.email.clone(), known.user.full_name());
        self.check_strength(ctx, "newPassword", new, [email, name])
            .await?;
        let guess = Guess {
            email: &known.user.email,
            source: Source::caller(ctx),
        };
        if !self.guess(ctx, &guess, current, Some(&known)).await? {
            return Err(FieldError::new("currentPassword", "is not the current password").into());
        }
        let by = guess.source.requester(ctx);
        let hash = self.passwords.hash(by, new).await?;
        let ended = transact!(self.db, ctx, async |tx| {
            let now = self.clock.now();
            let account = own_account(tx, caller).await?;
            if account.password_hash != known.password_hash {
                let message = "the password was changed since; enter the one that holds now";
                return Err(FieldError::new("currentPassword", message).into());
            }
            let mut user = account.user;
            user.version += 1;
            store::users::set_password(tx.conn(), &user, &hash, now).await?;
            let keep = kept_session(tx, caller, refresh_token).await?;
            let ended = self
                .end_sessions_of(tx, user.id, keep, Ending::PasswordChanged)
                .await?;
            events::changed(tx, &user, UserEvent::PasswordChanged);
            Ok::<_, Error>(ended)
        })
        .await?;
        self.revoke(&ended);
        Ok(())
    }
}

impl App {
    /// Refuses a password that is easy to guess; `personal` are checked texts of its owner.
    async fn check_strength<const N: usize>(
        &self,
        ctx: &CallContext,
        field: &'static str,
        password: &str,
        personal: [String; N],
    ) -> Result<(), Error> {
        let check = {
            let password = password.to_owned();
            let public = self.policy.public_passwords;
            move || {
                let personal = personal.iter().map(String::as_str);
                let known: Vec<_> = personal.chain(public.iter().copied()).collect();
                domain::new_password(field, &password, &known)
            }
        };
        let by = Source::caller(ctx).requester(ctx);
        let checked = self.passwords.run(by, check).await?;
        Ok(checked?)
    }
}

/// The session that a change of password does not end.
async fn kept_session(
    tx: &Tx,
    caller: &UserCaller,
    refresh_token: &str,
) -> Result<Option<Uuid>, Error> {
    let own = caller.session;
    let Some(hash) = token_hash(refresh_token) else {
        return Ok(own);
    };
    let token = store::sessions::find_token(tx.conn(), &hash).await?;
    Ok(token
        .filter(|token| token.user == caller.id)
        .map(|token| token.session)
        .or(own))
}

/// The caller's account, locked. The token of a suspended caller may still be valid for a moment; it cannot change anything any more.
async fn own_account(tx: &Tx, caller: &UserCaller) -> Result<Credentials, Error> {
    let account = store::users::lock(tx.conn(), caller.id).await?;
    let account = account.ok_or_else(account_gone)?;
    if account.user.suspended {
        return Err(suspended());
    }
    Ok(account)
}

/// Gives a locked account another role, and publishes that. Returns the role before.
async fn change_role(tx: &Tx, user: &mut User, role: Role, at: Timestamp) -> Result<Role, Error> {
    let from = std::mem::replace(&mut user.role, role);
    user.version += 1;
    store::users::set_role(tx.conn(), user, at).await?;
    store::registrations::moved(tx.conn(), user, from).await?;
    events::role_changed(tx, user, from);
    Ok(from)
}

fn require_version(user: &User, expected: Option<i64>) -> Result<(), Error> {
    match expected {
        Some(version) if version != user.version => {
            Err(AppError::version_conflict(user.version).into())
        }
        _ => Ok(()),
    }
}

fn checked(new: &NewAccount) -> Result<CheckedAccount, Error> {
    let mut errors = FieldErrors::default();
    let email = errors.check(Email::parse("email", &new.email));
    let first = errors.check(domain::first_name("firstName", &new.first_name));
    let last = errors.check(domain::last_name("lastName", &new.last_name));
    errors.check(domain::password_length("password", &new.password));
    match (email, first, last) {
        (Some(email), Some(first_name), Some(last_name)) if errors.is_empty() => {
            Ok(CheckedAccount {
                email,
                first_name,
                last_name,
            })
        }
        _ => Err(errors.into()),
    }
}

/// Checks a password that was entered as proof: only against the limits that every password meets.
fn entered_password(field: &'static str, password: &str) -> Result<(), FieldError> {
    if password.is_empty() {
        return Err(FieldError::new(field, "a password is required"));
    }
    if password.len() > domain::PASSWORD_MAX_BYTES {
        return Err(FieldError::new(field, "is longer than any password"));
    }
    Ok(())
}

/// The key that identifies a repeated registration. The password is not part of the compared request: its hash would be a fast
/// one. It is checked against the account instead.
fn registration_key(
    ctx: &CallContext,
    account: &CheckedAccount,
) -> Result<Option<IdempotencyKey>, Error> {
    let Some(key) = once::key_of(ctx)? else {
        return Ok(None);
    };
    let scope = format!("register:{}", domain::sha256(account.email.as_str()));
    let request = format!("{}\n{}", account.first_name, account.last_name);
    Ok(Some(IdempotencyKey::new(scope, key, request.as_bytes())))
}

fn email_taken() -> Error {
    AppError::conflict(
        ErrorCode::EmailTaken,
        "this e-mail address has an account already; sign in instead",
    )
    .with_field("email", "has an account already")
    .into()
}

fn account_gone() -> AppError {
    AppError::unauthenticated("the account no longer exists; sign in with another")
}

/// Returned only to callers who know the password or have a token.
fn suspended() -> Error {
    AppError::forbidden("this account is suspended; ask the shop why")
        .with_meta("reason", "suspended")
        .into()
}

/// Whether an error means a lost race for a unique value.
fn is_unique(error: &Error) -> bool {
    matches!(error, Error::Store(error) if error.is_unique())
}

//! Signing in and staying signed in. A session is a family of refresh tokens: each can be used once, which returns the next one;
//! a token that is used a second time was stolen by one side or the other, and ends the family.
//!
//! With one exception: the answer to a use can be lost, for instance when a page is loaded again. So a use can be repeated once within
//! [`GRACE`] unless its successor was used. The repetition gives a twin of the successor; whichever of the two is used first makes
//! the other one worthless.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;
use waybill_primitives::FieldErrors;
use waybill_service_kit::{
    AppError, CallContext, crypto,
    tokens::{AccessClaims, ISSUER},
};
use waybill_store::{EventContext, Tx, retrying, transact};

use super::{
    App, entered_password,
    guesses::{Guess, Source},
    security::Incident,
    suspended,
};
use crate::{
    domain::{Email, User, sha256},
    error::Error,
    store::{
        self,
        sessions::{Ending, Extension, StoredToken},
        users::Credentials,
    },
};

/// Bytes of randomness in a refresh token.
const TOKEN_BYTES: usize = 32;
/// How long the use of a refresh token can be repeated.
const GRACE: Duration = Duration::from_secs(20);
/// How often a session may refresh on average.
const REFRESH_EVERY: Duration = Duration::from_secs(15);
/// How many times a session may refresh at once: that is 15 minutes in advance, the lifetime of an access token.
const REFRESHES_AT_ONCE: u32 = 60;
/// Rows of each table that one round of pruning deletes.
const PRUNE_BATCH: u64 = 500;

/// The result of a successful sign-in.
pub struct SignedIn {
    pub user: User,
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
    pub refresh_token: String,
    /// Seconds.
    pub refresh_expires_in: i64,
    /// Names the device at its next sign-in; empty for a session that goes on.
    pub device_token: String,
}

impl App {
    /// Signs in by e-mail address and password. An unknown address and a wrong password give the same error, after the same work.
    /// `device`: the token of a device that signed in before, or empty.
    pub async fn login(
        &self,
        ctx: &CallContext,
        email: &str,
        password: &str,
        device: &str,
    ) -> Result<SignedIn, Error> {
        let mut errors = FieldErrors::default();
        let email = errors.check(Email::parse("email", email));
        errors.check(entered_password("password", password));
        let Some(email) = email.filter(|_| errors.is_empty()) else {
            return Err(errors.into());
        };
        let known = store::users::by_email(self.db.reader(), &email).await?;
        let now = self.clock.now();
        let device = known.as_ref().and_then(|known| {
            let password = &known.password_hash;
            self.devices.known(email.as_str(), password, device, now)
        });
        let source = device.map_or_else(|| Source::network(ctx), Source::Device);
        let guess = Guess {
            email: email.as_str(),
            source,
        };
        let matches = self.guess(ctx, &guess, password, known.as_ref()).await?;
        match known {
            Some(known) if matches => {
                if known.user.suspended {
                    self.report(ctx, Incident::Suspended, email.as_str()).await;
                }
                self.sign_in(ctx, &known, &guess).await
            }
            _ => Err(wrong_credentials().into()),
        }
    }

    /// Opens a session for somebody whose password was correct.
    pub(super) async fn sign_in(
        &self,
        ctx: &CallContext,
        known: &Credentials,
        guess: &Guess<'_>,
    ) -> Result<SignedIn, Error> {
        transact!(self.db, ctx, async |tx| {
            // Locked, so that a concurrent suspension or change of password also ends this session.
            let now = store::users::lock(tx.conn(), known.user.id).await?;
            let now = now.filter(|now| now.password_hash == known.password_hash);
            let user = now.ok_or_else(wrong_credentials)?.user;
            if user.suspended {
                return Err(suspended());
            }
            store::throttle::clear(tx.conn(), &guess.counter()).await?;
            let password = &known.password_hash;
            let session = self.open_session(tx, &user, password).await?;
            Ok(session)
        })
        .await
    }

    pub(super) async fn open_session(
        &self,
        tx: &Tx,
        user: &User,
        password_hash: &str,
    ) -> Result<SignedIn, Error> {
        let session = Uuid::now_v7();
        let now = self.clock.now();
        let expires_at = now.plus(self.policy.refresh_token_ttl);
        store::sessions::insert_session(tx.conn(), session, user.id, now, expires_at).await?;
        let token = new_refresh_token()?;
        let tokens = self.next_tokens(tx, user, session, token, None).await?;
        Ok(SignedIn {
            device_token: self.devices.issue(&user.email, password_hash, now)?,
            ..tokens
        })
    }

    async fn next_tokens(
        &self,
        tx: &Tx,
        user: &User,
        session: Uuid,
        token: NewToken,
        twin: Option<&str>,
    ) -> Result<SignedIn, Error> {
        let now = self.clock.now();
        let expires_at = now.plus(self.policy.refresh_token_ttl);
        store::sessions::insert_token(tx.conn(), &token.hash, session, now, expires_at, twin)
            .await?;
        let expires_in = seconds(self.policy.access_token_ttl);
        let claims = AccessClaims {
            sub: user.id,
            role: user.role,
            name: user.full_name(),
            email: user.email.clone(),
            sid: Some(session),
            guest: false,
            iat: now.secs(),
            exp: now.secs() + expires_in,
            iss: ISSUER.to_owned(),
            aud: None,
        };
        Ok(SignedIn {
            user: user.clone(),
            access_token: self.keys.signer().sign(&claims)?,
            expires_in,
            refresh_token: token.text,
            refresh_expires_in: seconds(self.policy.refresh_token_ttl),
            device_token: String::new(),
        })
    }

    /// Exchanges a refresh token for the next one and a new access token, which has the current role.
    pub async fn refresh(&self, ctx: &CallContext, token: &str) -> Result<SignedIn, Error> {
        let hash = token_hash(token).ok_or_else(unknown_token)?;
        retrying(|| async {
            let tx = self.db.begin(&ctx.event_context()).await?;
            let now = self.clock.now();
            let token = store::sessions::find_token(tx.conn(), &hash).await?;
            let token = token.ok_or_else(unknown_token)?;
            if token.session_ended {
                return Err(session_ended());
            }
            let next = new_refresh_token()?;
            let twin = match self.spend(&tx, &hash, &token, &next.hash).await? {
                Use::First => None,
                Use::Repeated { twin } => Some(twin),
                Use::Second => {
                    let ended = self
                        .end_session(&tx, token.session, token.user, Ending::TokenReused)
                        .await?;
                    tx.commit().await?;
                    self.revoke(&ended);
                    if let Some(user) = store::users::by_id(self.db.reader(), token.user).await? {
                        self.report(ctx, Incident::TokenReused, &user.email).await;
                    }
                    return Err(token_reused());
                }
            };
            if token.expires_at <= now {
                return Err(session_ended());
            }
            // Locked, so that a concurrent change of role is not missed by a token that is issued after it.
            let user = store::users::lock(tx.conn(), token.user).await?;
            let user = user
                .map(|account| account.user)
                .filter(|user| !user.suspended);
            let user = user.ok_or_else(session_ended)?;
            let expires_at = now.plus(self.policy.refresh_token_ttl);
            let ahead = REFRESH_EVERY * (REFRESHES_AT_ONCE - 1);
            let extension = store::sessions::extend_session(
                tx.conn(),
                token.session,
                now,
                expires_at,
                REFRESH_EVERY,
                ahead,
            )
            .await?;
            match extension {
                Extension::Done => {}
                Extension::Ended => return Err(session_ended()),
                Extension::TooSoon(until) => return Err(too_often(until.since(now))),
            }
            let twin = twin.as_deref();
            let session = self
                .next_tokens(&tx, &user, token.session, next, twin)
                .await?;
            tx.commit().await?;
            Ok(session)
        })
        .await
    }

    /// Uses a token, or repeats its use. `next` is the hash of the token that is about to be issued for it.
    async fn spend(
        &self,
        tx: &Tx,
        hash: &str,
        token: &StoredToken,
        next: &str,
    ) -> Result<Use, Error> {
        let now = self.clock.now();
        if token.used_at.is_none()
            && store::sessions::spend_token(tx.conn(), hash, next, now).await?
        {
            if let Some(twin) = &token.twin {
                store::sessions::void_token(tx.conn(), twin, now).await?;
            }
            return Ok(Use::First);
        }
        if !store::sessions::repeat_use(tx.conn(), hash, now.minus(GRACE), now).await? {
            return Ok(Use::Second);
        }
        // Read again: a concurrent use may have set it since.
        let used = store::sessions::find_token(tx.conn(), hash).await?;
        let Some(successor) = used.and_then(|used| used.successor) else {
            return Ok(Use::Second);
        };
        let unused = store::sessions::set_twin(tx.conn(), &successor, next).await?;
        Ok(if unused {
            Use::Repeated { twin: successor }
        } else {
            Use::Second
        })
    }

    /// Ends the session of the refresh token; without one, that of the access token. Can be repeated.
    pub async fn logout(&self, ctx: &CallContext, token: &str) -> Result<(), Error> {
        let hash = token_hash(token);
        let caller = ctx.user().ok();
        let own = caller.and_then(|caller| Some((caller.session?, caller.id)));
        if token.is_empty() && own.is_none() {
            let message = "is required to sign out without an access token";
            return Err(AppError::invalid_field("refreshToken", message).into());
        }
        let ended = transact!(self.db, ctx, async |tx| {
            let session = match &hash {
                Some(hash) => {
                    let token = store::sessions::find_token(tx.conn(), hash).await?;
                    token.map(|token| (token.session, token.user))
                }
                None if token.is_empty() => own,
                None => None,
            };
            match session {
                Some((session, user)) => {
                    self.end_session(tx, session, user, Ending::LoggedOut).await
                }
                None => Ok(Vec::new()),
            }
        })
        .await?;
        self.revoke(&ended);
        Ok(())
    }

    /// Deletes expired refresh tokens, their sessions, and counters of failed logins whose window is over.
    pub async fn prune(&self) -> Result<(), Error> {
        loop {
            let pruned: u64 = transact!(self.db, EventContext::default(), async |tx| {
                let now = self.clock.now();
                let sessions = store::sessions::prune(tx.conn(), now, PRUNE_BATCH).await?;
                let cutoff = now.minus(self.policy.login_window);
                let counters = store::throttle::prune(tx.conn(), cutoff, PRUNE_BATCH).await?;
                Ok::<_, Error>(sessions + counters)
            })
            .await?;
            if pruned < PRUNE_BATCH {
                return Ok(());
            }
        }
    }
}

/// How a refresh token was used.
enum Use {
    First,
    /// Once more, because the answer was lost; the token that the first use gave.
    Repeated {
        twin: String,
    },
    /// By somebody else.
    Second,
}

/// A refresh token that is about to be issued.
struct NewToken {
    text: String,
    hash: String,
}

fn new_refresh_token() -> Result<NewToken, Error> {
    let text = URL_SAFE_NO_PAD.encode(crypto::random::<TOKEN_BYTES>()?);
    let hash = sha256(&text);
    Ok(NewToken { text, hash })
}

/// The stored form of a refresh token; none for text that cannot be one. A fast hash is enough for 256 random bits.
pub fn token_hash(token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    (bytes.len() == TOKEN_BYTES).then(|| sha256(token))
}

pub(super) fn seconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

fn wrong_credentials() -> AppError {
    AppError::unauthenticated("the e-mail address or the password is wrong")
}

fn unknown_token() -> AppError {
    AppError::unauthenticated("the refresh token is not valid; sign in again")
}

fn session_ended() -> Error {
    AppError::unauthenticated("the session has ended; sign in again").into()
}

fn too_often(wait: Duration) -> Error {
    let message = "this session was refreshed too often";
    AppError::too_many_requests(message, wait).into()
}

fn token_reused() -> Error {
    let message =
        "the refresh token was used before, so its session was ended for safety; sign in again";
    AppError::unauthenticated(message)
        .with_meta("reason", "reused")
        .into()
}

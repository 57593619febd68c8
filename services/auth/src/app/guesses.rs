//! Protection against guessing passwords. Wrong passwords are counted per account and place that they come from: whoever guesses
//! slows down themselves, not the owner of the account, who comes from another network, from a device that signed in before, or is
//! signed in. While guesses come from many networks, a network that is new to the account has one try, and then waits.

use uuid::Uuid;
use waybill_primitives::{address_key, customer_key};
use waybill_service_kit::{AppError, CallContext, Caller, fair::Share};
use waybill_store::{EventContext, retrying};

use super::{App, is_unique, security::Incident};
use crate::{
    domain::sha256,
    entity::login_failures::Model as LoginFailures,
    error::Error,
    password::Requester,
    store::{self, users::Credentials},
};

/// Where a guess comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The network of an address, as the gateway saw it; see [`customer_key`].
    Network(u128),
    /// A device that signed in to this account before.
    Device([u8; 16]),
    /// Somebody who is signed in.
    Session(Uuid),
}

impl Source {
    pub fn network(ctx: &CallContext) -> Self {
        Self::Network(network(ctx))
    }

    /// Of a signed-in caller.
    pub fn caller(ctx: &CallContext) -> Self {
        match &ctx.caller {
            Caller::User(user) => user
                .session
                .map_or_else(|| Self::network(ctx), Self::Session),
            Caller::Anonymous | Caller::Service(_) => Self::network(ctx),
        }
    }
}

impl Source {
    /// Whose password is checked or hashed.
    pub fn requester(self, ctx: &CallContext) -> Requester {
        Requester {
            network: network(ctx),
            share: match self {
                Self::Network(_) => Share::Small,
                Self::Device(_) | Self::Session(_) => Share::Full,
            },
        }
    }
}

/// The caller's network; 0 if unknown.
pub fn network(ctx: &CallContext) -> u128 {
    let network = ctx.client_address.as_deref().and_then(address_key);
    network.map_or(0, customer_key)
}

/// So many times the wrong passwords that one network may enter, from others, are an attack on the account.
const ATTACK: u32 = 2;

/// A password for an account is about to be checked.
pub struct Guess<'a> {
    /// In its canonical spelling.
    pub email: &'a str,
    pub source: Source,
}

impl Guess<'_> {
    /// The name of its counter.
    pub fn counter(&self) -> String {
        let source = match self.source {
            Source::Network(network) => format!("network {network:x}"),
            Source::Device(device) => format!("device {}", hex::encode(device)),
            Source::Session(session) => format!("session {session}"),
        };
        sha256(&format!("{}\n{source}", self.email))
    }

    /// The name of the counter of all networks; none for devices and sessions, which are no strangers.
    fn counter_of_strangers(&self) -> Option<String> {
        matches!(self.source, Source::Network(_))
            .then(|| sha256(&format!("{}\nall networks", self.email)))
    }
}

impl App {
    /// Checks the password of the account, if there is one, counting failures. A public password is always wrong. At most as many guesses as passwords are hashed
    /// concurrently can exceed the limit.
    pub(super) async fn guess(
        &self,
        ctx: &CallContext,
        guess: &Guess<'_>,
        password: &str,
        known: Option<&Credentials>,
    ) -> Result<bool, Error> {
        let counter = guess.counter();
        let stored = known.map(|known| known.password_hash.as_str());
        let turn = self.passwords.turn(guess.source.requester(ctx)).await?;
        self.admit(ctx, guess, &counter).await?;
        // Everybody knows those, whoever set them.
        let is_public = self.policy.public_passwords.contains(&password);
        let matches = turn.verify(password, stored).await? && !is_public;
        if !matches {
            self.count_failure(&counter).await?;
            if let Some(all) = guess.counter_of_strangers() {
                self.count_failure(&all).await?;
            }
            self.report(ctx, Incident::WrongPassword, guess.email).await;
        }
        Ok(matches)
    }

    /// Refuses a guess that comes too soon after too many wrong ones. From then on, one is admitted at each pace of the limit.
    async fn admit(
        &self,
        ctx: &CallContext,
        guess: &Guess<'_>,
        counter: &str,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let cutoff = now.minus(self.policy.login_window);
        let failures = async |counter| {
            let known = store::throttle::failures(self.db.reader(), counter, cutoff).await?;
            Ok::<_, Error>(known.map(|known| (count_of(&known), known.window_start)))
        };
        let Some((own, since)) = failures(counter).await? else {
            return Ok(());
        };
        let all = match guess.counter_of_strangers() {
            Some(all) => failures(&all).await?.map_or(0, |(all, _)| all),
            None => 0,
        };
        let attempts = self.policy.login_attempts;
        let attacked = all.saturating_sub(own) >= attempts.saturating_mul(ATTACK);
        let free = if attacked { 1 } else { attempts };
        let Some(beyond) = own.checked_sub(free) else {
            return Ok(());
        };
        // One more guess at each pace of the limit.
        let pace = self.policy.login_window / attempts.max(1);
        let next = since.plus(pace.saturating_mul(beyond.saturating_add(1)));
        if next <= now {
            return Ok(());
        }
        self.report(ctx, Incident::Slowed, guess.email).await;
        let message = "too many wrong passwords for this account; wait before the next try";
        Err(AppError::too_many_requests(message, next.since(now)).into())
    }

    async fn count_failure(&self, counter: &str) -> Result<(), Error> {
        let count = || async {
            let now = self.clock.now();
            let cutoff = now.minus(self.policy.login_window);
            let tx = self.db.begin(&EventContext::default()).await?;
            if !store::throttle::count_more(tx.conn(), counter, cutoff).await? {
                store::throttle::begin_window(tx.conn(), counter, cutoff, now).await?;
            }
            tx.commit().await?;
            Ok::<_, Error>(())
        };
        match retrying(count).await {
            // Another failure began the window at the same time: count in that one.
            Err(error) if is_unique(&error) => retrying(count).await,
            outcome => outcome,
        }
    }
}

fn count_of(known: &LoginFailures) -> u32 {
    u32::try_from(known.failures).unwrap_or(0)
}

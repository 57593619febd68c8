//! Access tokens that are no longer valid before they expire: their session has ended, or the user has another role now.
//!
//! Auth publishes an event for each; a verifier follows these events, and asks auth at its start and every few seconds, because
//! events may be late or lost. What is known is forgotten once no access token can be affected any more.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use parking_lot::RwLock;
use tokio::sync::{MutexGuard, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, Envelope};
use waybill_primitives::{Outage, Report, Role, Timestamp, UserId};
use waybill_proto::{
    Event as _,
    auth::{ChangedRole, ListRevocationsRequest, SessionEnded, UserChanged, UserEvent},
    match_event,
};

use super::{AccessClaims, Authority, FETCH_PAUSE, LONGEST_ACCESS_TOKEN, Verifier, unchecked};
use crate::{AppError, UserCaller};

/// Auth is asked so often: an event that is lost delays a revocation by so much.
const POLL: Duration = Duration::from_secs(5);
/// Revocations of transactions that take longer than this to commit are found by their events alone.
const OVERLAP: Duration = Duration::from_mins(1);
/// How long the bus may take to begin a tail.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is revoked, as far as it is known here.
pub(super) struct Revocations {
    known: RwLock<Known>,
    /// Counts up with every change.
    changes: watch::Sender<u64>,
    /// What was revoked before is known.
    loaded: AtomicBool,
    /// Held while asking auth.
    asking: tokio::sync::Mutex<Asked>,
}

#[derive(Default)]
struct Known {
    /// Until when each has to be remembered.
    sessions: HashMap<Uuid, Timestamp>,
    roles: HashMap<UserId, Changed>,
}

#[derive(Clone, Copy)]
struct Changed {
    role: Role,
    version: i64,
    until: Timestamp,
}

#[derive(Default)]
struct Asked {
    /// Up to where the last answer was complete.
    since: Option<Timestamp>,
    failed: Option<Instant>,
}

impl Default for Revocations {
    fn default() -> Self {
        Self {
            known: RwLock::default(),
            changes: watch::Sender::new(0),
            loaded: AtomicBool::new(false),
            asking: tokio::sync::Mutex::default(),
        }
    }
}

impl Revocations {
    /// `UNAUTHENTICATED` for the holder of a revoked token.
    fn check(&self, session: Option<Uuid>, user: UserId, role: Role) -> Result<(), AppError> {
        let known = self.known.read();
        if session.is_some_and(|session| known.sessions.contains_key(&session)) {
            return Err(session_ended());
        }
        match known.roles.get(&user) {
            Some(current) if current.role != role => Err(role_changed()),
            _ => Ok(()),
        }
    }

    fn end(&self, session: Uuid, until: Timestamp) {
        self.change(|known| known.sessions.insert(session, until).is_none());
    }

    /// Older changes than the known one are ignored: events may come in any order.
    fn change_role(&self, user: UserId, changed: Changed) {
        self.change(|known| {
            let newer = known
                .roles
                .get(&user)
                .is_none_or(|before| before.version < changed.version);
            if newer {
                known.roles.insert(user, changed);
            }
            newer
        });
    }

    fn change(&self, change: impl FnOnce(&mut Known) -> bool) {
        let changed = change(&mut self.known.write());
        if changed {
            self.changes.send_modify(|changes| *changes += 1);
        }
    }

    fn forget(&self, now: Timestamp) {
        let mut known = self.known.write();
        known.sessions.retain(|_, until| *until > now);
        known.roles.retain(|_, changed| changed.until > now);
    }
}

impl Verifier {
    /// Follows the revocations until `stop`. Every process runs this once.
    pub async fn follow(self: Arc<Self>, bus: Arc<dyn Bus>, stop: CancellationToken) {
        let subjects: Vec<String> = [SessionEnded::SUBJECTS, UserChanged::SUBJECTS]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect();
        // What was revoked before is loaded with the first token: auth may start after this process.
        let mut timer = tokio::time::interval_at(tokio::time::Instant::now() + POLL, POLL);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let outage = Outage::default();
        let mut events = None;
        loop {
            if events.is_none() {
                let tail = tokio::time::timeout(PATIENCE, bus.tail(subjects.clone()));
                events = tail.await.ok().and_then(Result::ok);
            }
            let event = async {
                match &mut events {
                    Some(events) => events.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                _ = timer.tick() => self.poll(&outage).await,
                event = event => match event {
                    Some(event) => drop(self.observe(&event)),
                    None => events = None,
                },
            }
        }
    }

    async fn poll(&self, outage: &Outage) {
        let asked = self.revocations.asking.lock().await;
        match self.ask_for_revocations(asked).await {
            Ok(()) => {
                if let Some(Report { failures, .. }) = outage.over() {
                    tracing::info!(failures, "revoked access tokens are known again");
                }
            }
            Err(error) => {
                if outage.failed().is_some() {
                    tracing::warn!(error = %crate::error::chain(&error), "auth cannot be asked which access tokens are revoked; only events tell");
                }
            }
        }
    }

    /// Applies an event; returns the user whose tokens it revokes.
    pub fn observe(&self, event: &Envelope) -> Option<UserId> {
        self.applied(event).unwrap_or_else(|error| {
            tracing::error!(%error, subject = event.subject, "an event cannot be read");
            None
        })
    }

    fn applied(&self, event: &Envelope) -> Result<Option<UserId>, prost::DecodeError> {
        match_event!(&event.subject, event.payload.as_ref() => {
            SessionEnded => |ended| {
                let until = ended.until.unwrap_or_else(|| event.time.plus(LONGEST_ACCESS_TOKEN));
                if let Ok(session) = ended.session_id.parse() {
                    self.revocations.end(session, until);
                }
                return Ok(ended.user_id.parse().ok());
            },
            UserChanged => |changed| {
                let until = event.time.plus(LONGEST_ACCESS_TOKEN);
                if changed.kind() == UserEvent::RoleChanged
                    && let Some(user) = changed.user
                    && let (Ok(id), Some(role)) = (user.id.parse(), user.role().known())
                {
                    self.revocations.change_role(id, Changed { role, version: user.version, until });
                    return Ok(Some(id));
                }
            },
            else => {}
        });
        Ok(None)
    }

    /// The session's access tokens, which expire by `until`, are no longer valid in this process: before the event arrives.
    pub fn end_session(&self, session: Uuid, until: Timestamp) {
        self.revocations.end(session, until);
    }

    /// Sees a change whenever more tokens are revoked.
    pub fn revoked(&self) -> watch::Receiver<u64> {
        self.revocations.changes.subscribe()
    }

    /// `UNAUTHENTICATED` if tokens with these claims were revoked since they were verified.
    pub fn check(&self, claims: &AccessClaims) -> Result<(), AppError> {
        self.revocations.check(claims.sid, claims.sub, claims.role)
    }

    /// As [`Verifier::check`], of a caller.
    pub fn check_caller(&self, user: &UserCaller) -> Result<(), AppError> {
        self.revocations.check(user.session, user.id, user.role)
    }

    /// `UNAUTHENTICATED` or `FORBIDDEN` unless the caller's session is open and the role is the current one, as auth says now.
    pub async fn confirm(&self, user: &UserCaller) -> Result<(), AppError> {
        let standing = self.authority()?.standing(user).await;
        let Some(standing) = standing.map_err(unchecked)? else {
            return Ok(());
        };
        if !standing.active {
            return Err(session_ended());
        }
        if standing.role().known() != Some(user.role) {
            return Err(role_changed());
        }
        Ok(())
    }

    /// Returns once it is known what was revoked before this process started.
    pub(super) async fn load_revocations(&self) -> Result<(), AppError> {
        if self.revocations.loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        let asked = self.revocations.asking.lock().await;
        // Another request may have been faster.
        if self.revocations.loaded.load(Ordering::Acquire) {
            return Ok(());
        }
        self.ask_for_revocations(asked).await.map_err(unchecked)
    }

    async fn ask_for_revocations(&self, mut asked: MutexGuard<'_, Asked>) -> Result<(), AppError> {
        let authority = self.authority()?;
        if asked.failed.is_some_and(|at| at.elapsed() < FETCH_PAUSE) {
            return Err(AppError::unavailable("auth did not answer a moment ago"));
        }
        match self.load_since(&*authority, asked.since).await {
            Ok(as_of) => {
                asked.since = as_of.map(|as_of| as_of.minus(OVERLAP));
                asked.failed = None;
                self.revocations.loaded.store(true, Ordering::Release);
                self.revocations.forget(self.clock.now());
                Ok(())
            }
            Err(error) => {
                asked.failed = Some(Instant::now());
                let causes = crate::error::chain(&error);
                tracing::debug!(error = %causes, "auth did not say what is revoked");
                Err(error)
            }
        }
    }

    /// Returns when auth read what it answered.
    async fn load_since(
        &self,
        authority: &dyn Authority,
        since: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, AppError> {
        let mut request = ListRevocationsRequest { since, after: None };
        let mut as_of = None;
        loop {
            let answer = authority.revocations(request.clone()).await?;
            as_of = as_of.or(answer.as_of);
            for session in answer.sessions {
                if let (Ok(id), Some(until)) = (session.session_id.parse(), session.until) {
                    self.revocations.end(id, until);
                }
            }
            for changed in &answer.roles {
                if let Some((user, changed)) = changed_role(changed) {
                    self.revocations.change_role(user, changed);
                }
            }
            match answer.next {
                Some(next) => request.after = Some(next),
                None => return Ok(as_of),
            }
        }
    }
}

fn changed_role(changed: &ChangedRole) -> Option<(UserId, Changed)> {
    let user = changed.user_id.parse().ok()?;
    let changed = Changed {
        role: changed.role().known()?,
        version: changed.version,
        until: changed.until?,
    };
    Some((user, changed))
}

fn session_ended() -> AppError {
    AppError::unauthenticated("the session has ended; sign in again").with_meta("reason", "ended")
}

fn role_changed() -> AppError {
    AppError::unauthenticated("your role has changed since the access token was issued; refresh it")
        .with_meta("reason", "role_changed")
}

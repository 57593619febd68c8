//! Access tokens that are no longer valid before they expire. Every process asks for them here, besides following the events.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use uuid::Uuid;
use waybill_primitives::{Clock, Timestamp, UserId};
use waybill_proto::{
    auth::{
        ChangedRole, GetStandingResponse, ListRevocationsRequest, ListRevocationsResponse,
        RevocationCursor, RevokedSession,
    },
    common, parse_id,
};
use waybill_service_kit::{
    AppError, UserCaller,
    tokens::{Authority, LEEWAY},
};
use waybill_store::{Db, Tx};

use super::App;
use crate::{
    domain::Ended,
    error::Error,
    events,
    keys::Keys,
    store::{self, sessions::Ending},
};

/// Sessions of one answer.
const BATCH: u64 = 10_000;

/// Reads what is revoked. Clones share the database.
#[derive(Clone)]
pub struct Revocations {
    db: Db,
    clock: Arc<dyn Clock>,
    /// How long access tokens are valid.
    lifetime: Duration,
}

impl Revocations {
    pub fn new(db: Db, clock: Arc<dyn Clock>, lifetime: Duration) -> Self {
        Self {
            db,
            clock,
            lifetime,
        }
    }

    /// When the last access token that was issued before `at` is no longer accepted anywhere.
    fn expired(&self, at: Timestamp) -> Timestamp {
        at.plus(self.lifetime + 2 * LEEWAY)
    }

    /// What was revoked at `since` or later, and still matters.
    pub async fn list(
        &self,
        since: Option<Timestamp>,
        after: Option<(Timestamp, Uuid)>,
    ) -> Result<ListRevocationsResponse, AppError> {
        let as_of = self.clock.now();
        let relevant = as_of.minus(self.lifetime + 2 * LEEWAY);
        let since = since.map_or(relevant, |since| since.max(relevant));
        let db = self.db.reader();
        let sessions = store::sessions::ended_since(db, since, after, BATCH).await?;
        let full = sessions.len() as u64 == BATCH;
        let last = sessions.last().filter(|_| full);
        let next = last.map(|(session, at)| RevocationCursor {
            at: Some(*at),
            session_id: session.to_string(),
        });
        let roles = store::users::changed_roles(db, since, BATCH).await?;
        Ok(ListRevocationsResponse {
            sessions: sessions
                .into_iter()
                .map(|(session, at)| RevokedSession {
                    session_id: session.to_string(),
                    until: Some(self.expired(at)),
                })
                .collect(),
            roles: roles
                .into_iter()
                .map(|(user, role, version, at)| ChangedRole {
                    user_id: user.to_string(),
                    role: common::Role::from(role).into(),
                    version,
                    until: Some(self.expired(at)),
                })
                .collect(),
            as_of: Some(as_of),
            next,
        })
    }

    /// The current state of a user, and of a session of theirs if there is one.
    pub async fn standing(
        &self,
        user: UserId,
        session: Option<Uuid>,
    ) -> Result<GetStandingResponse, AppError> {
        let db = self.db.reader();
        let open = match session {
            Some(session) => store::sessions::is_open(db, session).await?,
            None => true,
        };
        let known = store::users::by_id(db, user).await?;
        let role = known.as_ref().map(|user| common::Role::from(user.role));
        Ok(GetStandingResponse {
            active: open && known.is_some_and(|user| !user.suspended),
            role: role.unwrap_or_default().into(),
        })
    }
}

/// This service as the verifier of its own process asks it.
pub struct Local {
    pub keys: Keys,
    pub revocations: Revocations,
}

#[async_trait]
impl Authority for Local {
    async fn keys(&self) -> Result<String, AppError> {
        Ok(self.keys.jwks().await)
    }

    async fn revocations(
        &self,
        request: ListRevocationsRequest,
    ) -> Result<ListRevocationsResponse, AppError> {
        let after = request.after.map(cursor).transpose()?;
        self.revocations.list(request.since, after).await
    }

    async fn standing(&self, user: &UserCaller) -> Result<Option<GetStandingResponse>, AppError> {
        let standing = self.revocations.standing(user.id, user.session).await?;
        Ok(Some(standing))
    }
}

/// The position that a request continues at.
pub fn cursor(after: RevocationCursor) -> Result<(Timestamp, Uuid), AppError> {
    let id = parse_id("after.sessionId", &after.session_id)?;
    let at = after
        .at
        .ok_or_else(|| AppError::invalid_field("after.at", "is required"))?;
    Ok((at, id))
}

impl App {
    /// Ends one session, in the transaction.
    pub(super) async fn end_session(
        &self,
        tx: &Tx,
        session: Uuid,
        user: UserId,
        ending: Ending,
    ) -> Result<Vec<Ended>, Error> {
        let now = self.clock.now();
        let ended = store::sessions::end_session(tx.conn(), session, ending, now).await?;
        let ended = ended.then_some(session).into_iter().collect();
        let until = self.revocations.expired(now);
        Ok(events::sessions_ended(tx, user, ended, ending, until))
    }

    /// Ends all sessions of a locked user but `keep`, in the transaction.
    pub(super) async fn end_sessions_of(
        &self,
        tx: &Tx,
        user: UserId,
        keep: Option<Uuid>,
        ending: Ending,
    ) -> Result<Vec<Ended>, Error> {
        let now = self.clock.now();
        // Access tokens are issued when a session is used; those of the others have expired.
        let used = now.minus(self.revocations.lifetime + 2 * LEEWAY);
        let ended =
            store::sessions::end_sessions_of(tx.conn(), user, keep, ending, now, used).await?;
        let until = self.revocations.expired(now);
        Ok(events::sessions_ended(tx, user, ended, ending, until))
    }

    /// After the commit: in this process at once, in others when the events arrive.
    pub(super) fn revoke(&self, ended: &[Ended]) {
        for one in ended {
            self.verifier.end_session(one.session, one.until);
        }
    }
}

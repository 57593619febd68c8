//! The events of an account: each change has exactly one, numbered by the account's version. A session has one, when it ends early.

use uuid::Uuid;
use waybill_primitives::{Role, Timestamp, UserId, non_empty};
use waybill_proto::{
    auth::{self, UserEvent},
    common,
};
use waybill_store::Tx;

use crate::{
    domain::{Ended, User},
    entity::sessions::Ending,
};

/// An account as other services and clients see it.
pub fn message(user: &User) -> auth::User {
    auth::User {
        id: user.id.to_string(),
        email: user.email.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        role: common::Role::from(user.role).into(),
        email_verified: user.email_verified,
        avatar_url: non_empty(user.avatar_url.as_str()),
        suspended: user.suspended,
        version: user.version,
        created_at: Some(user.created_at),
    }
}

/// Publishes a change of an account.
pub fn changed(tx: &Tx, user: &User, kind: UserEvent) {
    publish(tx, user, kind, auth::UserChanged::default());
}

pub fn role_changed(tx: &Tx, user: &User, from: Role) {
    let details = auth::UserChanged {
        from: common::Role::from(from).into(),
        ..auth::UserChanged::default()
    };
    publish(tx, user, UserEvent::RoleChanged, details);
}

pub fn suspended(tx: &Tx, user: &User, reason: &str) {
    let details = auth::UserChanged {
        reason: reason.to_owned(),
        ..auth::UserChanged::default()
    };
    publish(tx, user, UserEvent::Suspended, details);
}

/// Publishes the end of sessions whose access tokens may be valid until then.
pub fn sessions_ended(
    tx: &Tx,
    user: UserId,
    sessions: Vec<Uuid>,
    ending: Ending,
    until: Timestamp,
) -> Vec<Ended> {
    let publish = |session: Uuid| {
        let event = auth::SessionEnded {
            session_id: session.to_string(),
            user_id: user.to_string(),
            ending: auth::SessionEnding::from(ending).into(),
            until: Some(until),
        };
        tx.emit(session, 1, &event);
        Ended {
            session,
            user,
            until,
        }
    };
    sessions.into_iter().map(publish).collect()
}

impl From<Ending> for auth::SessionEnding {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::LoggedOut => Self::LoggedOut,
            Ending::TokenReused => Self::TokenReused,
            Ending::PasswordChanged => Self::PasswordChanged,
            Ending::Suspended => Self::Suspended,
        }
    }
}

fn publish(tx: &Tx, user: &User, kind: UserEvent, details: auth::UserChanged) {
    let event = auth::UserChanged {
        user: Some(message(user)),
        kind: kind.into(),
        ..details
    };
    tx.emit(user.id, user.version, &event);
}

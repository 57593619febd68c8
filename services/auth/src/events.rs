//! The events of an account: each change of it has exactly one, numbered by the account's version.

use waybill_primitives::{Role, non_empty};
use waybill_proto::{auth, common};
use waybill_store::Tx;

use crate::domain::User;

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

pub fn registered(tx: &Tx, user: &User) {
    let event = auth::UserRegistered {
        user: Some(message(user)),
    };
    tx.emit(user.id, user.version, &event);
}

pub fn updated(tx: &Tx, user: &User) {
    let event = auth::UserUpdated {
        user: Some(message(user)),
    };
    tx.emit(user.id, user.version, &event);
}

pub fn role_changed(tx: &Tx, user: &User, from: Role) {
    let event = auth::UserRoleChanged {
        user: Some(message(user)),
        from: common::Role::from(from).into(),
    };
    tx.emit(user.id, user.version, &event);
}

pub fn suspended(tx: &Tx, user: &User, reason: &str) {
    let event = auth::UserSuspended {
        user: Some(message(user)),
        reason: reason.to_owned(),
    };
    tx.emit(user.id, user.version, &event);
}

pub fn restored(tx: &Tx, user: &User) {
    let event = auth::UserRestored {
        user: Some(message(user)),
    };
    tx.emit(user.id, user.version, &event);
}

pub fn password_changed(tx: &Tx, user: &User) {
    let event = auth::UserPasswordChanged {
        user: Some(message(user)),
    };
    tx.emit(user.id, user.version, &event);
}

//! Statements on sessions and their refresh tokens. Races are decided by conditional updates.

use std::time::Duration;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, prelude::Uuid, sea_query::Expr,
};
use waybill_primitives::{Timestamp, UserId};
use waybill_store::{StoreError, rows};

pub use crate::entity::sessions::Ending;
use crate::entity::{refresh_tokens, sessions};

/// A refresh token with the session that it belongs to.
#[derive(Debug, Clone)]
pub struct StoredToken {
    pub session: Uuid,
    pub user: UserId,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// The hash of the token that its use gave.
    pub successor: Option<String>,
    /// The hash of the other token that the same use gave.
    pub twin: Option<String>,
    pub session_ended: bool,
}

pub async fn insert_session(
    db: &impl ConnectionTrait,
    id: Uuid,
    user: UserId,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let row = sessions::Model {
        id,
        user_id: user,
        created_at: at,
        last_used_at: at,
        expires_at,
        revoked_at: None,
        revoked_reason: None,
        refreshes_until: None,
    };
    rows::insert(db, row).await
}

/// `twin`: the hash of the other token that the same use gave.
pub async fn insert_token(
    db: &impl ConnectionTrait,
    hash: &str,
    session: Uuid,
    at: Timestamp,
    expires_at: Timestamp,
    twin: Option<&str>,
) -> Result<(), StoreError> {
    let row = refresh_tokens::Model {
        token_hash: hash.to_owned(),
        session_id: session,
        issued_at: at,
        expires_at,
        used_at: None,
        successor_hash: None,
        twin_hash: twin.map(str::to_owned),
        repeated_at: None,
    };
    rows::insert(db, row).await
}

pub async fn find_token(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<StoredToken>, StoreError> {
    let Some(token) = refresh_tokens::Entity::find_by_id(hash.to_owned())
        .one(db)
        .await?
    else {
        return Ok(None);
    };
    let session = sessions::Entity::find_by_id(token.session_id)
        .one(db)
        .await?;
    Ok(session.map(|session| StoredToken {
        session: session.id,
        user: session.user_id,
        expires_at: token.expires_at,
        used_at: token.used_at,
        successor: token.successor_hash,
        twin: token.twin_hash,
        session_ended: session.revoked_at.is_some(),
    }))
}

/// Marks the token as used, which gave `successor`. Of concurrent callers exactly one gets `true`.
pub async fn spend_token(
    db: &impl ConnectionTrait,
    hash: &str,
    successor: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let outcome = refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::UsedAt, Expr::value(at))
        .col_expr(
            refresh_tokens::Column::SuccessorHash,
            Expr::value(successor),
        )
        .filter(refresh_tokens::Column::TokenHash.eq(hash))
        .filter(refresh_tokens::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Marks the use of a token as repeated, if it was used at `since` or later, and was not repeated. Of concurrent callers exactly one
/// gets `true`.
pub async fn repeat_use(
    db: &impl ConnectionTrait,
    hash: &str,
    since: Timestamp,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let outcome = refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::RepeatedAt, Expr::value(at))
        .filter(refresh_tokens::Column::TokenHash.eq(hash))
        .filter(refresh_tokens::Column::UsedAt.gte(since))
        .filter(refresh_tokens::Column::RepeatedAt.is_null())
        .exec(db)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Names the other token that the same use gave; `false` if the token was used already.
pub async fn set_twin(
    db: &impl ConnectionTrait,
    hash: &str,
    twin: &str,
) -> Result<bool, StoreError> {
    let outcome = refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::TwinHash, Expr::value(twin))
        .filter(refresh_tokens::Column::TokenHash.eq(hash))
        .filter(refresh_tokens::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Makes a token worth nothing: from now on its use counts as a second one, which cannot be repeated either.
pub async fn void_token(
    db: &impl ConnectionTrait,
    hash: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::UsedAt, Expr::value(at))
        .col_expr(refresh_tokens::Column::RepeatedAt, Expr::value(at))
        .filter(refresh_tokens::Column::TokenHash.eq(hash))
        .filter(refresh_tokens::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// How a session took a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    Done,
    /// It was ended.
    Ended,
    /// It refreshed too often; the time from which on it may again.
    TooSoon(Timestamp),
}

/// Extends a session for one refresh. Refreshes are a bucket that leaks (GCRA): each one adds `every` to the time until which the
/// session has refreshed in advance, which may be `ahead` in the future at most.
pub async fn extend_session(
    db: &impl ConnectionTrait,
    id: Uuid,
    at: Timestamp,
    expires_at: Timestamp,
    every: Duration,
    ahead: Duration,
) -> Result<Extension, StoreError> {
    let session = sessions::Entity::find_by_id(id).one(db).await?;
    let Some(session) = session.filter(|session| session.revoked_at.is_none()) else {
        return Ok(Extension::Ended);
    };
    let until = session.refreshes_until.map_or(at, |until| until.max(at));
    if until > at.plus(ahead) {
        return Ok(Extension::TooSoon(until.minus(ahead)));
    }
    let outcome = sessions::Entity::update_many()
        .col_expr(sessions::Column::LastUsedAt, Expr::value(at))
        .col_expr(sessions::Column::ExpiresAt, Expr::value(expires_at))
        .col_expr(
            sessions::Column::RefreshesUntil,
            Expr::value(until.plus(every)),
        )
        .filter(sessions::Column::Id.eq(id))
        .filter(sessions::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(match outcome.rows_affected {
        1 => Extension::Done,
        _ => Extension::Ended,
    })
}

/// Ends one session; `false` if it had ended before.
pub async fn end_session(
    db: &impl ConnectionTrait,
    id: Uuid,
    ending: Ending,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let outcome = ended(ending, at)
        .filter(sessions::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Ends all sessions of a user but `keep`. The user is locked, so that none is opened or refreshed meanwhile. Returns those that
/// were used at `used` or later.
pub async fn end_sessions_of(
    db: &impl ConnectionTrait,
    user: UserId,
    keep: Option<Uuid>,
    ending: Ending,
    at: Timestamp,
    used: Timestamp,
) -> Result<Vec<Uuid>, StoreError> {
    let mut which = Condition::all()
        .add(sessions::Column::UserId.eq(user))
        .add(sessions::Column::RevokedAt.is_null());
    if let Some(keep) = keep {
        which = which.add(sessions::Column::Id.ne(keep));
    }
    let in_use = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::Id)
        .filter(which.clone())
        .filter(sessions::Column::LastUsedAt.gte(used))
        .into_tuple()
        .all(db)
        .await?;
    ended(ending, at).filter(which).exec(db).await?;
    Ok(in_use)
}

/// The next `limit` sessions that ended at `since` or later, after the one at `after`, the first ended first.
pub async fn ended_since(
    db: &impl ConnectionTrait,
    since: Timestamp,
    after: Option<(Timestamp, Uuid)>,
    limit: u64,
) -> Result<Vec<(Uuid, Timestamp)>, StoreError> {
    let mut query = sessions::Entity::find()
        .select_only()
        .columns([sessions::Column::Id, sessions::Column::RevokedAt])
        .filter(sessions::Column::RevokedAt.gte(since))
        .order_by_asc(sessions::Column::RevokedAt)
        .order_by_asc(sessions::Column::Id)
        .limit(limit);
    if let Some((at, id)) = after {
        let same = Condition::all()
            .add(sessions::Column::RevokedAt.eq(at))
            .add(sessions::Column::Id.gt(id));
        query = query.filter(
            Condition::any()
                .add(sessions::Column::RevokedAt.gt(at))
                .add(same),
        );
    }
    Ok(query.into_tuple().all(db).await?)
}

/// Whether a session exists and has not ended.
pub async fn is_open(db: &impl ConnectionTrait, id: Uuid) -> Result<bool, StoreError> {
    let open = sessions::Entity::find_by_id(id).filter(sessions::Column::RevokedAt.is_null());
    Ok(open.one(db).await?.is_some())
}

fn ended(ending: Ending, at: Timestamp) -> sea_orm::UpdateMany<sessions::Entity> {
    sessions::Entity::update_many()
        .col_expr(sessions::Column::RevokedAt, Expr::value(at))
        .col_expr(sessions::Column::RevokedReason, Expr::value(ending))
        .filter(sessions::Column::RevokedAt.is_null())
}

/// Deletes up to `limit` tokens that expired before `at`, and as many sessions whose last token did.
pub async fn prune(
    db: &impl ConnectionTrait,
    at: Timestamp,
    limit: u64,
) -> Result<u64, StoreError> {
    let expired = Condition::all().add(refresh_tokens::Column::ExpiresAt.lt(at));
    let key = refresh_tokens::Column::TokenHash;
    let tokens = rows::delete_some::<_, String>(db, key, expired, limit).await?;
    let expired = Condition::all().add(sessions::Column::ExpiresAt.lt(at));
    let sessions = rows::delete_some::<_, Uuid>(db, sessions::Column::Id, expired, limit).await?;
    Ok(tokens + sessions)
}

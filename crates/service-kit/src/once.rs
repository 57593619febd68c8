//! Writes that a repeated call does not do again: the response is stored under the caller's idempotency key, in the same
//! transaction.

use prost::Message;
use waybill_primitives::is_text_control;
use waybill_store::{Db, IdempotencyKey, Tx, idempotency};

use crate::{AppError, CallContext, ErrorKind};

/// Longest idempotency key, in bytes.
const MAX_KEY: usize = 255;

/// A response, and whether an earlier call already got it.
#[derive(Debug, Clone)]
pub struct Done<A> {
    pub answer: A,
    pub replayed: bool,
}

impl<A> Done<A> {
    pub const fn now(answer: A) -> Self {
        Self {
            answer,
            replayed: false,
        }
    }

    pub const fn before(answer: A) -> Self {
        Self {
            answer,
            replayed: true,
        }
    }
}

/// The call's idempotency key, if it has one. Longer than 255 bytes, or with control characters, is `INVALID`.
pub fn key_of(ctx: &CallContext) -> Result<Option<&str>, AppError> {
    match ctx.idempotency_key.as_deref() {
        None | Some("") => Ok(None),
        Some(key) if key.len() > MAX_KEY || key.contains(is_text_control) => {
            Err(AppError::invalid_field(
                "Idempotency-Key",
                format!("must be at most {MAX_KEY} printable characters"),
            ))
        }
        key => Ok(key),
    }
}

/// The scope of the call's idempotency key: this operation of this user, with this request in a canonical encoding.
pub fn key(
    ctx: &CallContext,
    operation: &'static str,
    request: &[u8],
) -> Result<Option<IdempotencyKey>, AppError> {
    let Some(key) = key_of(ctx)? else {
        return Ok(None);
    };
    let scope = format!("{operation}:{}", ctx.user()?.id);
    Ok(Some(IdempotencyKey::new(scope, key, request)))
}

/// Stores the response under the key, if there is one; part of the transaction that `act` of [`once`] runs. Of concurrent calls
/// with the same key one continues, and the others are refused here once it has committed.
pub async fn remember<A: Message>(
    tx: &Tx,
    key: Option<&IdempotencyKey>,
    answer: &A,
) -> Result<(), AppError> {
    if let Some(key) = key {
        idempotency::insert(tx, key, &answer.encode_to_vec()).await?;
    }
    Ok(())
}

/// Runs `act`; if that is refused, perhaps because an earlier call with this key has done it, returns the response of that call.
/// Looking it up only after a refusal saves all others the lookup: if even an attempt has a cost, use [`earlier`] first.
///
/// A refusal is not stored: it has changed nothing, so a repeat is an attempt of its own. It gets the same refusal as long as the
/// cause is there, and succeeds with the same key once it is gone.
pub async fn once<A: Message + Default>(
    db: &Db,
    key: Option<&IdempotencyKey>,
    act: impl Future<Output = Result<A, AppError>>,
) -> Result<Done<A>, AppError> {
    let refused = match act.await {
        Ok(answer) => return Ok(Done::now(answer)),
        Err(error) => error,
    };
    // These refusals do not come from an earlier call.
    if matches!(refused.kind, ErrorKind::Internal | ErrorKind::Unavailable) {
        return Err(refused);
    }
    earlier(db, key).await?.map(Done::before).ok_or(refused)
}

/// The response that an earlier call with this key got. `IDEMPOTENCY_KEY_REUSED` if its request was a different one.
pub async fn earlier<A: Message + Default>(
    db: &Db,
    key: Option<&IdempotencyKey>,
) -> Result<Option<A>, AppError> {
    let Some(key) = key else { return Ok(None) };
    let Some(answer) = idempotency::lookup(db, key).await? else {
        return Ok(None);
    };
    A::decode(answer.as_slice())
        .map(Some)
        .map_err(AppError::internal)
}

//! Writes that a repeat does not do again: the answer is kept under the caller's idempotency key, in the same transaction.

use prost::Message;
use waybill_service_kit::{AppError, CallContext, ErrorKind};
use waybill_store::{Db, IdempotencyKey, Tx, idempotency};

/// Longest idempotency key, in bytes.
const MAX_KEY: usize = 255;

/// An answer, and whether an earlier call got it first.
#[derive(Debug, Clone)]
pub struct Done<A> {
    pub answer: A,
    pub replayed: bool,
}

/// What the call's idempotency key, if it has one, stands for: this operation of this user, with this request. A key that is too
/// long or has control characters is INVALID.
pub fn key(
    ctx: &CallContext,
    operation: &'static str,
    request: &[u8],
) -> Result<Option<IdempotencyKey>, AppError> {
    match ctx.idempotency_key.as_deref() {
        None | Some("") => Ok(None),
        Some(key) if key.len() > MAX_KEY || key.contains(char::is_control) => {
            Err(AppError::invalid_field(
                "Idempotency-Key",
                format!("must be at most {MAX_KEY} printable characters"),
            ))
        }
        Some(key) => {
            let scope = format!("{operation}:{}", ctx.user()?.id);
            Ok(Some(IdempotencyKey::new(scope, key, request)))
        }
    }
}

/// Ties the answer to the key, if there is one; part of the transaction that `act` of [`once`] runs.
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

/// Does `act`; if that is refused, perhaps because an earlier call with this key has done it, gives the answer of that. Looking
/// it up only after a refusal saves all others the lookup.
pub async fn once<A: Message + Default>(
    db: &Db,
    key: Option<&IdempotencyKey>,
    act: impl Future<Output = Result<A, AppError>>,
) -> Result<Done<A>, AppError> {
    let refused = match act.await {
        Ok(answer) => {
            return Ok(Done {
                answer,
                replayed: false,
            });
        }
        Err(error) => error,
    };
    match first_answer(db, key, &refused).await? {
        Some(answer) => Ok(Done {
            answer,
            replayed: true,
        }),
        None => Err(refused),
    }
}

/// The answer of an earlier call with this key, where a refusal may come from its having been there.
async fn first_answer<A: Message + Default>(
    db: &Db,
    key: Option<&IdempotencyKey>,
    refused: &AppError,
) -> Result<Option<A>, AppError> {
    let by_chance = matches!(refused.kind, ErrorKind::Internal | ErrorKind::Unavailable);
    let Some(key) = key.filter(|_| !by_chance) else {
        return Ok(None);
    };
    let answer = idempotency::lookup(db, key).await?;
    answer
        .map(|answer| A::decode(answer.as_slice()).map_err(AppError::internal))
        .transpose()
}

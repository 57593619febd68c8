//! Writes that a repeated call does not do again: the response is stored under the caller's idempotency key, in the same
//! transaction.

use prost::{Message, bytes::Bytes};
use tonic::{Code, Status};
use waybill_primitives::is_text_control;
use waybill_store::{
    Db, EventContext, IdempotencyError, IdempotencyKey, Retry as _, Tx, idempotency,
};

#[cfg(doc)]
use waybill_store::idempotency::REFUSALS_KEPT;

use crate::{AppError, CallContext, ErrorCode, ErrorKind};

/// The metadata key of a refusal that an earlier call with the same key got first.
pub const REPLAYED: &str = "replayed";

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

/// As [`remember`], with the commit, which a taken key fails with [`waybill_store::StoreError::Unique`].
pub fn defer<A: Message>(tx: &Tx, key: Option<&IdempotencyKey>, answer: &A) {
    if let Some(key) = key {
        idempotency::defer(tx, key, &answer.encode_to_vec());
    }
}

/// Runs `act`; if that is refused, perhaps because an earlier call with this key has done it, returns the response of that call.
/// Looking it up only after a refusal saves all others the lookup: if even an attempt has a cost, use [`earlier`] first.
///
/// A refusal by the state (409) is stored under the key as well, for [`REFUSALS_KEPT`]: a repeat after a lost answer gets the same one,
/// and a later attempt is checked again. Other refusals are not: an invalid request is checked again, and a failure may be gone.
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
    if let Some(answer) = earlier(db, key).await? {
        return Ok(Done::before(answer));
    }
    let Some(key) = key.filter(|_| is_final(&refused)) else {
        return Err(refused);
    };
    let status = Status::from(refused);
    let stored = [&[REFUSAL], status.details()].concat();
    let refused = AppError::from_status(&status);
    match store(db, key, &stored).await {
        // A concurrent call with this key was faster.
        Err(error) if error.is_taken() => earlier(db, Some(key))
            .await?
            .map(Done::before)
            .ok_or(refused),
        // Without it, a repeat is an attempt of its own.
        Err(error) => {
            tracing::warn!(%error, "a refusal could not be stored");
            Err(refused)
        }
        Ok(()) => Err(refused),
    }
}

/// The first byte of a stored refusal. No protobuf message begins with it, so it is no response.
const REFUSAL: u8 = 0;

/// Whether a repeat must get the same refusal: not if it was refused only because others were faster, or if the caller is to read
/// something again and then repeat it.
fn is_final(refused: &AppError) -> bool {
    let reads_again = [
        ErrorCode::CartChanged,
        ErrorCode::CartEmpty,
        ErrorCode::VersionConflict,
    ];
    refused.kind == ErrorKind::Conflict
        && refused.retry_after().is_none()
        && !refused.outrun()
        && !reads_again.contains(&refused.code)
}

async fn store(db: &Db, key: &IdempotencyKey, answer: &[u8]) -> Result<(), IdempotencyError> {
    let tx = db.begin(&EventContext::default()).await?;
    idempotency::insert_refusal(&tx, key, answer).await?;
    Ok(tx.commit().await?)
}

/// The response that an earlier call with this key got, or its refusal. `IDEMPOTENCY_KEY_REUSED` if its request was a different one.
pub async fn earlier<A: Message + Default>(
    db: &Db,
    key: Option<&IdempotencyKey>,
) -> Result<Option<A>, AppError> {
    let Some(key) = key else { return Ok(None) };
    let Some(answer) = idempotency::lookup(db, key).await? else {
        return Ok(None);
    };
    if let [REFUSAL, refusal @ ..] = answer.as_slice() {
        let stored = tonic_types::Status::decode(refusal).map_err(AppError::internal)?;
        let details = Bytes::copy_from_slice(refusal);
        let status = Status::with_details(Code::from(stored.code), stored.message, details);
        return Err(AppError::from_status(&status).with_meta(REPLAYED, "true"));
    }
    A::decode(answer.as_slice())
        .map(Some)
        .map_err(AppError::internal)
}

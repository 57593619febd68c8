//! Errors of the base crates as errors of use cases, and back for consumers.

use std::{error::Error, time::Duration};

use waybill_primitives::{FieldError, FieldErrors};
use waybill_store::{
    HandlerError, IdempotencyError, Retry, StoreError,
    page::{BadCursor, BadLimit, PageError},
};

use super::{AppError, ErrorCode, ErrorKind, chain};

impl From<FieldError> for AppError {
    fn from(error: FieldError) -> Self {
        Self::invalid(vec![error])
    }
}

impl From<FieldErrors> for AppError {
    fn from(errors: FieldErrors) -> Self {
        Self::invalid(errors.0)
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            return Self::unavailable("the database is temporarily unavailable; try again")
                .with_retry_after(Duration::from_secs(1))
                .with_source(error);
        }
        if error.is_retryable() {
            // `store::retrying` gave up: there is too much contention right now.
            return Self::unavailable("too many changes at once; try again")
                .with_retry_after(Duration::from_secs(1))
                .with_source(error);
        }
        Self::internal(error)
    }
}

impl From<IdempotencyError> for AppError {
    fn from(error: IdempotencyError) -> Self {
        match error {
            IdempotencyError::Reused => Self::new(
                ErrorKind::Invalid,
                ErrorCode::IdempotencyKeyReused,
                error.to_string(),
            ),
            IdempotencyError::InProgress => Self::conflict(
                ErrorCode::Conflict,
                "a request with this idempotency key is still running; try again shortly",
            )
            .with_retry_after(Duration::from_secs(1)),
            IdempotencyError::Store(error) => error.into(),
        }
    }
}

impl From<BadCursor> for AppError {
    fn from(error: BadCursor) -> Self {
        Self::invalid_field("cursor", error.to_string())
    }
}

impl From<PageError> for AppError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Cursor(error) => error.into(),
            PageError::Store(error) => error.into(),
        }
    }
}

impl From<BadLimit> for AppError {
    fn from(error: BadLimit) -> Self {
        Self::invalid_field("limit", error.to_string())
    }
}

/// A whole transaction that failed with a retryable store error may be repeated by `store::retrying`.
impl Retry for AppError {
    fn retryable(&self) -> bool {
        self.0
            .source
            .as_deref()
            .and_then(|cause| cause.downcast_ref::<StoreError>())
            .is_some_and(StoreError::is_retryable)
    }

    fn outrun(&self) -> bool {
        self.0.outrun
    }
}

/// For consumers that run use cases: what may be temporary is retried, the rest goes to the dead letters.
impl From<AppError> for HandlerError {
    fn from(error: AppError) -> Self {
        if error.outrun() {
            return Self::transient(error);
        }
        match error.0.kind {
            ErrorKind::Unavailable | ErrorKind::Internal | ErrorKind::TooManyRequests => {
                match error
                    .0
                    .source
                    .map(<dyn Error + Send + Sync>::downcast::<StoreError>)
                {
                    Some(Ok(store)) => Self::Store(*store),
                    Some(Err(cause)) => Self::transient(chain(cause.as_ref())),
                    None => Self::transient(error.0.message),
                }
            }
            _ => Self::permanent(error),
        }
    }
}

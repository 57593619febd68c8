//! The error of a use case. A failed transaction stays recognisable, so that it can be repeated.

use std::time::Duration;

use waybill_primitives::{FieldError, FieldErrors};
use waybill_service_kit::{AppError, ErrorCode};
use waybill_store::{IdempotencyError, Retry, StoreError};

use crate::{domain::Refusal, password::PasswordError};

/// A refused or failed use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] AppError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Password(#[from] PasswordError),
}

impl Retry for Error {
    fn retryable(&self) -> bool {
        match self {
            Self::Store(error) => error.retryable(),
            Self::Idempotency(error) => error.retryable(),
            Self::Refused(_) | Self::Password(_) => false,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::LastAdmin => ErrorCode::LastAdmin,
            Refusal::OwnAccount => ErrorCode::OwnAccount,
        };
        AppError::conflict(code, refusal.to_string()).into()
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Refused(errors.into())
    }
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(error) => error,
            Error::Store(error) => error.into(),
            Error::Idempotency(error) => error.into(),
            Error::Password(PasswordError::Busy(error)) => {
                AppError::unavailable("too many people sign in at the moment; try again shortly")
                    .with_retry_after(Duration::from_secs(1))
                    .with_source(error)
            }
            Error::Password(error) => AppError::internal(error),
        }
    }
}

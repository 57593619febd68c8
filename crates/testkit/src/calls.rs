//! Calls of a service and their results, events from others, waiting.

use std::{fmt::Debug, time::Duration};

use tonic::{Request, Response, Status};
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{EventId, Timestamp};
use waybill_proto::Event;
use waybill_service_kit::{AppError, CallContext, ErrorCode, ErrorKind, Job, outgoing_within};

/// Met even by the slowest machine, where many callers wait for each other: a slow call is not a failure.
const DEADLINE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(10);

/// A call with a deadline of a minute.
pub fn outgoing<T>(ctx: &CallContext, message: T) -> Request<T> {
    outgoing_within(ctx, DEADLINE, message)
}

/// The message of a response.
pub fn answer<T>(outcome: Result<Response<T>, Status>) -> Result<T, AppError> {
    Ok(outcome?.into_inner())
}

/// Checks that the outcome is a refusal of this kind and code.
#[track_caller]
pub fn refused<T>(
    outcome: Result<T, impl Into<AppError>>,
    kind: ErrorKind,
    code: ErrorCode,
) -> AppError {
    let Err(error) = outcome else {
        panic!("expected {code}, but it succeeded")
    };
    let error: AppError = error.into();
    assert_eq!((error.kind, error.code), (kind, code), "{error}");
    error
}

#[track_caller]
pub fn unauthenticated<T>(outcome: Result<T, impl Into<AppError>>) -> AppError {
    refused(
        outcome,
        ErrorKind::Unauthenticated,
        ErrorCode::Unauthenticated,
    )
}

#[track_caller]
pub fn not_found<T>(outcome: Result<T, impl Into<AppError>>) -> AppError {
    refused(outcome, ErrorKind::NotFound, ErrorCode::NotFound)
}

/// Checks that the outcome names exactly these fields as invalid.
#[track_caller]
pub fn invalid<T>(outcome: Result<T, impl Into<AppError>>, fields: &[&str]) -> AppError {
    let error = refused(outcome, ErrorKind::Invalid, ErrorCode::ValidationError);
    assert_eq!(fields_of(&error), fields);
    error
}

/// The fields that an error names.
pub fn fields_of(error: &AppError) -> Vec<&str> {
    let fields = error.fields.iter();
    fields.map(|field| field.field.as_str()).collect()
}

/// The code of a refusal.
#[track_caller]
pub fn code<T: Debug>(outcome: Result<T, AppError>) -> String {
    outcome.expect_err("it is refused").code.to_string()
}

/// An event as another service publishes it.
pub fn envelope<E: Event>(aggregate_id: Uuid, version: i64, event: &E) -> Envelope {
    Envelope {
        id: EventId::new(),
        subject: event.subject().to_owned(),
        source: event
            .subject()
            .split('.')
            .nth(1)
            .unwrap_or_default()
            .to_owned(),
        aggregate_id,
        aggregate_version: version,
        time: Timestamp::now(),
        traceparent: None,
        request_id: None,
        actor: None,
        payload: event.encode_to_vec().into(),
    }
}

/// The job of this name.
///
/// # Panics
/// If there is none.
pub fn job<'a>(jobs: &'a [Job], name: &str) -> &'a Job {
    let found = jobs.iter().find(|job| job.name == name);
    found.unwrap_or_else(|| panic!("no job is called {name}"))
}

/// Polls for a condition that has no signal of its own, a minute at most.
///
/// # Panics
/// If it does not become true.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let met = async {
        while !holds().await {
            tokio::time::sleep(POLL).await;
        }
    };
    let met = tokio::time::timeout(DEADLINE, met).await;
    assert!(met.is_ok(), "timed out waiting until {what}");
}

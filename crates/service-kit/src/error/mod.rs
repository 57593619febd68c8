//! The one error type of use cases, and its form on the wire: `google.rpc.Status` with `ErrorInfo` and `BadRequest`.
//!
//! [`AppError`] → [`tonic::Status`] → [`AppError::from_status`] gives the same error again, except that the causes of an
//! internal error stay in the log of the service where it happened.

mod convert;
mod kind;

use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    fmt,
    time::Duration,
};

use tonic::Status;
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};
use waybill_proto::json::Named as _;

pub use kind::ErrorKind;
pub use waybill_primitives::FieldError;
use waybill_primitives::UnknownValue;
pub use waybill_proto::common::ErrorCode;
pub use waybill_store::chain;

/// The `ErrorInfo.domain` of every error of the platform.
pub const DOMAIN: &str = "waybill";
/// The metadata key of the kind.
const KIND: &str = "kind";
/// The metadata key of [`AppError::with_retry_after`], in whole seconds.
const RETRY_AFTER: &str = "retry_after_seconds";
/// Bytes of field violations in one response. They are sent in a header, and HTTP/2 peers refuse more than 16 KiB.
const ROOM_FOR_FIELDS: usize = 6 * 1024;
/// The message of an internal error that clients get.
const OPAQUE: &str = "something went wrong on our side; quote the request id when you report it";

/// The readable parts of an [`AppError`], which dereferences to this.
#[derive(Debug)]
pub struct Details {
    pub kind: ErrorKind,
    pub code: ErrorCode,
    /// For people; says what to do.
    pub message: String,
    pub fields: Vec<FieldError>,
    /// Additional data for machines, for instance `available` of `OUT_OF_STOCK`.
    pub metadata: BTreeMap<String, String>,
    source: Option<Box<dyn Error + Send + Sync>>,
    /// The causes are in a log already: ours, or that of the service that returned the error.
    logged: bool,
    /// See [`AppError::mark_outrun`].
    outrun: bool,
}

/// A refused or failed use case. One pointer wide, so that results stay small.
#[derive(Debug)]
pub struct AppError(Box<Details>);

impl AppError {
    pub fn new(kind: ErrorKind, code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            code,
            message: message.into(),
            fields: Vec::new(),
            metadata: BTreeMap::new(),
            source: None,
            logged: false,
            outrun: false,
        }))
    }

    fn of_kind(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind, kind.default_code(), message)
    }

    /// `what` is the missing thing: "order", "product".
    pub fn not_found(what: &str) -> Self {
        Self::of_kind(ErrorKind::NotFound, format!("no such {what}"))
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::Forbidden, message)
    }

    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::Unauthenticated, message)
    }

    pub fn malformed(message: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::Malformed, message)
    }

    pub fn conflict(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, code, message)
    }

    /// The caller wrote on top of a version that is not the current one.
    pub fn version_conflict(current: i64) -> Self {
        Self::conflict(
            ErrorCode::VersionConflict,
            "somebody else has changed it since you read it; read it again and repeat the change",
        )
        .with_meta("version", current.to_string())
    }

    /// Somebody else changed `what` ("order", "product") after it was read, and before it was written. `store::optimistic` reads
    /// it again; a caller gets this error only if that keeps happening.
    pub fn too_busy(what: &str) -> Self {
        Self::conflict(
            ErrorCode::Conflict,
            format!("others keep changing this {what}; try again"),
        )
        .mark_outrun()
    }

    /// Marks an error that reading again and retrying may avoid: see `store::optimistic`.
    #[must_use]
    pub fn mark_outrun(mut self) -> Self {
        self.0.outrun = true;
        self
    }

    /// At least one field must be named.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [only] => format!("{}: {}", only.field, only.message),
            _ => "some fields are not valid".to_owned(),
        };
        let mut error = Self::of_kind(ErrorKind::Invalid, message);
        error.0.fields = fields;
        error
    }

    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, message)])
    }

    /// An internal failure. The client gets an opaque message; the causes are logged once.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let mut error = Self::of_kind(ErrorKind::Internal, OPAQUE);
        error.0.source = Some(cause.into());
        error
    }

    /// `message` says what is unavailable and what to do.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::of_kind(ErrorKind::Unavailable, message)
    }

    pub fn too_many_requests(message: impl Into<String>, retry_after: Duration) -> Self {
        Self::of_kind(ErrorKind::TooManyRequests, message).with_retry_after(retry_after)
    }

    #[must_use]
    pub fn with_meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.metadata.insert(key.into(), value.into());
        self
    }

    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.0.fields.push(FieldError::new(field, message));
        self
    }

    /// The cause, for the log; never sent to a client.
    #[must_use]
    pub fn with_source(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(cause.into());
        self
    }

    /// When a retry may succeed; rounded up to whole seconds.
    #[must_use]
    pub fn with_retry_after(self, after: Duration) -> Self {
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        self.with_meta(RETRY_AFTER, seconds.max(1).to_string())
    }

    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.metadata.get(RETRY_AFTER)?.parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    /// Whether the error has this code of the API.
    pub fn is(&self, code: ErrorCode) -> bool {
        self.code == code
    }

    /// Logs an internal error with its causes, unless that was done before. Call it inside the request's span.
    pub fn log_once(&mut self) {
        if self.kind != ErrorKind::Internal || self.logged {
            return;
        }
        self.0.logged = true;
        let causes = self.source.as_deref().map_or_else(
            || self.message.clone(),
            |cause| chain(cause as &(dyn Error + 'static)),
        );
        tracing::error!(error = %causes, "a call failed inside");
    }

    /// The inverse of `Status::from(AppError)`. A status that does not come from an `AppError` is mapped by its code: transport
    /// failures and missed deadlines are [`ErrorKind::Unavailable`].
    pub fn from_status(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details
            .error_info()
            .filter(|info| info.domain == DOMAIN)
            .cloned();
        let Some(info) = info else {
            return Self::from_foreign(status);
        };
        let mut metadata: BTreeMap<String, String> = info.metadata.into_iter().collect();
        let kind = metadata
            .remove(KIND)
            .and_then(|name| ErrorKind::from_name(&name))
            .unwrap_or(ErrorKind::from_grpc_code(status.code()));
        // A code that this version does not know comes from a newer service.
        let code = ErrorCode::of_name(&info.reason).unwrap_or(kind.default_code());
        let mut error = Self::new(kind, code, status.message());
        error.0.metadata = metadata;
        error.0.logged = true;
        error.0.fields = details
            .bad_request()
            .map(|bad| bad.field_violations.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|violation| FieldError::new(&violation.field, &violation.description))
            .collect();
        error
    }

    fn from_foreign(status: &Status) -> Self {
        let kind = ErrorKind::from_grpc_code(status.code());
        match kind {
            ErrorKind::Internal => Self::internal(status.to_string()),
            ErrorKind::Unavailable => {
                Self::unavailable("a part of the shop is temporarily unavailable; try again")
                    .with_source(status.to_string())
                    .with_retry_after(Duration::from_secs(1))
            }
            _ => Self::of_kind(kind, status.message()),
        }
    }
}

impl std::ops::Deref for AppError {
    type Target = Details;
    fn deref(&self) -> &Details {
        &self.0
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl Error for AppError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|cause| cause as &(dyn Error + 'static))
    }
}

impl From<AppError> for Status {
    fn from(mut error: AppError) -> Self {
        error.log_once();
        let Details {
            kind,
            code,
            message,
            fields,
            metadata,
            ..
        } = *error.0;
        let mut info: HashMap<String, String> = metadata.into_iter().collect();
        info.insert(KIND.to_owned(), kind.name().to_owned());
        let mut details = ErrorDetails::with_error_info(code.name(), DOMAIN, info);
        let mut room = ROOM_FOR_FIELDS;
        let fields = fields.into_iter().take_while(|field| {
            let size = field.field.len() + field.message.len() + 8;
            let fits = size <= room;
            room = room.saturating_sub(size);
            fits
        });
        let fields: Vec<_> = fields.collect();
        if !fields.is_empty() {
            details.set_bad_request(
                fields
                    .into_iter()
                    .map(|field| FieldViolation::new(field.field, field.message))
                    .collect::<Vec<_>>(),
            );
        }
        Status::with_error_details(kind.grpc_code(), message, details)
    }
}

impl From<Status> for AppError {
    fn from(status: Status) -> Self {
        Self::from_status(&status)
    }
}
/// Reads an enum of a request, or a filter by one.
pub fn choice<T>(field: &str, read: Result<T, UnknownValue>) -> Result<T, AppError> {
    read.map_err(|unknown| AppError::invalid_field(field, unknown.to_string()))
}

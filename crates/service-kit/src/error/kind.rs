//! Kinds of errors, with their HTTP status, gRPC code and code of the API.

use tonic::Code;
use waybill_proto::common::ErrorCode;

/// The kind of failure; decides the HTTP status and the gRPC code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// 400: the request cannot be read.
    Malformed,
    /// 401: no token, or an invalid one.
    Unauthenticated,
    /// 403: authenticated, but without the required role.
    Forbidden,
    /// 404: missing, or not visible to this caller.
    NotFound,
    /// 409: the current state does not allow it.
    Conflict,
    /// 413.
    PayloadTooLarge,
    /// 415.
    UnsupportedMediaType,
    /// 422: readable, but a field has an invalid value.
    Invalid,
    /// 429.
    TooManyRequests,
    /// 500: a bug or an internal failure; details only in the log.
    Internal,
    /// 503: try again later.
    Unavailable,
}

impl ErrorKind {
    pub const ALL: [Self; 11] = [
        Self::Malformed,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::Invalid,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The HTTP status that the gateway answers with.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid => 422,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::PayloadTooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Invalid => "invalid",
            Self::TooManyRequests => "too_many_requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(super) const fn grpc_code(self) -> Code {
        match self {
            Self::Malformed | Self::Invalid | Self::UnsupportedMediaType => Code::InvalidArgument,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Forbidden => Code::PermissionDenied,
            Self::NotFound => Code::NotFound,
            Self::Conflict => Code::FailedPrecondition,
            Self::PayloadTooLarge => Code::OutOfRange,
            Self::TooManyRequests => Code::ResourceExhausted,
            Self::Internal => Code::Internal,
            Self::Unavailable => Code::Unavailable,
        }
    }

    /// The kind of a status that does not come from an `AppError`: from tonic itself, or from a foreign server.
    pub(super) const fn from_grpc_code(code: Code) -> Self {
        match code {
            Code::InvalidArgument => Self::Malformed,
            Code::Unauthenticated => Self::Unauthenticated,
            Code::PermissionDenied => Self::Forbidden,
            Code::NotFound => Self::NotFound,
            Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => Self::Conflict,
            Code::OutOfRange => Self::PayloadTooLarge,
            Code::ResourceExhausted => Self::TooManyRequests,
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Self::Unavailable,
            _ => Self::Internal,
        }
    }

    /// The API's code of an error of this kind, unless there is a more specific one.
    pub(super) const fn default_code(self) -> ErrorCode {
        match self {
            Self::Malformed => ErrorCode::Malformed,
            Self::Unauthenticated => ErrorCode::Unauthenticated,
            Self::Forbidden => ErrorCode::Forbidden,
            Self::NotFound => ErrorCode::NotFound,
            Self::Conflict => ErrorCode::Conflict,
            Self::PayloadTooLarge => ErrorCode::PayloadTooLarge,
            Self::UnsupportedMediaType => ErrorCode::UnsupportedMediaType,
            Self::Invalid => ErrorCode::ValidationError,
            Self::TooManyRequests => ErrorCode::RateLimited,
            Self::Internal => ErrorCode::Internal,
            Self::Unavailable => ErrorCode::Unavailable,
        }
    }
}

//! What handlers take: who calls (which says who may call), checked bodies, queries, ids, and the conditional headers.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
};
use garde::Validate;
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde::de::DeserializeOwned;
use uuid::Uuid;
use waybill_primitives::Role;
use waybill_service_kit::{
    AppError, CallContext, Caller, FieldError, UserCaller, tokens::AccessClaims, trace,
};

use crate::error::ApiError;

/// What [`crate::edge`] found out about a request.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    pub request_id: Arc<str>,
    /// As the client sent it.
    pub traceparent: Option<String>,
    /// The client's address; behind a trusted proxy, the one that it reports.
    pub client_address: String,
    pub identity: Identity,
}

/// Who the bearer token stands for.
#[derive(Debug, Clone)]
pub enum Identity {
    Anonymous,
    User {
        claims: Arc<AccessClaims>,
        token: Arc<str>,
    },
    /// A token came, but it does not hold.
    Refused(Arc<ApiError>),
}

impl RequestInfo {
    /// The context of the calls that the request makes; without the token.
    pub fn context(&self) -> CallContext {
        let mut context = CallContext::default();
        context.request_id = self.request_id.to_string();
        context.traceparent = Some(trace::current_or_new(self.traceparent.as_deref()));
        context.client_address = Some(self.client_address.clone());
        context
    }

    fn identified(&self) -> Result<CallContext, ApiError> {
        match &self.identity {
            Identity::Anonymous => Ok(self.context()),
            Identity::User { claims, token } => {
                let mut context = self.context().with_token(Arc::clone(token));
                context.caller = Caller::User(UserCaller::from(claims.as_ref()));
                Ok(context)
            }
            Identity::Refused(error) => Err(error.as_ref().clone()),
        }
    }
}

fn info(parts: &Parts) -> Result<&RequestInfo, ApiError> {
    parts
        .extensions
        .get::<RequestInfo>()
        .ok_or_else(|| AppError::internal("the edge layer is missing").into())
}

macro_rules! callers {
    ($($(#[$doc:meta])* $name:ident => |$context:ident| $check:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(pub CallContext);

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = ApiError;
            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
                let $context = info(parts)?.identified()?;
                $check?;
                Ok(Self($context))
            }
        }
    )+};
}

callers! {
    /// Anybody; a token that does not hold is refused all the same.
    Anyone => |context| Ok::<(), ApiError>(());
    /// A signed-in user.
    SignedIn => |context| context.user();
    /// STAFF only.
    Staff => |context| context.require(&[Role::Staff]);
    /// STAFF or ADMIN.
    Worker => |context| context.require(&[Role::Staff, Role::Admin]);
    /// ADMIN only.
    Admin => |context| context.require(&[Role::Admin]);
}

/// Anybody, without looking at a token: signing in must work while an old token is still being sent.
#[derive(Debug)]
pub struct Unsigned(pub CallContext);

impl<S: Send + Sync> FromRequestParts<S> for Unsigned {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(info(parts)?.context()))
    }
}

/// The id in the path. Anything but a UUID names nothing, so it is 404.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<Uuid>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(ApiError::new(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "nothing has this id; ids are UUIDs",
            )),
        }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Query parameters; unknown and malformed ones are refused by name.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S, T> FromRequestParts<S> for Params<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(AppError::malformed("the query must not contain NUL characters").into());
        }
        let Query(params) = Query::<T>::try_from_uri(&parts.uri)
            .map_err(|rejection| query_error(&rejection.body_text()))?;
        validate(&params)?;
        Ok(Self(params))
    }
}

/// Axum's text is `Failed to deserialize query string: <field>: <problem>`.
fn query_error(text: &str) -> ApiError {
    let problem = text
        .strip_prefix("Failed to deserialize query string: ")
        .unwrap_or(text);
    let (field, message) = match problem.split_once(": ") {
        Some((field, message)) if !field.contains(' ') => (field, message),
        _ => (named(problem).unwrap_or("query"), problem),
    };
    AppError::invalid_field(field, message).into()
}

/// The name that serde quotes, as in: unknown field `limitt`, expected …
fn named(problem: &str) -> Option<&str> {
    problem.split('`').nth(1)
}

/// A JSON body that must be there.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let json = is_json(request.headers());
        let bytes = read(request, state).await?;
        if !json {
            return Err(not_json());
        }
        parse(&bytes).map(Self)
    }
}

/// A JSON body that may be left out.
#[derive(Debug)]
pub struct OptionalBody<T>(pub T);

impl<S, T> FromRequest<S> for OptionalBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()> + Default,
{
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let json = is_json(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !json {
            return Err(not_json());
        }
        parse(&bytes).map(Self)
    }
}

pub fn is_json(headers: &HeaderMap) -> bool {
    let essence = content_type(headers).split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

pub fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn not_json() -> ApiError {
    ApiError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
}

/// The whole body, within the limit of the router.
pub async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(inner)
                if inner.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE)
            }
            _ => AppError::malformed("the body could not be read to its end").into(),
        })
}

/// Malformed JSON is 400; well-formed JSON that does not fit is 422 and names the field.
pub fn parse<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        json_error(&path, error.inner())
    })?;
    json.end().map_err(|error| json_error("", &error))?;
    if has_nul(bytes) {
        return Err(AppError::invalid_field("body", "text must not contain NUL characters").into());
    }
    validate(&value)?;
    Ok(value)
}

fn json_error(path: &str, error: &serde_json::Error) -> ApiError {
    if !error.is_data() {
        return AppError::malformed(format!("the body is not valid JSON: {error}")).into();
    }
    let text = error.to_string();
    // The position says little about a body that a program made.
    let problem = text.split(" at line ").next().unwrap_or(&text);
    let named_by_serde = problem.starts_with("unknown field")
        || problem.starts_with("missing field")
        || problem.starts_with("duplicate field");
    let field = match (named(problem).filter(|_| named_by_serde), path) {
        (Some(name), "" | ".") => name.to_owned(),
        (Some(name), path) if path == name || path.ends_with(&format!(".{name}")) => {
            path.to_owned()
        }
        (Some(name), path) => format!("{path}.{name}"),
        (None, "" | ".") => "body".to_owned(),
        (None, path) => path.to_owned(),
    };
    AppError::invalid_field(field, problem).into()
}

/// Whether the JSON text has the escape `\u0000`: PostgreSQL cannot keep that character.
fn has_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with(b"u0000") {
            return true;
        }
        // Steps over an escaped backslash, too.
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

pub fn validate<T: Validate<Context = ()>>(value: &T) -> Result<(), ApiError> {
    let Err(report) = value.validate() else {
        return Ok(());
    };
    let fields = report
        .iter()
        .map(|(path, error)| {
            FieldError::new(crate::error::camel_case(&path.to_string()), error.message())
        })
        .collect();
    Err(AppError::invalid(fields).into())
}

/// `If-Match: "3"`: the version that the caller read.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let digits = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(text);
        match digits.parse() {
            Ok(version) if version > 0 => Ok(Self(Some(version))),
            _ => Err(AppError::malformed(
                "If-Match must hold the version that was read, such as \"3\"",
            )
            .into()),
        }
    }
}

impl IfMatch {
    /// The version to write on top of, from the header or the field.
    pub fn or_field(self, field: Option<i64>) -> Result<Option<i64>, ApiError> {
        match (self.0, field) {
            (Some(header), Some(field)) if header != field => Err(AppError::invalid_field(
                "version",
                "differs from the header If-Match; send one of them",
            )
            .into()),
            (header, field) => Ok(header.or(field)),
        }
    }
}

/// The longest idempotency key.
const MAX_IDEMPOTENCY_KEY: usize = 255;

/// The header `Idempotency-Key`, if given.
#[derive(Debug)]
pub struct Idempotency(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Idempotency {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        let bytes = value.as_bytes();
        let fits = (1..=MAX_IDEMPOTENCY_KEY).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_graphic);
        match value.to_str() {
            Ok(key) if fits => Ok(Self(Some(key.to_owned()))),
            _ => Err(AppError::invalid_field(
                "Idempotency-Key",
                "must be 1 to 255 visible ASCII characters",
            )
            .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_escapes_are_found_and_escaped_backslashes_are_not() {
        for (json, found) in [
            (r#""a\u0000b""#, true),
            (r#""a\\u0000b""#, false),
            (r#""a\\\u0000b""#, true),
            (r#""plain""#, false),
            (r"\", false),
        ] {
            assert_eq!(has_nul(json.as_bytes()), found, "{json}");
        }
    }
}

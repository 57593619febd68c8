//! JSON bodies: reads them within the size limit and checks types, required and unknown fields. The service that owns a value
//! checks the value itself.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
};
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use waybill_primitives::FieldError;
use waybill_service_kit::AppError;

use crate::{error::ApiError, input_errors, objects::Objects};

/// A required JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    T: DeserializeOwned + ToSchema,
{
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        parse(&json_bytes(request, state).await?).map(Self)
    }
}

/// A whole body that is said to be JSON.
pub async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let json = is_json(request.headers());
    let bytes = read(request, state).await?;
    if json { Ok(bytes) } else { Err(not_json()) }
}

/// An optional JSON body.
#[derive(Debug)]
pub struct OptionalBody<T>(pub T);

impl<S, T> FromRequest<S> for OptionalBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Default + ToSchema,
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

/// Malformed JSON is 400; well-formed JSON that does not match the type is 422 and names all fields that are wrong.
pub fn parse<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(Objects(&mut json)).map_err(|error| {
        let path = error.path().to_string();
        json_error::<T>(bytes, &path, error.inner())
    })?;
    json.end()
        .map_err(|error| json_error::<T>(bytes, "", &error))?;
    if has_nul(bytes) {
        return Err(AppError::invalid_field("body", "text must not contain NUL characters").into());
    }
    Ok(value)
}

fn json_error<T: ToSchema>(bytes: &[u8], path: &str, error: &serde_json::Error) -> ApiError {
    if !error.is_data() {
        let (line, column) = (error.line(), error.column());
        let problem = match () {
            () if bytes.trim_ascii().is_empty() => {
                "the body is empty; send a JSON object".to_owned()
            }
            () if error.is_eof() => "the body is not valid JSON: its end is missing".to_owned(),
            () => format!("the body is not valid JSON near line {line}, column {column}"),
        };
        return AppError::malformed(problem).into();
    }
    let first = first_error(path, &error.to_string());
    let body = serde_json::from_slice(bytes);
    let mut all = body.map_or_else(|_| Vec::new(), |body| input_errors::of_body::<T>(&body));
    if !all.iter().any(|error| error.field == first.field) {
        all.insert(0, first);
    }
    AppError::invalid(all).into()
}

/// The error at which serde stopped.
fn first_error(path: &str, problem: &str) -> FieldError {
    let named_by_serde = problem.starts_with("unknown field")
        || problem.starts_with("missing field")
        || problem.starts_with("duplicate field");
    let field = match (quoted(problem).filter(|_| named_by_serde), path) {
        (Some(name), "" | ".") => name.to_owned(),
        (Some(name), path) if path == name || path.ends_with(&format!(".{name}")) => {
            path.to_owned()
        }
        (Some(name), path) => format!("{path}.{name}"),
        (None, "" | ".") => "body".to_owned(),
        (None, path) => path.to_owned(),
    };
    FieldError::new(field, input_errors::in_words(problem))
}

/// Whether the JSON text has the escape `\u0000`: PostgreSQL cannot store that character.
fn has_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with(b"u0000") {
            return true;
        }
        // Skips escaped backslashes, too.
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

/// The name that serde quotes, as in: unknown field `limitt`, expected …
pub fn quoted(problem: &str) -> Option<&str> {
    problem.split('`').nth(1)
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

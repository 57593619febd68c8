//! The error format of the API, and the conversion of service errors to it.
//!
//! A handler's error is kept in the response's extensions until [`crate::edge`] writes the body, which contains the request id.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};
use waybill_primitives::Timestamp;
use waybill_service_kit::{AppError, ErrorCode, ErrorKind, once::REPLAYED};

/// The answer to a request that failed.
#[derive(Debug, Clone)]
pub struct ApiError {
    pub status: StatusCode,
    pub code: ErrorCode,
    pub message: String,
    pub details: Vec<Detail>,
    pub context: BTreeMap<String, String>,
    pub retry_after: Option<Duration>,
    /// An earlier request with the same idempotency key got it first.
    pub replayed: bool,
}

/// A field of the request and what is wrong with it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Detail {
    #[schema(example = "items[0].quantity")]
    pub field: String,
    pub message: String,
}

/// A constant boolean that tells clients the kind of an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Always<const VALUE: bool>;

impl<const VALUE: bool> Serialize for Always<VALUE> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(VALUE)
    }
}

impl<const VALUE: bool> PartialSchema for Always<VALUE> {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new().schema_type(Type::Boolean);
        value.enum_values(Some([VALUE])).into()
    }
}

impl<const VALUE: bool> ToSchema for Always<VALUE> {}

/// Every error of the API has this shape.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Error, example = json!({
    "success": false,
    "error": {"message": "items[0].quantity: must be at least 1", "code": "VALIDATION_ERROR", "details": [{"field": "items[0].quantity", "message": "must be at least 1"}]},
    "requestId": "01890a5d-ac96-774b-bcce-b302099a8057",
    "timestamp": "2026-11-21T09:30:00.000000Z"
}))]
pub struct ErrorBody<'a> {
    #[schema(inline)]
    pub success: Always<false>,
    pub error: ErrorInfo<'a>,
    /// As in the header `X-Request-Id`; quote it when you report a problem.
    pub request_id: &'a str,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub timestamp: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorInfo<'a> {
    /// Readable text that says what to do.
    pub message: &'a str,
    /// For programs.
    pub code: ErrorCode,
    pub details: &'a [Detail],
    /// Facts about the refusal as typed values: `available` of `OUT_OF_STOCK`, `allowed` of `INVALID_TRANSITION`. `registered` is true if
    /// an order was refused after an account was created for its customer.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = HashMap<String, Value>)]
    pub context: Map<String, Value>,
}

impl ApiError {
    pub fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Vec::new(),
            context: BTreeMap::new(),
            retry_after: None,
            replayed: false,
        }
    }

    /// With other names for fields, where the body calls them differently from the service.
    #[must_use]
    pub fn renamed(mut self, name: impl Fn(&str) -> Option<String>) -> Self {
        for Detail { field, .. } in &mut self.details {
            if let Some(renamed) = name(field) {
                *field = renamed;
            }
        }
        self
    }

    /// The error for an answer of a layer that only set the status.
    pub fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::BAD_REQUEST => (ErrorCode::Malformed, "the request cannot be read"),
            StatusCode::NOT_FOUND => (
                ErrorCode::NotFound,
                "no such path; /api-docs lists all paths",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                ErrorCode::MethodNotAllowed,
                "this path does not support this method; the header Allow lists those that it supports",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (ErrorCode::PayloadTooLarge, "the body is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                ErrorCode::UnsupportedMediaType,
                "send the body as application/json",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (ErrorCode::Unavailable, "try again shortly"),
            status if status.is_server_error() => {
                return AppError::internal("answered without an error").into();
            }
            _ => (ErrorCode::Refused, "the request was refused"),
        };
        Self::new(status, code, message)
    }

    /// The body with the request id.
    pub fn body(&self, request_id: &str) -> Vec<u8> {
        let body = ErrorBody {
            success: Always,
            error: ErrorInfo {
                message: &self.message,
                code: self.code,
                details: &self.details,
                context: self.context(),
            },
            request_id,
            timestamp: Timestamp::now(),
        };
        // Serialising strings and maps with string keys cannot fail.
        serde_json::to_vec(&body).unwrap_or_default()
    }

    fn context(&self) -> Map<String, Value> {
        let typed = |(key, text): (&String, &String)| {
            let value = match (key.as_str(), text.parse::<i64>()) {
                (REGISTERED, _) => (text == "true").into(),
                ("allowed", _) => text
                    .split(',')
                    .filter(|item| !item.is_empty())
                    .map(Value::from)
                    .collect(),
                (_, Ok(number)) => number.into(),
                _ => text.as_str().into(),
            };
            (key.clone(), value)
        };
        self.context.iter().map(typed).collect()
    }
}

/// Set if the answer was stored by an earlier request with the same idempotency key.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// A refused order has created an account.
pub const REGISTERED: &str = "registered";
/// Metadata key of the retry delay: sent as the header `Retry-After`, not in the body.
const RETRY_AFTER: &str = "retry_after_seconds";
/// The `Retry-After` of a 503 that has none of its own.
const DEFAULT_RETRY: Duration = Duration::from_secs(1);

impl From<AppError> for ApiError {
    fn from(mut error: AppError) -> Self {
        error.log_once();
        let status = StatusCode::from_u16(error.kind.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let context: BTreeMap<String, String> = error
            .metadata
            .iter()
            .filter(|(key, _)| ![RETRY_AFTER, REPLAYED].contains(&key.as_str()))
            .map(|(key, value)| (camel_case(key), value.clone()))
            .collect();
        let details = error
            .fields
            .iter()
            .map(|field| Detail {
                field: camel_case(&field.field),
                message: field.message.clone(),
            })
            .collect();
        let retry_after = error.retry_after();
        Self {
            status,
            code: error.code,
            message: error.message.clone(),
            details,
            context,
            replayed: error.metadata.contains_key(REPLAYED),
            retry_after: retry_after
                .or((error.kind == ErrorKind::Unavailable).then_some(DEFAULT_RETRY)),
        }
    }
}

impl From<tonic::Status> for ApiError {
    fn from(status: tonic::Status) -> Self {
        AppError::from_status(&status).into()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = match self.context.get("reason").map(String::as_str) {
                Some(_) => "Bearer realm=\"waybill\", error=\"invalid_token\"",
                None => "Bearer realm=\"waybill\"",
            };
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        if self.replayed {
            let value = HeaderValue::from_static("true");
            response.headers_mut().insert(IDEMPOTENCY_REPLAYED, value);
        }
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Converts `first_name` to `firstName`, also within paths such as `items[0].product_id`. Other spellings stay.
pub fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(char::is_ascii_lowercase);
        let inner = out.ends_with(|last: char| last.is_ascii_alphanumeric());
        if letter == '_' && inner && next_is_lower {
            out.extend(letters.next().map(|next| next.to_ascii_uppercase()));
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_read_as_in_the_api() {
        for (rust, api) in [
            ("first_name", "firstName"),
            ("items[0].product_id", "items[0].productId"),
            ("shipping_address.postal_code", "shippingAddress.postalCode"),
            ("firstName", "firstName"),
            ("Idempotency-Key", "Idempotency-Key"),
            ("", ""),
        ] {
            assert_eq!(camel_case(rust), api);
        }
    }

    #[test]
    fn conflicts_show_their_facts_in_the_context_and_details_are_fields_only() {
        let error: ApiError = AppError::conflict(ErrorCode::InvalidTransition, "no")
            .with_meta("from", "COMPLETED")
            .with_meta("allowed", "PENDING,CANCELLED")
            .with_meta("left", "3")
            .with_field("status", "cannot change like this")
            .into();
        let body: Value = serde_json::from_slice(&error.body("r-1")).unwrap();
        assert_eq!(body["error"]["context"]["allowed"][1], "CANCELLED");
        assert_eq!(body["error"]["context"]["left"], 3);
        let details = body["error"]["details"].as_array().unwrap();
        let fields: Vec<_> = details.iter().map(|detail| &detail["field"]).collect();
        assert_eq!(fields, ["status"]);
        assert_eq!(body["requestId"], "r-1");
        assert_eq!(body["success"], false);
    }
}

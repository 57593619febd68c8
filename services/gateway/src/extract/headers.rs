//! The headers `If-Match`, `Idempotency-Key` and `X-Cart-Token`.

use axum::extract::FromRequestParts;
use http::{HeaderName, header, request::Parts};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};
use waybill_service_kit::AppError;

use crate::error::ApiError;

/// Describes a header, optional if nothing else is said.
macro_rules! header_params {
    ($extractor:ident, $name:literal, $max_length:literal, $pattern:literal, $description:literal) => {
        header_params!(
            $extractor,
            $name,
            $max_length,
            $pattern,
            $description,
            Required::False
        );
    };
    ($extractor:ident, $name:literal, $max_length:literal, $pattern:literal, $description:literal, $required:expr) => {
        impl IntoParams for $extractor {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                let text = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .max_length(Some($max_length))
                    .pattern(Some($pattern));
                let parameter = ParameterBuilder::new()
                    .name($name)
                    .parameter_in(ParameterIn::Header)
                    .required($required)
                    .description(Some($description))
                    .schema(Some(text));
                vec![parameter.build()]
            }
        }
    };
}

header_params!(
    IfMatch,
    "If-Match",
    64,
    r#"^(\*|[0-9]{1,18}|(W/)?"[0-9]{1,18}(-[!#-~]*)?")$"#,
    "The `ETag` that was read; a stale one is refused with `VERSION_CONFLICT`. Same as the field `version`."
);
header_params!(
    Idempotency,
    "Idempotency-Key",
    255,
    "^[!-~]+$",
    "1 to 255 visible ASCII characters. A repeated request gets the first answer again, with the header `Idempotency-Replayed`: for 7 days if it succeeded, and for two minutes if the state refused it (409, but not `VERSION_CONFLICT`, `CART_CHANGED` and `CART_EMPTY`). Any other refusal leaves the key free."
);
header_params!(
    CartToken,
    "X-Cart-Token",
    43,
    "^([A-Za-z0-9_-]{43})?$",
    "The cart of a caller who is not signed in, as returned by `PUT /api/v1/cart/items/{productId}`."
);

header_params!(
    RequiredCartToken,
    "X-Cart-Token",
    43,
    "^[A-Za-z0-9_-]{43}$",
    "The cart that was filled before signing in.",
    Required::True
);

/// The header `X-Cart-Token` where a cart is needed.
#[derive(Debug)]
pub struct RequiredCartToken(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequiredCartToken {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match CartToken::from_request_parts(parts, state).await? {
            CartToken(token) if token.is_empty() => Err(AppError::invalid_field(
                "X-Cart-Token",
                "is required: the token of the cart that was filled before signing in",
            )
            .into()),
            CartToken(token) => Ok(Self(token)),
        }
    }
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
        // Proxies that compress answers make their tags weak.
        let text = text
            .strip_prefix("W/")
            .filter(|tag| tag.starts_with('"'))
            .unwrap_or(text);
        let tag = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(text);
        // A tag may have a suffix after the version, for other content of the answer.
        let digits = tag.split_once('-').map_or(tag, |(version, _)| version);
        match digits.parse() {
            // 0 is the version of a worker without settings.
            Ok(version) if version >= 0 => Ok(Self(Some(version))),
            _ => Err(AppError::malformed(
                "If-Match must hold the version that was read, such as \"3\"",
            )
            .into()),
        }
    }
}

impl IfMatch {
    /// The expected version, from the header or the field.
    pub fn or_field(self, field: Option<i64>) -> Result<Option<i64>, ApiError> {
        match (self.0, field) {
            (Some(header), Some(field)) if header != field => Err(AppError::invalid_field(
                "version",
                "differs from the header If-Match; send one of them",
            )
            .into()),
            (header, field) => {
                not_negative(field)?;
                Ok(header.or(field))
            }
        }
    }

    /// As [`Self::or_field`], for a body that is the whole request.
    pub fn into_field(self, field: &mut Option<i64>) -> Result<(), ApiError> {
        *field = self.or_field(*field)?;
        Ok(())
    }
}

/// Checks the field `version` of a body.
pub fn not_negative(version: Option<i64>) -> Result<(), ApiError> {
    match version {
        Some(..0) => Err(AppError::invalid_field("version", "must not be negative").into()),
        _ => Ok(()),
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

/// The header with the cart token of a caller who is not signed in, in requests and answers.
pub const CART_TOKEN: HeaderName = HeaderName::from_static("x-cart-token");
/// The length of a token.
const CART_TOKEN_LENGTH: usize = 43;

/// The header `X-Cart-Token`; empty if it is not given. What cannot be a token is refused, also of a signed-in user, who needs none.
#[derive(Debug)]
pub struct CartToken(pub String);

impl<S: Send + Sync> FromRequestParts<S> for CartToken {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(CART_TOKEN) else {
            return Ok(Self(String::new()));
        };
        let is_token = |text: &&str| {
            let mut bytes = text.bytes();
            text.is_empty()
                || text.len() == CART_TOKEN_LENGTH
                    && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        match value.to_str().ok().filter(is_token) {
            Some(token) => Ok(Self(token.to_owned())),
            None => Err(AppError::invalid_field(
                "X-Cart-Token",
                "must be a token that PUT /api/v1/cart/items/{productId} gave out",
            )
            .into()),
        }
    }
}

//! Extractors besides bodies: the caller (whose type says who may call), queries, ids, and conditional headers.

use std::{borrow::Cow, sync::Arc};

use axum::extract::{FromRequestParts, Path};
use http::{HeaderName, StatusCode, header, request::Parts, uri::Authority};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_path_to_error::Segment;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};
use uuid::Uuid;
use waybill_primitives::Role;
use waybill_proto::common::PageRequest;
use waybill_service_kit::{
    AppError, CallContext, Caller, ErrorCode, UserCaller, tokens::AccessClaims, trace,
};

pub use crate::body::{Body, OptionalBody, content_type, is_json, parse};
use crate::{
    body::quoted,
    error::{ApiError, camel_case},
};

/// What [`crate::edge`] knows about a request.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    pub request_id: Arc<str>,
    /// As the client sent it.
    pub traceparent: Option<String>,
    /// The client's address; behind a trusted proxy, the one that it reports.
    pub client_address: String,
    /// The client uses HTTPS, as reported by a trusted proxy.
    pub secure: bool,
    pub identity: Identity,
}

/// The caller, by the bearer token.
#[derive(Debug, Clone)]
pub enum Identity {
    Anonymous,
    User {
        claims: Arc<AccessClaims>,
        token: Arc<str>,
    },
    /// There was a token, but it is not valid.
    Refused(Arc<ApiError>),
}

impl RequestInfo {
    /// The context of the calls that the request makes; without the token.
    pub fn context(&self) -> CallContext {
        CallContext {
            request_id: self.request_id.to_string(),
            traceparent: Some(trace::current_or_new(self.traceparent.as_deref())),
            client_address: Some(self.client_address.clone()),
            ..CallContext::default()
        }
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
    /// Anyone; but an invalid token is refused.
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

/// Anyone, ignoring the token: signing in must work while the client still sends an old token.
#[derive(Debug)]
pub struct Unsigned(pub CallContext);

impl<S: Send + Sync> FromRequestParts<S> for Unsigned {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(info(parts)?.context()))
    }
}

/// The base URL that the client used, such as `http://localhost:8080`; none if unknown.
#[derive(Debug)]
pub struct Origin(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .and_then(|host| host.parse::<Authority>().ok());
        // HTTP/2 has it in the request line.
        let host = host.or_else(|| parts.uri.authority().cloned());
        let scheme = if info(parts)?.secure { "https" } else { "http" };
        Ok(Self(host.map(|host| format!("{scheme}://{host}"))))
    }
}

impl Origin {
    /// Converts a path on this gateway to a full URL.
    pub fn absolute(&self, url: String) -> String {
        match &self.0 {
            Some(origin) if url.starts_with('/') => format!("{origin}{url}"),
            _ => url,
        }
    }
}

/// The id in the path. Anything but a UUID is 404.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<Uuid>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(no_such_id()),
        }
    }
}

/// Two ids in the path: of a resource and of one that belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct IdPair(pub Uuid, pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for IdPair {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<(Uuid, Uuid)>::from_request_parts(parts, state).await {
            Ok(Path((id, part))) => Ok(Self(id, part)),
            Err(_) => Err(no_such_id()),
        }
    }
}

fn no_such_id() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        ErrorCode::NotFound,
        "nothing has this id; ids are UUIDs",
    )
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Query parameters; unknown and malformed ones are refused by name. A parameter without a value counts as not given, because
/// forms send empty fields so (`kind=`).
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S, T> FromRequestParts<S> for Params<T>
where
    S: Send + Sync,
    T: DeserializeOwned + IntoParams,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        query_of(parts.uri.query().unwrap_or_default(), names::<T>).map(Self)
    }
}

/// Rows of one page at most.
#[derive(Debug, Clone, Copy)]
pub struct Limit(pub u32);

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(limit: D) -> Result<Self, D::Error> {
        let limit = u32::deserialize(limit)?;
        if (1..=PageRequest::MAX_LIMIT).contains(&limit) {
            return Ok(Self(limit));
        }
        let most = PageRequest::MAX_LIMIT;
        Err(D::Error::custom(format!("must be from 1 to {most}")))
    }
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Rows at most, 1 to 100; 20 if not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<Limit>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// Also count the rows of all pages.
    pub total: Option<bool>,
}

/// The default page size: passed to the service explicitly, so that the same list has one cache key.
const DEFAULT_LIMIT: u32 = 20;

impl From<Paging> for PageRequest {
    fn from(paging: Paging) -> Self {
        Self {
            limit: paging.limit.map_or(DEFAULT_LIMIT, |limit| limit.0),
            cursor: paging.cursor.unwrap_or_default(),
            total: paging.total.unwrap_or(false),
        }
    }
}

/// Two groups of parameters in one query, so that filters need not repeat common parameters.
#[derive(Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<S, A, B> FromRequestParts<S> for Both<A, B>
where
    S: Send + Sync,
    A: DeserializeOwned + IntoParams,
    B: DeserializeOwned + IntoParams,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let of_second = names::<B>();
        let is_second = |pair: &&str| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            of_second.iter().any(|known| known == name)
        };
        let (second, first): (Vec<_>, Vec<_>) = query.split('&').partition(is_second);
        let known = || [names::<A>(), names::<B>()].concat();
        Ok(Self(
            query_of(&first.join("&"), known)?,
            query_of(&second.join("&"), known)?,
        ))
    }
}

/// The query of a list: a filter, and [`Paging`].
#[derive(Debug)]
pub struct Paged<F>(pub F, pub Option<PageRequest>);

impl<S, F> FromRequestParts<S> for Paged<F>
where
    S: Send + Sync,
    F: DeserializeOwned + IntoParams,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Both(filter, paging) = Both::<F, Paging>::from_request_parts(parts, state).await?;
        Ok(Self(filter, Some(paging.into())))
    }
}

/// The names of parameters, as in OpenAPI.
fn names<T: IntoParams>() -> Vec<String> {
    let params = T::into_params(|| None).into_iter();
    params.map(|param| param.name).collect()
}

/// Reads and checks the parameters that have a value; `known` are the names of all parameters.
fn query_of<T: DeserializeOwned>(
    query: &str,
    known: impl FnOnce() -> Vec<String>,
) -> Result<T, ApiError> {
    if query.contains("%00") {
        return Err(AppError::malformed("the query must not contain NUL characters").into());
    }
    let is_bare = |pair: &&str| !pair.is_empty() && !pair.contains('=');
    if let Some(name) = query.split('&').find(is_bare) {
        return Err(AppError::invalid_field(name, "must have a value").into());
    }
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
    let pairs = pairs.map(|(name, value)| (api_name(name), value));
    let filled = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let pairs = form_urlencoded::parse(filled.as_bytes());
    let params = serde_path_to_error::deserialize(serde_html_form::Deserializer::new(pairs));
    let params = params.map_err(|error| query_error(&error, known))?;
    Ok(params)
}

/// The name of a parameter, which clients may spell in snake_case.
fn api_name(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.contains('_') {
        return camel_case(&name).into();
    }
    name
}

fn query_error(
    error: &serde_path_to_error::Error<serde_html_form::de::Error>,
    known: impl FnOnce() -> Vec<String>,
) -> ApiError {
    let problem = error.inner().to_string();
    // For a parameter that may be repeated, the path continues with the index of the value.
    let field = match error.path().iter().next() {
        Some(Segment::Map { key }) => key.as_str(),
        _ => quoted(&problem).unwrap_or("query"),
    };
    let problem = if problem.starts_with("unknown field") {
        format!(
            "there is no such parameter; there are {}",
            known().join(", ")
        )
    } else if problem == "unsupported value" {
        // Several values of a parameter that takes one.
        "must be given once".to_owned()
    } else {
        problem.clone()
    };
    AppError::invalid_field(field, problem).into()
}

/// Describes an optional header.
macro_rules! header_params {
    ($extractor:ident, $name:literal, $max_length:literal, $description:literal) => {
        impl IntoParams for $extractor {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                let text = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .max_length(Some($max_length));
                let parameter = ParameterBuilder::new()
                    .name($name)
                    .parameter_in(ParameterIn::Header)
                    .required(Required::False)
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
    "The `ETag` that was read; a stale one is refused with `VERSION_CONFLICT`. Same as the field `version`."
);
header_params!(
    Idempotency,
    "Idempotency-Key",
    255,
    "1 to 255 visible ASCII characters. A repeated request gets the first answer again, with the header `Idempotency-Replayed`."
);
header_params!(
    CartToken,
    "X-Cart-Token",
    128,
    "The cart of a caller who is not signed in, as returned by `PUT /api/v1/cart/items/{productId}`."
);

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
            (_, Some(..0)) => {
                Err(AppError::invalid_field("version", "must not be negative").into())
            }
            (header, field) => Ok(header.or(field)),
        }
    }

    /// As [`Self::or_field`], for a body that is the whole request.
    pub fn into_field(self, field: &mut Option<i64>) -> Result<(), ApiError> {
        *field = self.or_field(*field)?;
        Ok(())
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
/// The longest text that is accepted as a token.
const MAX_CART_TOKEN: usize = 128;

/// The header `X-Cart-Token`; empty if it is not given.
#[derive(Debug)]
pub struct CartToken(pub String);

impl<S: Send + Sync> FromRequestParts<S> for CartToken {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(CART_TOKEN) else {
            return Ok(Self(String::new()));
        };
        match value.to_str() {
            Ok(token) if token.len() <= MAX_CART_TOKEN => Ok(Self(token.trim().to_owned())),
            _ => Err(AppError::invalid_field(
                "X-Cart-Token",
                "must be a token that PUT /api/v1/cart/items/{productId} gave out",
            )
            .into()),
        }
    }
}

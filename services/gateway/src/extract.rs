//! Extractors besides bodies: the caller (whose type says who may call), queries, ids, and conditional headers.

mod headers;
mod query;

use std::{convert::Infallible, sync::Arc};

use axum::extract::{FromRequestParts, Path};
use http::{HeaderMap, StatusCode, Uri, header, request::Parts, uri::Authority};
use uuid::Uuid;
use waybill_primitives::Role;
use waybill_service_kit::{
    AppError, CallContext, Caller, ErrorCode, UserCaller, tokens::AccessClaims, trace,
};

pub use self::{
    headers::{CART_TOKEN, CartToken, Idempotency, IfMatch, RequiredCartToken, not_negative},
    query::{Both, Limit, Paged, PagedWith, Paging, Params},
};
pub use crate::body::{Body, OptionalBody, content_type, is_json, parse};
pub use crate::read_only::Edited;
use crate::{app::App, error::ApiError};

/// What [`crate::edge`] knows about a request.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    pub request_id: Arc<str>,
    /// As the client sent it.
    pub traceparent: Option<String>,
    /// The client's address; behind a trusted proxy, the one that it reports.
    pub client_address: String,
    pub identity: Identity,
    /// The URL of the gateway for this client, such as `http://localhost:8080`.
    pub base: Arc<str>,
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

/// The URL of the gateway for this client, such as `http://localhost:8080`.
#[derive(Debug, Clone)]
pub struct Origin(pub Arc<str>);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(Arc::clone(&info(parts)?.base)))
    }
}

impl Origin {
    /// Converts a path on this gateway to a full URL.
    pub fn absolute(&self, url: String) -> String {
        if url.starts_with('/') {
            return format!("{}{url}", self.0);
        }
        url
    }
}

/// A request that a page of this site or of an allowed origin makes: what a cookie alone authorises must not come from elsewhere. A
/// browser sends the header `Origin` with every POST.
#[derive(Debug)]
pub struct SameOrigin(Result<(), ApiError>);

impl SameOrigin {
    /// `FORBIDDEN` for pages of other sites, and without the header.
    pub fn check(self) -> Result<(), ApiError> {
        self.0
    }
}

impl FromRequestParts<App> for SameOrigin {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let origin = parts.headers.get(header::ORIGIN);
        let origin = origin.and_then(|origin| origin.to_str().ok());
        let own = host(&parts.headers, &parts.uri);
        let from_own = origin
            .and_then(|origin| origin.parse::<Uri>().ok())
            .and_then(|origin| origin.authority().cloned())
            .is_some_and(|page| own.as_ref() == Some(&page));
        if from_own || origin.is_some_and(|origin| app.allows_origin(origin)) {
            return Ok(Self(Ok(())));
        }
        let error = AppError::forbidden(
            "the session's cookie is accepted from pages of this site alone: the header Origin must name the host of the header Host, or an origin of WAYBILL_CORS_ORIGINS",
        );
        Ok(Self(Err(error.into())))
    }
}

/// The host and port that the client named; none if it named none.
pub fn host(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<Authority>().ok());
    // HTTP/2 has it in the request line.
    host.or_else(|| uri.authority().cloned())
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

//! The caller and the context of a call, which every use case takes.

use std::{fmt, sync::Arc, time::Instant};

use uuid::Uuid;
use waybill_primitives::{Role, UserId};
use waybill_store::EventContext;

use crate::{AppError, trace};

/// On whose authority a call is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Caller {
    /// No token was sent.
    #[default]
    Anonymous,
    User(UserCaller),
    /// Another service on its own behalf, for instance while it consumes an event; with the service's name.
    Service(String),
}

/// A signed-in user, as the access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCaller {
    pub id: UserId,
    pub role: Role,
    /// First and last name; may be outdated by up to the lifetime of a token.
    pub name: String,
    pub email: String,
    /// The session that the token belongs to.
    pub session: Option<Uuid>,
    /// Ordered without an account: `id` belongs to no account.
    pub guest: bool,
}

impl UserCaller {
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// What a call carries through REST, gRPC and events.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    pub caller: Caller,
    pub request_id: String,
    /// W3C trace context of the current span.
    pub traceparent: Option<String>,
    pub idempotency_key: Option<String>,
    /// The client's address as the gateway saw it. For information only: any caller can claim any address.
    pub client_address: Option<String>,
    /// When the caller stops waiting; calls made on its behalf end by then.
    pub deadline: Option<Instant>,
    /// The bearer token of the caller, passed on to the next service.
    pub token: Option<Token>,
}

/// A bearer token. `Debug` hides it.
#[derive(Clone)]
pub struct Token(Arc<str>);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl CallContext {
    /// An anonymous caller, with a new request id and trace.
    pub fn anonymous() -> Self {
        Self {
            request_id: new_request_id(),
            traceparent: Some(trace::current_or_new(None)),
            ..Self::default()
        }
    }

    /// The service itself, without a token: for its own use cases. To call another service, add a token with
    /// [`CallContext::with_service_token`].
    pub fn system() -> Self {
        Self {
            caller: Caller::Service("system".to_owned()),
            ..Self::anonymous()
        }
    }

    /// A user, without a token: for tests of use cases and for seeding.
    pub fn for_user(user: UserCaller) -> Self {
        Self {
            caller: Caller::User(user),
            ..Self::anonymous()
        }
    }

    /// The signed-in user; else `UNAUTHENTICATED`.
    pub fn user(&self) -> Result<&UserCaller, AppError> {
        match &self.caller {
            Caller::User(user) => Ok(user),
            Caller::Anonymous | Caller::Service(_) => Err(AppError::unauthenticated(
                "sign in first, then send the access token as `Authorization: Bearer …`",
            )),
        }
    }

    /// The signed-in user, who has an account; else `UNAUTHENTICATED` or, for guests, `FORBIDDEN`.
    pub fn account(&self) -> Result<&UserCaller, AppError> {
        let user = self.user()?;
        if user.guest {
            return Err(AppError::forbidden(
                "this needs an account: register, or sign in, and send that access token",
            ));
        }
        Ok(user)
    }

    /// The signed-in user with one of these roles; else `UNAUTHENTICATED` or `FORBIDDEN`.
    pub fn require(&self, roles: &[Role]) -> Result<&UserCaller, AppError> {
        let user = self.user()?;
        if roles.contains(&user.role) {
            return Ok(user);
        }
        let names: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        Err(AppError::forbidden(format!(
            "this needs the role {}",
            names.join(" or ")
        )))
    }

    /// The name of the calling service; `FORBIDDEN` for everybody else.
    pub fn service(&self) -> Result<&str, AppError> {
        match &self.caller {
            Caller::Service(name) => Ok(name),
            Caller::Anonymous | Caller::User(_) => {
                Err(AppError::forbidden("this is between services only"))
            }
        }
    }

    /// The context for the events of this call.
    pub fn event_context(&self) -> EventContext {
        EventContext {
            traceparent: self.traceparent.clone(),
            request_id: (!self.request_id.is_empty()).then(|| self.request_id.clone()),
            actor: match &self.caller {
                Caller::User(user) => Some(user.id.to_string()),
                Caller::Anonymous | Caller::Service(_) => None,
            },
        }
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_ref().map(|token| &*token.0)
    }

    /// The bearer token to pass on. It is not verified here.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<Arc<str>>) -> Self {
        self.token = Some(Token(token.into()));
        self
    }

    #[must_use]
    pub fn with_idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }
}

impl From<&CallContext> for EventContext {
    fn from(ctx: &CallContext) -> Self {
        ctx.event_context()
    }
}

/// The context that the server layers put into the request; anonymous where they are absent.
pub fn context<T>(request: &tonic::Request<T>) -> CallContext {
    request
        .extensions()
        .get::<CallContext>()
        .cloned()
        .unwrap_or_else(CallContext::anonymous)
}

/// A new id for a request without one.
pub fn new_request_id() -> String {
    Uuid::now_v7().to_string()
}

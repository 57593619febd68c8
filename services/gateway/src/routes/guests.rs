//! Ordering without being signed in: by the contact, the customer is registered, signed in, or gets a guest token.

use axum::extract::State;
use axum_extra::extract::CookieJar;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::{auth as pb, common::Contact, json::Named as _};
use waybill_service_kit::{AppError, CallContext, ErrorCode};

use super::auth::{limit_login, limit_lookup, session};
use crate::{
    answer::Answer,
    app::{App, Gateway, read, send},
    dto,
    error::{ApiError, REGISTERED},
    extract::{Params, Unsigned},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_email_status))
}

/// Check whether an e-mail address has an account, so that an order form can ask for the password.
///
/// The number of lookups from one IP address is limited (`WAYBILL_RATE_LIMIT_LOOKUP`). Registering, and ordering with a password,
/// reveal the same and count too.
#[utoipa::path(get, path = "/api/v1/auth/email-status", tag = "auth", params(pb::GetEmailStatusRequest), security(()))]
pub async fn get_email_status(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    Params(request): Params<pb::GetEmailStatusRequest>,
) -> Result<Answer<pb::GetEmailStatusResponse>, ApiError> {
    limit_lookup(&app, &context)?;
    let context = context.with_service_token(&app.service_tokens, "gateway")?;
    let answer = read!(app.clients.auth, get_email_status, &context, request)?;
    Ok(Answer(answer))
}

/// The identity of a customer who orders without being signed in.
pub struct Introduced {
    /// The context of further calls.
    pub context: CallContext,
    /// The tokens for the answer.
    pub auth: dto::OrderAuth,
    /// The refresh token, if it was asked for as a cookie.
    pub cookies: CookieJar,
    /// An account was created, now or by an earlier attempt of the same request.
    pub registered: bool,
}

/// Registers or signs in a customer who is not signed in, or gets a guest token.
///
/// With a password, the e-mail address is registered, or signed in to if it has an account. Without one, the customer is a guest.
/// A repeat with the same idempotency key gives the same account or guest.
pub async fn introduce(
    app: &Gateway,
    context: &CallContext,
    contact: Contact,
) -> Result<Introduced, ApiError> {
    limit_orders(app, context, false)?;
    let mode = match &contact.session {
        Some(mode) => dto::SessionMode::of_name(mode)
            .ok_or_else(|| AppError::invalid_field("contact.session", "must be token or cookie"))?,
        None => dto::SessionMode::default(),
    };
    let (mut registered, mut cookies) = (false, CookieJar::new());
    let auth = match contact.password {
        Some(password) => {
            limit_login(app, context, &contact.email, "")?;
            limit_lookup(app, context)?;
            let request = pb::RegisterRequest {
                email: contact.email.clone(),
                password: password.clone(),
                first_name: contact.first_name,
                last_name: contact.last_name,
            };
            let opened = match send!(app.clients.auth, register, context, request) {
                Ok(answer) => {
                    registered = true;
                    answer.session
                }
                Err(error) if error.is(ErrorCode::EmailTaken) => {
                    login(app, context, contact.email, password).await?
                }
                Err(error) => return Err(of_contact(error)),
            };
            let (kept, session) = session(app, opened, mode)?;
            cookies = kept;
            dto::OrderAuth {
                guest: false,
                user: Some(session.user),
                access_token: session.access_token,
                token_type: session.token_type,
                expires_in: session.expires_in,
                refresh_token: session.refresh_token,
            }
        }
        None => {
            let service = context.clone();
            let service = service.with_service_token(&app.service_tokens, "gateway")?;
            let request = pb::IssueGuestTokenRequest {
                email: contact.email,
                first_name: contact.first_name,
                last_name: contact.last_name,
            };
            let answer = send!(app.clients.auth, issue_guest_token, &service, request)
                .map_err(of_contact)?;
            dto::OrderAuth {
                guest: true,
                user: None,
                access_token: answer.access_token,
                token_type: dto::TokenType::Bearer,
                expires_in: answer.expires_in,
                refresh_token: None,
            }
        }
    };
    Ok(Introduced {
        context: context.clone().with_token(auth.access_token.as_str()),
        auth,
        cookies,
        registered,
    })
}

/// Extends the error of a refused order for which an account was created: the customer got no tokens and has to sign in.
pub fn but_registered(refusal: AppError) -> ApiError {
    let mut error = ApiError::from(refusal);
    error.message += "; the account was created, sign in to order";
    let registered = (REGISTERED.to_owned(), true.to_string());
    error.context.extend([registered]);
    error
}

/// Counts one order from the caller's address.
pub fn limit_orders(app: &Gateway, context: &CallContext, account: bool) -> Result<(), ApiError> {
    let address = context.client_address.as_deref().unwrap_or_default();
    app.limits.order(address, account)
}

async fn login(
    app: &Gateway,
    context: &CallContext,
    email: String,
    password: String,
) -> Result<Option<pb::Session>, ApiError> {
    let request = pb::LoginRequest {
        email,
        password,
        device_token: String::new(),
    };
    match send!(app.clients.auth, login, context, request) {
        Ok(answer) => Ok(answer.session),
        Err(error) if error.kind.http_status() == 401 => Err(AppError::conflict(
            ErrorCode::EmailRegistered,
            "this e-mail address has an account with another password; sign in first, or order without a password",
        )
        .with_field("contact.email", "has an account already")
        .into()),
        Err(error) => Err(error.into()),
    }
}

/// Fields of an account are fields of `contact` here.
fn of_contact(error: AppError) -> ApiError {
    ApiError::from(error).renamed(|field| {
        matches!(field, "email" | "password" | "firstName" | "lastName")
            .then(|| format!("contact.{field}"))
    })
}

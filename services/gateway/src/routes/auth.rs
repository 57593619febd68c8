//! Signing in and out.

use axum::{
    extract::FromRequest,
    extract::{Request, State},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::auth as pb;
use waybill_service_kit::{AppError, CallContext};

use crate::{
    answer::{Answer, Created, WithCookies, present},
    app::{App, Gateway, required, send},
    config::CookieSameSite,
    dto,
    error::ApiError,
    extract::{Anyone, Body, OptionalBody, SameOrigin, Unsigned},
};

/// Holds the refresh token in cookie mode.
pub const SESSION_COOKIE: &str = "waybill_session";
/// Holds the device token in cookie mode.
const DEVICE_COOKIE: &str = "waybill_device";
/// The device token's lifetime in the auth service.
const DEVICE_SECONDS: i64 = 365 * 24 * 3600;
/// The cookies are sent to the API only.
const COOKIE_PATH: &str = "/api";

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh_session))
        .routes(routes!(logout))
}

/// Create an account and sign in.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "auth", request_body = dto::Register, security(()))]
pub async fn register(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    Body(body): Body<dto::Register>,
) -> Result<WithCookies<Created<dto::Session>>, ApiError> {
    register_with(&app, &context, body).await
}

/// Also of the legacy API.
pub async fn register_with(
    app: &Gateway,
    context: &CallContext,
    body: dto::Register,
) -> Result<WithCookies<Created<dto::Session>>, ApiError> {
    limit_login(app, context, &body.email, "")?;
    limit_lookup(app, context)?;
    let request = pb::RegisterRequest {
        email: body.email,
        password: body.password,
        first_name: body.first_name,
        last_name: body.last_name,
    };
    let answer = send!(app.clients.auth, register, context, request)?;
    let (cookies, session) = session(app, answer.session, body.session)?;
    Ok(WithCookies(cookies, Created::new(session)))
}

/// Sign in.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = dto::Login, security(()))]
pub async fn login(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    cookies: CookieJar,
    Body(mut body): Body<dto::Login>,
) -> Result<WithCookies<Answer<dto::Session>>, ApiError> {
    if let Some(device) = cookies.get(DEVICE_COOKIE) {
        body.device_token.get_or_insert(device.value().to_owned());
    }
    login_with(&app, &context, body).await
}

/// Also of the legacy API.
pub async fn login_with(
    app: &Gateway,
    context: &CallContext,
    body: dto::Login,
) -> Result<WithCookies<Answer<dto::Session>>, ApiError> {
    let device_token = body.device_token.unwrap_or_default();
    limit_login(app, context, &body.email, &device_token)?;
    let request = pb::LoginRequest {
        email: body.email,
        password: body.password,
        device_token,
    };
    let answer = send!(app.clients.auth, login, context, request)?;
    let (cookies, session) = session(app, answer.session, body.session)?;
    Ok(WithCookies(cookies, Answer(session)))
}

/// Exchange the refresh token, which is valid for one use, for new tokens.
///
/// Send the token in the body or as the cookie. A token that was already used ends the session; if the answer was lost, the request can be
/// repeated once within 20 seconds, until the token that it gave is used.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "auth",
    request_body(content = Option<dto::RefreshToken>),
    security((), ("session" = [])))]
pub async fn refresh_session(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    cookies: CookieJar,
    page: SameOrigin,
    request: Request,
) -> Result<WithCookies<Answer<dto::Session>>, WithCookies<ApiError>> {
    let (refresh_token, mode) = refresh_token(&cookies, page, request, &app)
        .await?
        .ok_or_else(|| AppError::invalid_field("refreshToken", "is required"))
        .map_err(ApiError::from)?;
    let request = pb::RefreshRequest { refresh_token };
    match send!(app.clients.auth, refresh, &context, request) {
        Ok(answer) => {
            let (cookies, session) = session(&app, answer.session, mode)?;
            Ok(WithCookies(cookies, Answer(session)))
        }
        // Removes a cookie that is no longer valid.
        Err(error) if mode == dto::SessionMode::Cookie && error.kind.http_status() == 401 => {
            Err(WithCookies(remove_cookie(&app), error.into()))
        }
        Err(error) => Err(ApiError::from(error).into()),
    }
}

/// End the session of the refresh token in the body; without one, the sessions of the cookie and of the access token.
///
/// It is no error if they have ended already.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth",
    request_body(content = Option<dto::RefreshToken>),
    security((), ("session" = []), ("bearer" = [])))]
pub async fn logout(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    caller: Result<Anyone, ApiError>,
    cookies: CookieJar,
    page: SameOrigin,
    request: Request,
) -> Result<WithCookies<Answer<dto::LoggedOut>>, ApiError> {
    let body = OptionalBody::<dto::RefreshToken>::from_request(request, &app).await?;
    let token = body.0.refresh_token.filter(|token| !token.is_empty());
    let mut removed = CookieJar::new();
    if let Some(refresh_token) = token {
        end_session(&app, &context, refresh_token).await?;
    } else {
        let signed_in = match caller {
            Ok(Anyone(context)) if context.account().is_ok() => Some(context),
            Ok(_) => None,
            Err(error) if has_ended(&error) => None,
            // Its session may be open: the client has to name it in another way.
            Err(error) => return Err(error),
        };
        match (cookies.get(SESSION_COOKIE), page.check()) {
            (Some(cookie), Ok(())) => {
                end_session(&app, &context, cookie.value().to_owned()).await?;
                removed = remove_cookie(&app);
            }
            // The access token is enough.
            (Some(_), Err(_)) if signed_in.is_some() => {}
            (Some(_), Err(error)) => return Err(error),
            (None, _) => {}
        }
        if let Some(context) = signed_in {
            end_session(&app, &context, String::new()).await?;
        }
    }
    Ok(WithCookies(
        removed,
        Answer(dto::LoggedOut { success: true }),
    ))
}

/// Ends the session of the refresh token; without one, that of the access token of `context`.
async fn end_session(
    app: &Gateway,
    context: &CallContext,
    refresh_token: String,
) -> Result<(), ApiError> {
    let request = pb::LogoutRequest { refresh_token };
    let ended = send!(app.clients.auth, logout, context, request).map_err(ApiError::from);
    match ended {
        Err(error) if !has_ended(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Whether a token was refused because its session is over already.
fn has_ended(error: &ApiError) -> bool {
    error
        .context
        .get("reason")
        .is_some_and(|reason| reason == "ended")
}

/// The token of the body, else of the cookie, which only our pages may use.
async fn refresh_token(
    cookies: &CookieJar,
    page: SameOrigin,
    request: Request,
    app: &App,
) -> Result<Option<(String, dto::SessionMode)>, ApiError> {
    let OptionalBody(body) = OptionalBody::<dto::RefreshToken>::from_request(request, app).await?;
    if let Some(token) = body.refresh_token.filter(|token| !token.is_empty()) {
        return Ok(Some((token, dto::SessionMode::Token)));
    }
    let Some(cookie) = cookies.get(SESSION_COOKIE) else {
        return Ok(None);
    };
    page.check()?;
    Ok(Some((cookie.value().to_owned(), dto::SessionMode::Cookie)))
}

/// Counts one attempt of the caller's address to sign in to this account, and to any.
pub fn limit_login(
    app: &Gateway,
    context: &CallContext,
    email: &str,
    device: &str,
) -> Result<(), ApiError> {
    let address = context.client_address.as_deref().unwrap_or_default();
    app.limits.login(address, email, device)
}

/// Counts one answer that reveals whether an e-mail address has an account.
pub fn limit_lookup(app: &Gateway, context: &CallContext) -> Result<(), ApiError> {
    let address = context.client_address.as_deref().unwrap_or_default();
    app.limits.lookup(address)
}

/// The answer, with the refresh token in the body or as a cookie, as requested.
pub fn session(
    app: &Gateway,
    session: Option<pb::Session>,
    mode: dto::SessionMode,
) -> Result<(CookieJar, dto::Session), ApiError> {
    let session = required(session, "a session")?;
    let mut cookies = CookieJar::new();
    let device = Some(session.device_token).filter(|token| !token.is_empty());
    let (refresh_token, device_token) = match mode {
        dto::SessionMode::Token => (Some(session.refresh_token), device),
        dto::SessionMode::Cookie => {
            let lifetime = session.refresh_expires_in;
            let token = session.refresh_token;
            cookies = cookies.add(cookie(app, SESSION_COOKIE, token, lifetime));
            if let Some(device) = device {
                cookies = cookies.add(cookie(app, DEVICE_COOKIE, device, DEVICE_SECONDS));
            }
            (None, None)
        }
    };
    let body = dto::Session {
        user: present(session.user)?,
        access_token: session.access_token,
        token_type: dto::TokenType::Bearer,
        expires_in: session.expires_in,
        refresh_token,
        device_token,
    };
    Ok((cookies, body))
}

fn cookie(app: &Gateway, name: &'static str, value: String, seconds: i64) -> Cookie<'static> {
    let max_age = std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    let (same_site, across) = match app.settings.cookie_same_site {
        CookieSameSite::Strict => (SameSite::Strict, false),
        CookieSameSite::None => (SameSite::None, true),
    };
    Cookie::build((name, value))
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(same_site)
        // Browsers ignore a cookie for other sites that is not secure.
        .secure(app.environment.is_production() || across)
        // A duration of a few weeks always fits.
        .max_age(max_age.try_into().unwrap_or_default())
        .build()
}

fn remove_cookie(app: &Gateway) -> CookieJar {
    CookieJar::new().add(cookie(app, SESSION_COOKIE, String::new(), 0))
}

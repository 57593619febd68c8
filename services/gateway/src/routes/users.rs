//! The caller's own account.

use axum::extract::State;
use axum_extra::extract::CookieJar;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::auth as pb;

use super::auth::SESSION_COOKIE;
use crate::{
    answer::{Answer, Versioned},
    app::{App, read, send},
    dto,
    error::ApiError,
    extract::{Body, IfMatch, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_profile, update_profile))
        .routes(routes!(change_password))
}

/// Read your account.
#[utoipa::path(get, path = "/api/v1/users/profile", tag = "users")]
pub async fn get_profile(
    State(app): State<App>,
    SignedIn(context): SignedIn,
) -> Result<Versioned<pb::User>, ApiError> {
    let answer = read!(
        app.clients.auth,
        get_profile,
        &context,
        pb::GetProfileRequest {}
    )?;
    Versioned::of(answer.user)
}

/// Change your name. Fields that are not given stay as they are.
///
/// Your account can be sent back as it was read; what cannot be changed here is not looked at.
#[utoipa::path(put, path = "/api/v1/users/profile", tag = "users", params(IfMatch), request_body = dto::ProfileUpdate)]
pub async fn update_profile(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    if_match: IfMatch,
    Body(body): Body<dto::ProfileUpdate>,
) -> Result<Versioned<pb::User>, ApiError> {
    let request = pb::UpdateProfileRequest {
        first_name: body.first_name,
        last_name: body.last_name,
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.clients.auth, update_profile, &context, request)?;
    Versioned::of(answer.user)
}

/// Change your password. All your other sessions end.
#[utoipa::path(post, path = "/api/v1/users/change-password", tag = "users", request_body = dto::PasswordChange)]
pub async fn change_password(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    cookies: CookieJar,
    Body(body): Body<dto::PasswordChange>,
) -> Result<Answer<dto::LoggedOut>, ApiError> {
    let from_cookie = || cookies.get(SESSION_COOKIE).map(|c| c.value().to_owned());
    let request = pb::ChangePasswordRequest {
        current_password: body.current_password,
        new_password: body.new_password,
        refresh_token: body.refresh_token.or_else(from_cookie).unwrap_or_default(),
    };
    send!(app.clients.auth, change_password, &context, request)?;
    Ok(Answer(dto::LoggedOut { success: true }))
}

//! The caller's own account.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::auth as pb;

use super::{auth::SESSION_COOKIE, versioned};
use crate::{
    app::{App, must, read, send},
    dto,
    error::ApiError,
    extract::{Body, IfMatch, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(profile, update_profile))
        .routes(routes!(change_password))
}

/// Read your account.
#[utoipa::path(get, path = "/api/v1/users/profile", tag = "users", security(("bearer" = [])),
    responses((status = 200, description = "The account", body = pb::User)))]
pub async fn profile(
    State(app): State<App>,
    SignedIn(context): SignedIn,
) -> Result<Response, ApiError> {
    let answer = read!(
        app.clients.auth,
        get_profile,
        &context,
        pb::GetProfileRequest {}
    )?;
    user(answer.user)
}

/// Change your name. Fields that are not given stay as they are.
///
/// Your account can be sent back as it was read; what cannot be changed here is not looked at.
#[utoipa::path(put, path = "/api/v1/users/profile", tag = "users", security(("bearer" = [])), request_body = dto::ProfileUpdate,
    responses((status = 200, description = "The account as it is now", body = pb::User)))]
pub async fn update_profile(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    if_match: IfMatch,
    Body(body): Body<dto::ProfileUpdate>,
) -> Result<Response, ApiError> {
    let request = pb::UpdateProfileRequest {
        first_name: body.first_name,
        last_name: body.last_name,
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.clients.auth, update_profile, &context, request)?;
    user(answer.user)
}

/// Change your password. All your other sessions end.
#[utoipa::path(post, path = "/api/v1/users/change-password", tag = "users", security(("bearer" = [])), request_body = dto::PasswordChange,
    responses((status = 200, description = "Changed", body = dto::LoggedOut)))]
pub async fn change_password(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    cookies: CookieJar,
    Body(body): Body<dto::PasswordChange>,
) -> Result<Response, ApiError> {
    let from_cookie = || cookies.get(SESSION_COOKIE).map(|c| c.value().to_owned());
    let request = pb::ChangePasswordRequest {
        current_password: body.current_password,
        new_password: body.new_password,
        refresh_token: body.refresh_token.or_else(from_cookie).unwrap_or_default(),
    };
    send!(app.clients.auth, change_password, &context, request)?;
    Ok(Json(dto::LoggedOut { success: true }).into_response())
}

pub fn user(user: Option<pb::User>) -> Result<Response, ApiError> {
    let user: pb::User = must(user, "the user")?;
    Ok(versioned(user.version, user))
}

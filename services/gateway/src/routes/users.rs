//! The caller's own account.

use axum::extract::State;
use axum_extra::extract::CookieJar;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::auth as pb;
use waybill_service_kit::CallContext;

use super::auth::SESSION_COOKIE;
use crate::{
    answer::{Answer, Versioned, present},
    app::{App, Gateway, read, send},
    dto,
    error::ApiError,
    extract::{Body, Edited, IfMatch, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_profile, replace_profile, update_profile))
        .routes(routes!(change_password))
}

/// Read your account.
#[utoipa::path(get, path = "/api/v1/users/profile", tag = "users")]
pub async fn get_profile(
    State(app): State<App>,
    SignedIn(context): SignedIn,
) -> Result<Versioned<pb::User>, ApiError> {
    Ok(Versioned::new(current(&app, &context).await?))
}

async fn current(app: &Gateway, context: &CallContext) -> Result<pb::User, ApiError> {
    let request = pb::GetProfileRequest {};
    let answer = read!(app.clients.auth, get_profile, context, request)?;
    present(answer.user)
}

/// Replace your name. A last name that is left out becomes empty.
///
/// Your account can be sent back as it was read.
#[utoipa::path(put, path = "/api/v1/users/profile", tag = "users", params(IfMatch), request_body = pb::UpdateProfileRequest)]
pub async fn replace_profile(
    state: State<App>,
    caller: SignedIn,
    if_match: IfMatch,
    body: Edited<pb::UpdateProfileRequest>,
) -> Result<Versioned<pb::User>, ApiError> {
    update_profile(state, caller, if_match, body).await
}

/// Change your name. Fields that are not given stay as they are.
///
/// Your account can be sent back as it was read.
#[utoipa::path(patch, path = "/api/v1/users/profile", tag = "users", params(IfMatch), request_body = pb::UpdateProfileRequest)]
pub async fn update_profile(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    if_match: IfMatch,
    Edited(mut request, sent): Edited<pb::UpdateProfileRequest>,
) -> Result<Versioned<pb::User>, ApiError> {
    if_match.into_field(&mut request.version)?;
    sent.check(request.version, current(&app, &context)).await?;
    let answer = send!(app.clients.auth, update_profile, &context, request)?;
    Versioned::of(answer.user)
}

/// Change your password. All your other sessions end.
#[utoipa::path(post, path = "/api/v1/users/change-password", tag = "users", request_body = pb::ChangePasswordRequest)]
pub async fn change_password(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    cookies: CookieJar,
    Body(mut request): Body<pb::ChangePasswordRequest>,
) -> Result<Answer<dto::LoggedOut>, ApiError> {
    if let Some(cookie) = cookies.get(SESSION_COOKIE)
        && request.refresh_token.is_empty()
    {
        request.refresh_token = cookie.value().to_owned();
    }
    send!(app.clients.auth, change_password, &context, request)?;
    Ok(Answer(dto::LoggedOut { success: true }))
}

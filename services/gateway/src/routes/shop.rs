//! The shop: what everybody may know of it, and the administrator's settings.

use axum::{Json, extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;
use waybill_service_kit::CallContext;

use super::versioned;
use crate::{
    app::{App, Gateway, must, read, send},
    dto,
    error::ApiError,
    extract::{Admin, Anyone, Body, IfMatch},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(shop))
        .routes(routes!(settings, put, patch))
}

/// The shop's name and currency.
#[utoipa::path(get, path = "/api/v1/shop", tag = "shop", security((), ("bearer" = [])),
    responses((status = 200, description = "The shop", body = dto::Shop)))]
pub async fn shop(
    State(app): State<App>,
    Anyone(context): Anyone,
) -> Result<Json<dto::Shop>, ApiError> {
    let answer = read!(
        app.clients.shop,
        get_settings,
        &context,
        pb::GetSettingsRequest {}
    )?;
    Ok(Json(must(answer.settings, "the settings")?.into()))
}

/// Read the shop's settings.
#[utoipa::path(get, path = "/api/v1/admin/settings", tag = "admin", security(("bearer" = [])),
    responses((status = 200, description = "The settings", body = pb::ShopSettings)))]
pub async fn settings(State(app): State<App>, Admin(context): Admin) -> Result<Response, ApiError> {
    let answer = read!(
        app.clients.shop,
        get_settings,
        &context,
        pb::GetSettingsRequest {}
    )?;
    answered(answer.settings)
}

/// Change the shop's settings. In effect everywhere within a second, without a restart.
///
/// Settings that are not given stay as they are, and all of them can be sent back as they were read. A new expiry is for orders that are placed from now on; a new commission for
/// orders that are completed from now on.
#[utoipa::path(patch, path = "/api/v1/admin/settings", tag = "admin", security(("bearer" = [])), request_body = dto::ShopSettingsPatch,
    responses((status = 200, description = "The settings as they are now", body = pb::ShopSettings)))]
pub async fn patch(
    State(app): State<App>,
    Admin(context): Admin,
    if_match: IfMatch,
    Body(body): Body<dto::ShopSettingsPatch>,
) -> Result<Response, ApiError> {
    update(&app, &context, if_match, body).await
}

/// Change the shop's settings, for clients that only know PUT; the same as PATCH.
#[utoipa::path(put, path = "/api/v1/admin/settings", tag = "admin", security(("bearer" = [])), request_body = dto::ShopSettingsPatch,
    responses((status = 200, description = "The settings as they are now", body = pb::ShopSettings)))]
pub async fn put(
    State(app): State<App>,
    Admin(context): Admin,
    if_match: IfMatch,
    Body(body): Body<dto::ShopSettingsPatch>,
) -> Result<Response, ApiError> {
    update(&app, &context, if_match, body).await
}

async fn update(
    app: &Gateway,
    context: &CallContext,
    if_match: IfMatch,
    patch: dto::ShopSettingsPatch,
) -> Result<Response, ApiError> {
    let version = if_match.or_field(patch.version)?;
    let answer = send!(
        app.clients.shop,
        update_settings,
        context,
        patch.into_request(version)
    )?;
    answered(answer.settings)
}

fn answered(settings: Option<pb::ShopSettings>) -> Result<Response, ApiError> {
    let settings: pb::ShopSettings = must(settings, "the settings")?;
    Ok(versioned(settings.version, settings))
}

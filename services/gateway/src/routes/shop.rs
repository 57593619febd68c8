//! The shop: public information, and the administrators' settings.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use crate::{
    answer::{Answer, Versioned, present},
    app::{App, read, send},
    dto,
    error::ApiError,
    extract::{Admin, Anyone, Body, IfMatch},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_shop))
        .routes(routes!(get_settings, update_settings))
}

/// Read the shop's name and currency.
#[utoipa::path(get, path = "/api/v1/shop", tag = "shop", security((), ("bearer" = [])))]
pub async fn get_shop(
    State(app): State<App>,
    Anyone(context): Anyone,
) -> Result<Answer<dto::Shop>, ApiError> {
    let answer = read!(
        app.clients.shop,
        get_settings,
        &context,
        pb::GetSettingsRequest {}
    )?;
    Ok(Answer(present(answer.settings)?.into()))
}

/// Read the shop's settings.
#[utoipa::path(get, path = "/api/v1/admin/settings", tag = "admin")]
pub async fn get_settings(
    State(app): State<App>,
    Admin(context): Admin,
) -> Result<Versioned<pb::ShopSettings>, ApiError> {
    let answer = read!(
        app.clients.shop,
        get_settings,
        &context,
        pb::GetSettingsRequest {}
    )?;
    Versioned::of(answer.settings)
}

/// Change the shop's settings. In effect everywhere within a second, without a restart.
///
/// Settings that are not given stay as they are; all of them can be sent back as they were read. A new expiry applies to orders
/// placed from now on, a new commission to orders completed from now on.
#[utoipa::path(method(patch, put), path = "/api/v1/admin/settings", tag = "admin", params(IfMatch), request_body = pb::UpdateSettingsRequest)]
pub async fn update_settings(
    State(app): State<App>,
    Admin(context): Admin,
    if_match: IfMatch,
    Body(mut request): Body<pb::UpdateSettingsRequest>,
) -> Result<Versioned<pb::ShopSettings>, ApiError> {
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.shop, update_settings, &context, request)?;
    Versioned::of(answer.settings)
}

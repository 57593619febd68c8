//! The shop: public information, and the administrators' settings.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::{order as pb, payment as money};
use waybill_service_kit::CallContext;

use crate::{
    answer::{Answer, Versioned, present},
    app::{App, Gateway, read, send},
    dto,
    error::ApiError,
    extract::{Admin, Anyone, Edited, IfMatch},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_shop))
        .routes(routes!(get_settings, replace_settings, update_settings))
}

/// Read what everybody may know about the shop: its name, its currency, which files it takes.
#[utoipa::path(get, path = "/api/v1/shop", tag = "shop", security((), ("bearer" = [])))]
pub async fn get_shop(
    State(app): State<App>,
    Anyone(context): Anyone,
) -> Result<Answer<dto::Shop>, ApiError> {
    let (settings, providers) = tokio::join!(current(&app, &context), providers(&app, &context));
    Ok(Answer(dto::Shop::new(settings?, &providers, &app)))
}

/// Those that were last known while the payment service is away: they hardly ever change, and the shop stays open.
async fn providers(app: &Gateway, context: &CallContext) -> Vec<i32> {
    let request = money::ListProvidersRequest {};
    let answer: Result<_, ApiError> = async {
        Ok(read!(
            app.clients.payment,
            list_providers,
            context,
            request
        )?)
    }
    .await;
    if let Ok(answer) = answer {
        app.payment_providers.write().clone_from(&answer.providers);
        return answer.providers;
    }
    app.payment_providers.read().clone()
}

async fn current(app: &Gateway, context: &CallContext) -> Result<pb::ShopSettings, ApiError> {
    let request = pb::GetSettingsRequest {};
    let answer = read!(app.clients.shop, get_settings, context, request)?;
    present(answer.settings)
}

/// Read the shop's settings.
#[utoipa::path(get, path = "/api/v1/admin/settings", tag = "admin")]
pub async fn get_settings(
    State(app): State<App>,
    Admin(context): Admin,
) -> Result<Versioned<pb::ShopSettings>, ApiError> {
    Ok(Versioned::new(current(&app, &context).await?))
}

/// Replace the shop's settings: all of them must be given. In effect everywhere within a second, without a restart.
///
/// They can be sent back as they were read. A new expiry applies to orders placed from now on, a new commission to orders completed from
/// now on.
#[utoipa::path(put, path = "/api/v1/admin/settings", tag = "admin", params(IfMatch), request_body = pb::UpdateSettingsRequest)]
pub async fn replace_settings(
    state: State<App>,
    caller: Admin,
    if_match: IfMatch,
    body: Edited<pb::UpdateSettingsRequest>,
) -> Result<Versioned<pb::ShopSettings>, ApiError> {
    update_settings(state, caller, if_match, body).await
}

/// Change some of the shop's settings. Those that are not given stay as they are; otherwise the same as replacing them.
#[utoipa::path(patch, path = "/api/v1/admin/settings", tag = "admin", params(IfMatch), request_body = pb::UpdateSettingsRequest)]
pub async fn update_settings(
    State(app): State<App>,
    Admin(context): Admin,
    if_match: IfMatch,
    Edited(mut request, sent): Edited<pb::UpdateSettingsRequest>,
) -> Result<Versioned<pb::ShopSettings>, ApiError> {
    if_match.into_field(&mut request.version)?;
    sent.check(request.version, current(&app, &context)).await?;
    let answer = send!(app.clients.shop, update_settings, &context, request)?;
    Versioned::of(answer.settings)
}

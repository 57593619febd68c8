//! Dashboard, analytics and the export of orders.

use axum::{body::Bytes, extract::State};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use utoipa_axum::{router::OpenApiRouter, routes};

use waybill_proto::{auth, order as pb};
use waybill_service_kit::AppError;

use crate::{
    answer::{Answer, Raw},
    app::{App, read, send},
    dto,
    error::ApiError,
    exports::Export,
    extract::{Admin, Both, Params},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_dashboard))
        .routes(routes!(get_order_analytics))
        .routes(routes!(get_user_analytics))
        .routes(routes!(export_orders))
}

/// Read the dashboard: figures of the last 30 days, the 30 days before, and in total.
#[utoipa::path(get, path = "/api/v1/admin/dashboard", tag = "analytics")]
pub async fn get_dashboard(
    State(app): State<App>,
    Admin(context): Admin,
) -> Result<Answer<dto::Dashboard>, ApiError> {
    let (board, accounts) = tokio::join!(
        async {
            read!(
                app.clients.analytics,
                get_dashboard,
                &context,
                pb::GetDashboardRequest {}
            )
        },
        async {
            let request = auth::GetUserAnalyticsRequest::default();
            read!(app.clients.auth, get_user_analytics, &context, request)
        },
    );
    Ok(Answer(dto::Dashboard::new(board?, accounts?)))
}

/// Read figures of orders, revenue, products and workers over time.
#[utoipa::path(
    get,
    path = "/api/v1/admin/orders/analytics",
    tag = "analytics",
    params(pb::GetOrderAnalyticsRequest)
)]
pub async fn get_order_analytics(
    State(app): State<App>,
    Admin(context): Admin,
    Params(request): Params<pb::GetOrderAnalyticsRequest>,
) -> Result<Answer<pb::GetOrderAnalyticsResponse>, ApiError> {
    let answer = read!(
        app.clients.analytics,
        get_order_analytics,
        &context,
        request
    )?;
    Ok(Answer(answer))
}

/// Read registrations over time, by role.
#[utoipa::path(
    get,
    path = "/api/v1/admin/users/analytics",
    tag = "analytics",
    params(auth::GetUserAnalyticsRequest)
)]
pub async fn get_user_analytics(
    State(app): State<App>,
    Admin(context): Admin,
    Params(request): Params<auth::GetUserAnalyticsRequest>,
) -> Result<Answer<auth::GetUserAnalyticsResponse>, ApiError> {
    let answer = read!(app.clients.auth, get_user_analytics, &context, request)?;
    Ok(Answer(answer))
}

/// Export orders as CSV (RFC 4180, UTF-8, a header line, amounts as decimals of their currency).
///
/// The file is streamed. If the export fails on the way, the connection is closed before the end of the body, so that clients
/// notice the truncated file. Text that a spreadsheet would run as a formula gets an apostrophe in front of it.
#[utoipa::path(get, path = "/api/v1/admin/orders/export", tag = "analytics", params(pb::ListOrdersRequest, Export),
    responses((status = 200, description = "The filtered orders, sorted as requested", content_type = "text/csv", body = String)))]
pub async fn export_orders(
    State(app): State<App>,
    Admin(context): Admin,
    Both(filter, export): Both<pb::ListOrdersRequest, Export>,
) -> Result<Raw, ApiError> {
    let request = pb::ExportOrdersRequest {
        filter: Some(filter),
    };
    let place = app.downloads.place(&context).await?;
    let mut chunks = send!(app.clients.analytics, export_orders, &context, request)?;
    // A failure before the first line is an ordinary error answer.
    let first = chunks.message().await;
    let first = first.map_err(|status| AppError::from_status(&status))?;
    let first = stream::iter(first.map(|first| Ok(Bytes::from(first.chunk))));
    let rest = chunks.map_ok(|next| Bytes::from(next.chunk));
    let rest = rest.map_err(|status| AppError::from_status(&status));
    Ok(export.answer("orders", first.chain(rest), place))
}

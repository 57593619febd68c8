//! The caller's notifications.

use axum::{Json, extract::State};
use garde::Validate;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::notification as pb;

use crate::{
    app::{App, must, read, send},
    dto::{self, page_request},
    error::ApiError,
    extract::{Id, Params, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(unread_count))
        .routes(routes!(read_all))
        .routes(routes!(mark_read))
        .routes(routes!(delete))
}

/// Filters of notifications.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct NotificationFilter {
    /// Only those that were not read yet.
    #[garde(skip)]
    pub unread_only: Option<bool>,
    /// Rows at most, 1 to 100; 20 if not given.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[garde(length(bytes, max = 1024))]
    pub cursor: Option<String>,
    /// Also count the rows of all pages.
    #[garde(skip)]
    pub total: Option<bool>,
}

/// List your notifications, newest first.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "notifications", params(NotificationFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of notifications", body = dto::Page<pb::Notification>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    Params(filter): Params<NotificationFilter>,
) -> Result<Json<dto::Page<pb::Notification>>, ApiError> {
    let request = pb::ListNotificationsRequest {
        page: page_request(filter.limit, filter.cursor, filter.total),
        unread_only: filter.unread_only.unwrap_or(false),
    };
    let answer = read!(
        app.clients.notification,
        list_notifications,
        &context,
        request
    )?;
    Ok(Json(dto::Page::new(answer.notifications, answer.page)))
}

/// Count your unread notifications.
#[utoipa::path(get, path = "/api/v1/notifications/unread-count", tag = "notifications", security(("bearer" = [])),
    responses((status = 200, description = "The count", body = pb::GetUnreadCountResponse)))]
pub async fn unread_count(
    State(app): State<App>,
    SignedIn(context): SignedIn,
) -> Result<Json<pb::GetUnreadCountResponse>, ApiError> {
    let request = pb::GetUnreadCountRequest {};
    let answer = read!(
        app.clients.notification,
        get_unread_count,
        &context,
        request
    )?;
    Ok(Json(pb::GetUnreadCountResponse {
        count: answer.count,
    }))
}

/// Mark a notification as read.
#[utoipa::path(patch, path = "/api/v1/notifications/{id}/read", tag = "notifications", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "The notification", body = pb::Notification)))]
pub async fn mark_read(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Json<pb::Notification>, ApiError> {
    let request = pb::MarkReadRequest { id: id.to_string() };
    let answer = send!(app.clients.notification, mark_read, &context, request)?;
    Ok(Json(must(answer.notification, "the notification")?))
}

/// Mark all your notifications as read.
#[utoipa::path(post, path = "/api/v1/notifications/read-all", tag = "notifications", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = pb::MarkAllReadResponse)))]
pub async fn read_all(
    State(app): State<App>,
    SignedIn(context): SignedIn,
) -> Result<Json<pb::MarkAllReadResponse>, ApiError> {
    let request = pb::MarkAllReadRequest {};
    let answer = send!(app.clients.notification, mark_all_read, &context, request)?;
    Ok(Json(pb::MarkAllReadResponse {
        changed: answer.changed,
    }))
}

/// Delete a notification.
#[utoipa::path(delete, path = "/api/v1/notifications/{id}", tag = "notifications", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 204, description = "Deleted")))]
pub async fn delete(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<StatusCode, ApiError> {
    let request = pb::DeleteNotificationRequest { id: id.to_string() };
    send!(
        app.clients.notification,
        delete_notification,
        &context,
        request
    )?;
    Ok(StatusCode::NO_CONTENT)
}

//! The caller's notifications.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::notification as pb;

use crate::{
    answer::{Answer, NoContent, Page},
    app::{App, read, send},
    error::ApiError,
    expand::{Expand, Expanded},
    extract::{Id, PagedWith, Paging, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_notifications))
        .routes(routes!(count_unread_notifications))
        .routes(routes!(mark_all_notifications_read))
        .routes(routes!(mark_notification_read))
        .routes(routes!(delete_notification))
}

/// List your notifications, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/notifications",
    tag = "notifications",
    params(pb::ListNotificationsRequest, Expand, Paging)
)]
pub async fn list_notifications(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    PagedWith(mut request, expand, page): PagedWith<pb::ListNotificationsRequest, Expand>,
) -> Result<Page<Expanded<pb::Notification>>, ApiError> {
    request.page = page;
    let answer = read!(
        app.clients.notification,
        list_notifications,
        &context,
        request
    )?;
    expand
        .page(&app, &context, answer.notifications, answer.page)
        .await
}

/// Count your unread notifications.
#[utoipa::path(
    get,
    path = "/api/v1/notifications/unread-count",
    tag = "notifications"
)]
pub async fn count_unread_notifications(
    State(app): State<App>,
    SignedIn(context): SignedIn,
) -> Result<Answer<pb::GetUnreadCountResponse>, ApiError> {
    let request = pb::GetUnreadCountRequest {};
    let answer = read!(
        app.clients.notification,
        get_unread_count,
        &context,
        request
    )?;
    Ok(Answer(answer))
}

/// Mark a notification as read.
#[utoipa::path(patch, path = "/api/v1/notifications/{id}/read", tag = "notifications")]
pub async fn mark_notification_read(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Answer<pb::Notification>, ApiError> {
    let request = pb::MarkReadRequest { id: id.to_string() };
    let answer = send!(app.clients.notification, mark_read, &context, request)?;
    Answer::of(answer.notification)
}

/// Mark all your notifications as read.
#[utoipa::path(post, path = "/api/v1/notifications/read-all", tag = "notifications")]
pub async fn mark_all_notifications_read(
    State(app): State<App>,
    SignedIn(context): SignedIn,
) -> Result<Answer<pb::MarkAllReadResponse>, ApiError> {
    let request = pb::MarkAllReadRequest {};
    let answer = send!(app.clients.notification, mark_all_read, &context, request)?;
    Ok(Answer(answer))
}

/// Delete a notification.
#[utoipa::path(delete, path = "/api/v1/notifications/{id}", tag = "notifications")]
pub async fn delete_notification(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<NoContent, ApiError> {
    let request = pb::DeleteNotificationRequest { id: id.to_string() };
    send!(
        app.clients.notification,
        delete_notification,
        &context,
        request
    )?;
    Ok(NoContent)
}

//! Notes and progress steps of orders.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use crate::{
    answer::{Created, Page},
    app::{App, read, send},
    error::ApiError,
    extract::{Body, Id, Idempotency, Paging, Params, SignedIn, Worker},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_notes, add_note))
        .routes(routes!(list_progress, add_progress))
}

/// List the notes on an order, newest first. Customers get the notes with visibility `CUSTOMER`.
#[utoipa::path(get, path = "/api/v1/orders/{id}/notes", tag = "work", params(Paging))]
pub async fn list_notes(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::Note>, ApiError> {
    let request = pb::ListNotesRequest {
        order_id: id.to_string(),
        page: Some(paging.into()),
    };
    let answer = read!(app.clients.work, list_notes, &context, request)?;
    Ok(Page::new(answer.notes, answer.page))
}

/// Add a note to an order, as its assignee or an administrator: internal, or visible to the customer.
#[utoipa::path(post, path = "/api/v1/orders/{id}/notes", tag = "work", params(Idempotency), request_body = pb::AddNoteRequest)]
pub async fn add_note(
    State(app): State<App>,
    Worker(mut context): Worker,
    id: Id,
    idempotency: Idempotency,
    Body(mut request): Body<pb::AddNoteRequest>,
) -> Result<Created<pb::Note>, ApiError> {
    context.idempotency_key = idempotency.0;
    request.order_id = id.to_string();
    let answer = send!(app.clients.work, add_note, &context, request)?;
    Ok(Created::of(answer.note)?.replayed(answer.replayed))
}

/// List the progress steps of an order, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{id}/progress",
    tag = "work",
    params(Paging)
)]
pub async fn list_progress(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::Progress>, ApiError> {
    let request = pb::ListProgressRequest {
        order_id: id.to_string(),
        page: Some(paging.into()),
    };
    let answer = read!(app.clients.work, list_progress, &context, request)?;
    Ok(Page::new(answer.progress, answer.page))
}

/// Report progress of an order, as its assignee or an administrator. The customer sees it at once.
#[utoipa::path(post, path = "/api/v1/orders/{id}/progress", tag = "work", params(Idempotency), request_body = pb::AddProgressRequest)]
pub async fn add_progress(
    State(app): State<App>,
    Worker(mut context): Worker,
    id: Id,
    idempotency: Idempotency,
    Body(mut request): Body<pb::AddProgressRequest>,
) -> Result<Created<pb::Progress>, ApiError> {
    context.idempotency_key = idempotency.0;
    request.order_id = id.to_string();
    let answer = send!(app.clients.work, add_progress, &context, request)?;
    Ok(Created::of(answer.progress)?.replayed(answer.replayed))
}

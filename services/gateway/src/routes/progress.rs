//! Notes and progress steps of orders.

use axum::{Json, extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use super::{Made, Paging, created};
use crate::{
    app::{App, must, read, send},
    dto::{self, page_request},
    error::ApiError,
    extract::{Body, Id, Idempotency, Params, SignedIn, Worker},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(notes, note))
        .routes(routes!(progress, advance))
}

/// List the notes on an order, newest first. Customers get those that are for them.
#[utoipa::path(get, path = "/api/v1/orders/{id}/notes", tag = "work", params(("id" = uuid::Uuid, Path), Paging), security(("bearer" = [])),
    responses((status = 200, description = "A page of notes", body = dto::Page<pb::Note>)))]
pub async fn notes(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(paging): Params<Paging>,
) -> Result<Json<dto::Page<pb::Note>>, ApiError> {
    let request = pb::ListNotesRequest {
        order_id: id.to_string(),
        page: page_request(paging.limit, paging.cursor, paging.total),
    };
    let answer = read!(app.clients.work, list_notes, &context, request)?;
    Ok(Json(dto::Page::new(answer.notes, answer.page)))
}

/// Note something about an order, as its assignee or an administrator: internally, or for the customer, too.
#[utoipa::path(post, path = "/api/v1/orders/{id}/notes", tag = "work", params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters", max_length = 255)), security(("bearer" = [])), request_body = dto::NewNote,
    responses((status = 201, description = "The note", body = pb::Note)))]
pub async fn note(
    State(app): State<App>,
    Worker(mut context): Worker,
    id: Id,
    idempotency: Idempotency,
    Body(body): Body<dto::NewNote>,
) -> Result<Response, ApiError> {
    context.idempotency_key = idempotency.0;
    let request = pb::AddNoteRequest {
        order_id: id.to_string(),
        body: body.body,
        visibility: body.visibility.into(),
    };
    let answer = send!(app.clients.work, add_note, &context, request)?;
    let note: pb::Note = must(answer.note, "the note")?;
    Ok(created(note, answer.replayed, &Made::default()))
}

/// List the steps of an order's progress, newest first.
#[utoipa::path(get, path = "/api/v1/orders/{id}/progress", tag = "work", params(("id" = uuid::Uuid, Path), Paging), security(("bearer" = [])),
    responses((status = 200, description = "A page of steps", body = dto::Page<pb::Progress>)))]
pub async fn progress(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(paging): Params<Paging>,
) -> Result<Json<dto::Page<pb::Progress>>, ApiError> {
    let request = pb::ListProgressRequest {
        order_id: id.to_string(),
        page: page_request(paging.limit, paging.cursor, paging.total),
    };
    let answer = read!(app.clients.work, list_progress, &context, request)?;
    Ok(Json(dto::Page::new(answer.progress, answer.page)))
}

/// Tell how far the work is, as the order's assignee or an administrator. The customer sees it at once.
#[utoipa::path(post, path = "/api/v1/orders/{id}/progress", tag = "work", params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters", max_length = 255)), security(("bearer" = [])), request_body = dto::NewProgress,
    responses((status = 201, description = "The step", body = pb::Progress)))]
pub async fn advance(
    State(app): State<App>,
    Worker(mut context): Worker,
    id: Id,
    idempotency: Idempotency,
    Body(body): Body<dto::NewProgress>,
) -> Result<Response, ApiError> {
    context.idempotency_key = idempotency.0;
    let request = pb::AddProgressRequest {
        order_id: id.to_string(),
        step: body.step,
        percent: body.percent,
        note: body.note.unwrap_or_default(),
    };
    let answer = send!(app.clients.work, add_progress, &context, request)?;
    let progress: pb::Progress = must(answer.progress, "the step")?;
    Ok(created(progress, answer.replayed, &Made::default()))
}

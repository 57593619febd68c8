//! Workers: what they may claim, and their workload.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use crate::{
    answer::{Page, Versioned},
    app::{App, read, send},
    error::ApiError,
    extract::{Admin, Body, Id, IfMatch, Paged, Paging},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_workers))
        .routes(routes!(get_worker, update_worker))
}

/// List workers by name, with their categories, limit and workload.
///
/// Suspended workers, and former workers who still have open orders, are listed with `active` false.
#[utoipa::path(
    get,
    path = "/api/v1/admin/workers",
    tag = "admin",
    params(pb::ListWorkersRequest, Paging)
)]
pub async fn list_workers(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(mut request, page): Paged<pb::ListWorkersRequest>,
) -> Result<Page<pb::WorkerEntry>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.work, list_workers, &context, request)?;
    Ok(Page::new(answer.workers, answer.page))
}

/// Read a worker.
#[utoipa::path(get, path = "/api/v1/admin/workers/{id}", tag = "admin")]
pub async fn get_worker(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
) -> Result<Versioned<pb::WorkerEntry>, ApiError> {
    let request = pb::GetWorkerRequest { id: id.to_string() };
    let answer = read!(app.clients.work, get_worker, &context, request)?;
    Versioned::of(answer.worker)
}

/// Set a worker's categories and limit. Orders that the worker already has are not affected.
#[utoipa::path(patch, path = "/api/v1/admin/workers/{id}", tag = "admin", params(IfMatch), request_body = pb::UpdateWorkerRequest)]
pub async fn update_worker(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Body(mut request): Body<pb::UpdateWorkerRequest>,
) -> Result<Versioned<pb::WorkerEntry>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.work, update_worker, &context, request)?;
    Versioned::of(answer.worker)
}

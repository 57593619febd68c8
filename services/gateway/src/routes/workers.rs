//! Workers: what they may claim, and how much they have.

use axum::{Json, extract::State, response::Response};
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use super::versioned;
use crate::{
    app::{App, must, read, send},
    dto::{self, page_request},
    error::ApiError,
    extract::{Admin, Body, Id, IfMatch, Params},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(workers))
        .routes(routes!(get, update))
}

/// Which workers to show.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct WorkerFilter {
    /// Part of the name.
    #[garde(length(chars, max = 200))]
    pub q: Option<String>,
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

/// List workers by name, with what they may take and how much they have.
///
/// Workers who were suspended, or who are none any more but have open orders, are in it with `active` false.
#[utoipa::path(get, path = "/api/v1/admin/workers", tag = "admin", params(WorkerFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of workers", body = dto::Page<pb::WorkerEntry>)))]
pub async fn workers(
    State(app): State<App>,
    Admin(context): Admin,
    Params(filter): Params<WorkerFilter>,
) -> Result<Json<dto::Page<pb::WorkerEntry>>, ApiError> {
    let request = pb::ListWorkersRequest {
        page: page_request(filter.limit, filter.cursor, filter.total),
        q: filter.q.unwrap_or_default().trim().to_owned(),
    };
    let answer = read!(app.clients.work, list_workers, &context, request)?;
    Ok(Json(dto::Page::new(answer.workers, answer.page)))
}

/// Read a worker.
#[utoipa::path(get, path = "/api/v1/admin/workers/{id}", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "The worker", body = pb::WorkerEntry)))]
pub async fn get(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
) -> Result<Response, ApiError> {
    let request = pb::GetWorkerRequest { id: id.to_string() };
    let answer = read!(app.clients.work, get_worker, &context, request)?;
    worker(answer.worker)
}

/// Set a worker's categories and limit. What they have already stays theirs.
#[utoipa::path(patch, path = "/api/v1/admin/workers/{id}", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::WorkerPatch,
    responses((status = 200, description = "The worker as it is now", body = pb::WorkerEntry)))]
pub async fn update(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Body(body): Body<dto::WorkerPatch>,
) -> Result<Response, ApiError> {
    let categories = body.category_ids.as_deref().unwrap_or_default();
    let request = pb::UpdateWorkerRequest {
        id: id.to_string(),
        category_ids: categories.iter().map(ToString::to_string).collect(),
        replace_categories: body.category_ids.is_some(),
        max_open_orders: body.max_open_orders.flatten(),
        clear_max_open_orders: body.max_open_orders == Some(None),
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.clients.work, update_worker, &context, request)?;
    worker(answer.worker)
}

fn worker(worker: Option<pb::WorkerEntry>) -> Result<Response, ApiError> {
    let worker: pb::WorkerEntry = must(worker, "the worker")?;
    Ok(versioned(worker.version, worker))
}

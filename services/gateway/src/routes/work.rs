//! The pool of work, claims, and requests that an administrator decides.

use axum::{Json, extract::State, response::Response};
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;
use waybill_service_kit::CallContext;

use super::{Paging, created, orders::order};
use crate::{
    app::{App, Gateway, must, read, send},
    dto::{self, ChangeRequestState, page_request},
    error::ApiError,
    extract::{Admin, Body, Id, OptionalBody, Params, SignedIn, Staff, Worker},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(available))
        .routes(routes!(claim))
        .routes(routes!(of_order, ask))
        .routes(routes!(all))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

/// List paid service orders that nobody works on.
#[utoipa::path(get, path = "/api/v1/orders/available", tag = "work", params(Paging), security(("bearer" = [])),
    responses((status = 200, description = "A page of orders", body = dto::Page<dto::Order>)))]
pub async fn available(
    State(app): State<App>,
    Worker(context): Worker,
    Params(paging): Params<Paging>,
) -> Result<Json<dto::Page<dto::Order>>, ApiError> {
    let request = pb::ListAvailableRequest {
        page: page_request(paging.limit, paging.cursor, paging.total),
    };
    let answer = read!(app.work, list_available, &context, request)?;
    let mut page = dto::Page::<dto::Order>::new(answer.orders, answer.page);
    page.items = page.items.into_iter().map(dto::Order::for_pool).collect();
    Ok(Json(page))
}

/// Claim an order. Of several workers exactly one gets it; the others get `ALREADY_CLAIMED`.
#[utoipa::path(post, path = "/api/v1/orders/{id}/claim", tag = "work", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "The order, now yours", body = dto::Order)))]
pub async fn claim(
    State(app): State<App>,
    Staff(context): Staff,
    id: Id,
) -> Result<Response, ApiError> {
    let request = pb::ClaimOrderRequest { id: id.to_string() };
    let answer = send!(app.work, claim_order, &context, request)?;
    order(answer.order)
}

/// Filters of change requests.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ChangeRequestFilter {
    #[garde(skip)]
    pub state: Option<ChangeRequestState>,
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

/// List the change requests of an order.
#[utoipa::path(get, path = "/api/v1/orders/{id}/change-requests", tag = "work", params(("id" = uuid::Uuid, Path), ChangeRequestFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of change requests", body = dto::Page<dto::ChangeRequest>)))]
pub async fn of_order(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(filter): Params<ChangeRequestFilter>,
) -> Result<Json<dto::Page<dto::ChangeRequest>>, ApiError> {
    change_requests(&app, &context, id.to_string(), filter).await
}

/// Ask for a change: completion or reassignment as the assignee, cancellation as the owner.
#[utoipa::path(post, path = "/api/v1/orders/{id}/change-requests", tag = "work", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::NewChangeRequest,
    responses((status = 201, description = "The change request", body = dto::ChangeRequest)))]
pub async fn ask(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Body(body): Body<dto::NewChangeRequest>,
) -> Result<Response, ApiError> {
    let request = pb::CreateChangeRequestRequest {
        order_id: id.to_string(),
        kind: body.kind.into(),
        reason: body.reason,
    };
    let answer = send!(app.work, create_change_request, &context, request)?;
    let request: dto::ChangeRequest = must(answer.change_request, "the change request")?.into();
    Ok(created(request, false))
}

/// List the change requests of all orders.
#[utoipa::path(get, path = "/api/v1/admin/change-requests", tag = "admin", params(ChangeRequestFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of change requests", body = dto::Page<dto::ChangeRequest>)))]
pub async fn all(
    State(app): State<App>,
    Admin(context): Admin,
    Params(filter): Params<ChangeRequestFilter>,
) -> Result<Json<dto::Page<dto::ChangeRequest>>, ApiError> {
    change_requests(&app, &context, String::new(), filter).await
}

async fn change_requests(
    app: &Gateway,
    context: &CallContext,
    order_id: String,
    filter: ChangeRequestFilter,
) -> Result<Json<dto::Page<dto::ChangeRequest>>, ApiError> {
    let request = pb::ListChangeRequestsRequest {
        order_id,
        state: dto::number(filter.state),
        page: page_request(filter.limit, filter.cursor, filter.total),
    };
    let answer = read!(app.work, list_change_requests, context, request)?;
    Ok(Json(dto::Page::new(answer.change_requests, answer.page)))
}

/// Approve a change request: the order is completed, goes back to the pool, or is cancelled.
#[utoipa::path(post, path = "/api/v1/admin/change-requests/{id}/approve", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::Decision>),
    responses((status = 200, description = "The request and its order", body = dto::Decided)))]
pub async fn approve(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    OptionalBody(body): OptionalBody<dto::Decision>,
) -> Result<Json<dto::Decided>, ApiError> {
    decide(&app, &context, id, true, body).await
}

/// Reject a change request; the order stays as it is.
#[utoipa::path(post, path = "/api/v1/admin/change-requests/{id}/reject", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::Decision>),
    responses((status = 200, description = "The request and its order", body = dto::Decided)))]
pub async fn reject(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    OptionalBody(body): OptionalBody<dto::Decision>,
) -> Result<Json<dto::Decided>, ApiError> {
    decide(&app, &context, id, false, body).await
}

async fn decide(
    app: &Gateway,
    context: &CallContext,
    id: Id,
    approve: bool,
    body: dto::Decision,
) -> Result<Json<dto::Decided>, ApiError> {
    let request = pb::DecideChangeRequestRequest {
        id: id.to_string(),
        approve,
        note: body.note.unwrap_or_default(),
    };
    let answer = send!(app.work, decide_change_request, context, request)?;
    // An approved cancellation gives stock back.
    app.products.invalidate();
    Ok(Json(dto::Decided {
        change_request: must(answer.change_request, "the change request")?.into(),
        order: answer.order.map(Into::into),
    }))
}

//! The pool of work, claims, and requests that an administrator decides.

use axum::{Json, extract::State, response::Response};
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use waybill_proto::order::{ChangeRequestKind, ChangeRequestState, OrderKind};
use waybill_proto::{auth, common, order as pb};
use waybill_service_kit::{AppError, CallContext, ErrorKind};

use super::{Made, created, orders::order};
use crate::{
    app::{App, Gateway, must, read, send},
    dto::{self, page_request, rules::at_most},
    error::ApiError,
    extract::{Admin, Body, Id, IfMatch, OptionalBody, Params, SignedIn, Staff, Worker},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(available))
        .routes(routes!(claim))
        .routes(routes!(claim_several))
        .routes(routes!(assign))
        .routes(routes!(release))
        .routes(routes!(workload))
        .routes(routes!(of_order, ask))
        .routes(routes!(all))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

/// What of the pool to show.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct PoolFilter {
    /// Words of the title or the customer's name, or an order number.
    #[garde(length(chars, max = 200))]
    pub q: Option<String>,
    /// Id, slug or name of a category that one of the order's products is in, or in one below it. `categoryId` is taken for it
    /// as well.
    #[garde(length(chars, max = 200))]
    #[serde(alias = "categoryId")]
    pub category: Option<String>,
    /// In minor units; not more than `maxTotal`.
    #[garde(range(min = 0), custom(at_most(self.max_total, "maxTotal")))]
    #[param(minimum = 0)]
    pub min_total: Option<i64>,
    /// In minor units.
    #[garde(range(min = 0))]
    #[param(minimum = 0)]
    pub max_total: Option<i64>,
    #[garde(skip)]
    pub kind: Option<OrderKind>,
    /// Only what you may claim now, by your categories and the number of your open orders. For workers.
    #[garde(skip)]
    pub mine: Option<bool>,
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

/// List paid service orders that nobody works on, the one that waits longest first.
#[utoipa::path(get, path = "/api/v1/orders/available", tag = "work", params(PoolFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of orders", body = dto::Page<pb::Order>)))]
pub async fn available(
    State(app): State<App>,
    Worker(context): Worker,
    Params(filter): Params<PoolFilter>,
) -> Result<Json<dto::Page<pb::Order>>, ApiError> {
    let request = pb::ListAvailableRequest {
        page: page_request(filter.limit, filter.cursor, filter.total),
        q: filter.q.unwrap_or_default().trim().to_owned(),
        category: filter.category.unwrap_or_default().trim().to_owned(),
        min_total: filter.min_total,
        max_total: filter.max_total,
        kind: dto::number(filter.kind),
        only_mine: filter.mine.unwrap_or(false),
    };
    let answer = read!(app.clients.work, list_available, &context, request)?;
    Ok(Json(dto::Page::new(answer.orders, answer.page)))
}

/// Claim an order. Of several workers exactly one gets it; the others get `ALREADY_CLAIMED`.
///
/// A claim that its winner repeats gets the order as it is, for as long as they have it and it has not ended.
#[utoipa::path(post, path = "/api/v1/orders/{id}/claim", tag = "work", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::Versioned>),
    responses((status = 200, description = "The order, now yours", body = pb::Order)))]
pub async fn claim(
    State(app): State<App>,
    Staff(context): Staff,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<dto::Versioned>,
) -> Result<Response, ApiError> {
    let request = pb::ClaimOrderRequest {
        id: id.to_string(),
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.clients.work, claim_order, &context, request)?;
    order(answer.order)
}

/// Claim several orders, each by itself: what became of each is in the answer.
///
/// An order that the worker has already stays as it is, and is a success.
#[utoipa::path(post, path = "/api/v1/orders/claim", tag = "work", security(("bearer" = [])), request_body = dto::Claims,
    responses((status = 200, description = "One result per order", body = pb::ClaimOrdersResponse)))]
pub async fn claim_several(
    State(app): State<App>,
    Staff(context): Staff,
    Body(body): Body<dto::Claims>,
) -> Result<Json<pb::ClaimOrdersResponse>, ApiError> {
    let order_ids = body.order_ids.iter().map(ToString::to_string).collect();
    let request = pb::ClaimOrdersRequest { order_ids };
    let answer = send!(app.clients.work, claim_orders, &context, request)?;
    Ok(Json(answer))
}

/// Give orders to a worker, from the pool or from whoever has them, each by itself.
///
/// The worker's categories and limit hold unless `force` is set. An order that the worker has already stays as it is.
#[utoipa::path(post, path = "/api/v1/orders/assign", tag = "work", security(("bearer" = [])), request_body = dto::Assignment,
    responses((status = 200, description = "One result per order", body = pb::AssignOrdersResponse)))]
pub async fn assign(
    State(app): State<App>,
    Admin(context): Admin,
    Body(body): Body<dto::Assignment>,
) -> Result<Json<pb::AssignOrdersResponse>, ApiError> {
    let request = pb::AssignOrdersRequest {
        order_ids: body.order_ids.iter().map(ToString::to_string).collect(),
        worker_id: body.worker_id.to_string(),
        worker_name: worker_name(&app, &context, "workerId", body.worker_id).await?,
        force: body.force,
    };
    let answer = send!(app.clients.work, assign_orders, &context, request)?;
    Ok(Json(answer))
}

/// The name of an active worker, as auth has it now; anybody else is a fault of `field`.
async fn worker_name(
    app: &Gateway,
    context: &CallContext,
    field: &str,
    id: Uuid,
) -> Result<String, ApiError> {
    let request = auth::GetUserRequest { id: id.to_string() };
    let user = match read!(app.clients.auth, get_user, context, request) {
        Ok(answer) => answer.user,
        Err(error) if error.kind == ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    match user.filter(|user| user.role() == common::Role::Staff && !user.suspended) {
        Some(user) => Ok(format!("{} {}", user.first_name, user.last_name)),
        None => Err(AppError::invalid_field(field, "must be the id of an active worker").into()),
    }
}

/// Give an order back to the pool: its assignee, or an administrator.
#[utoipa::path(post, path = "/api/v1/orders/{id}/release", tag = "work", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::Release>),
    responses((status = 200, description = "The order, without a worker", body = pb::Order)))]
pub async fn release(
    State(app): State<App>,
    Worker(context): Worker,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<dto::Release>,
) -> Result<Response, ApiError> {
    let request = pb::ReleaseOrderRequest {
        id: id.to_string(),
        reason: body.reason.unwrap_or_default(),
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.clients.work, release_order, &context, request)?;
    order(answer.order)
}

/// Your categories, your limit, and how many orders you have.
#[utoipa::path(get, path = "/api/v1/orders/workload", tag = "work", security(("bearer" = [])),
    responses((status = 200, description = "Your own entry", body = pb::WorkerEntry)))]
pub async fn workload(
    State(app): State<App>,
    Staff(context): Staff,
) -> Result<Json<pb::WorkerEntry>, ApiError> {
    let request = pb::GetMyWorkloadRequest {};
    let answer = read!(app.clients.work, get_my_workload, &context, request)?;
    Ok(Json(must(answer.worker, "the worker")?))
}

/// Filters of change requests.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ChangeRequestFilter {
    #[garde(skip)]
    pub state: Option<ChangeRequestState>,
    #[garde(skip)]
    pub kind: Option<ChangeRequestKind>,
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
    responses((status = 200, description = "A page of change requests", body = dto::Page<pb::ChangeRequest>)))]
pub async fn of_order(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(filter): Params<ChangeRequestFilter>,
) -> Result<Json<dto::Page<pb::ChangeRequest>>, ApiError> {
    change_requests(&app, &context, id.to_string(), filter).await
}

/// Ask for a change: completion or reassignment as the assignee, cancellation as the owner.
#[utoipa::path(post, path = "/api/v1/orders/{id}/change-requests", tag = "work", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::NewChangeRequest,
    responses((status = 201, description = "The change request", body = pb::ChangeRequest)))]
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
    let answer = send!(app.clients.work, create_change_request, &context, request)?;
    let request: pb::ChangeRequest = must(answer.change_request, "the change request")?;
    let made = Made::default().version(request.version);
    Ok(created(request, false, &made))
}

/// List the change requests of all orders.
#[utoipa::path(get, path = "/api/v1/admin/change-requests", tag = "admin", params(ChangeRequestFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of change requests", body = dto::Page<pb::ChangeRequest>)))]
pub async fn all(
    State(app): State<App>,
    Admin(context): Admin,
    Params(filter): Params<ChangeRequestFilter>,
) -> Result<Json<dto::Page<pb::ChangeRequest>>, ApiError> {
    change_requests(&app, &context, String::new(), filter).await
}

async fn change_requests(
    app: &Gateway,
    context: &CallContext,
    order_id: String,
    filter: ChangeRequestFilter,
) -> Result<Json<dto::Page<pb::ChangeRequest>>, ApiError> {
    let request = pb::ListChangeRequestsRequest {
        order_id,
        state: dto::number(filter.state),
        kind: dto::number(filter.kind),
        page: page_request(filter.limit, filter.cursor, filter.total),
    };
    let answer = read!(app.clients.work, list_change_requests, context, request)?;
    Ok(Json(dto::Page::new(answer.change_requests, answer.page)))
}

/// Approve a change request: the order is completed or cancelled, or gets another worker.
///
/// An approved reassignment returns the order to the pool, or gives it to the worker that `assignTo` names. With `replace`, the
/// order is closed and another one is opened in its place, linked both ways; it has the payment of the closed one.
#[utoipa::path(post, path = "/api/v1/admin/change-requests/{id}/approve", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::Approval>),
    responses((status = 200, description = "The request and its order", body = pb::DecideChangeRequestResponse)))]
pub async fn approve(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<dto::Approval>,
) -> Result<Json<pb::DecideChangeRequestResponse>, ApiError> {
    let version = if_match.or_field(body.version)?;
    let (assign_to, assign_to_name) = match body.assign_to {
        None => Default::default(),
        Some(worker) => {
            let name = worker_name(&app, &context, "assignTo", worker).await?;
            (worker.to_string(), name)
        }
    };
    let request = pb::DecideChangeRequestRequest {
        id: id.to_string(),
        approve: true,
        note: body.note.unwrap_or_default(),
        assign_to,
        assign_to_name,
        replace: body.replace,
        force: body.force,
        version,
    };
    decide(&app, &context, request).await
}

/// Reject a change request; the order stays as it is.
#[utoipa::path(post, path = "/api/v1/admin/change-requests/{id}/reject", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::Rejection>),
    responses((status = 200, description = "The request and its order", body = pb::DecideChangeRequestResponse)))]
pub async fn reject(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<dto::Rejection>,
) -> Result<Json<pb::DecideChangeRequestResponse>, ApiError> {
    let request = pb::DecideChangeRequestRequest {
        id: id.to_string(),
        approve: false,
        note: body.note.unwrap_or_default(),
        version: if_match.or_field(body.version)?,
        ..Default::default()
    };
    decide(&app, &context, request).await
}

async fn decide(
    app: &Gateway,
    context: &CallContext,
    request: pb::DecideChangeRequestRequest,
) -> Result<Json<pb::DecideChangeRequestResponse>, ApiError> {
    let answer = send!(app.clients.work, decide_change_request, context, request)?;
    // An approved cancellation gives stock back.
    app.products.invalidate();
    Ok(Json(answer))
}

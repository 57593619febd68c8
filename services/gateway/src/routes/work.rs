//! The pool of open orders, claims, assignments and change requests.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::{
    auth,
    common::{self},
    order::{self as pb},
};
use waybill_service_kit::{AppError, CallContext, ErrorKind};

use crate::{
    answer::{Answer, Created, Page, Versioned},
    app::{App, Gateway, read, send},
    error::ApiError,
    expand::{Expand, Expanded},
    extract::{
        Admin, Body, Id, IfMatch, OptionalBody, Paged, PagedWith, Paging, SignedIn, Staff, Worker,
    },
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_available_orders))
        .routes(routes!(claim_order))
        .routes(routes!(claim_orders))
        .routes(routes!(assign_orders))
        .routes(routes!(release_order))
        .routes(routes!(get_workload))
        .routes(routes!(list_change_requests, create_change_request))
        .routes(routes!(list_admin_change_requests))
        .routes(routes!(approve_change_request))
        .routes(routes!(reject_change_request))
}

/// List the pool: paid service orders without a worker, longest waiting first.
#[utoipa::path(
    get,
    path = "/api/v1/orders/available",
    tag = "work",
    params(pb::ListAvailableRequest, Paging)
)]
pub async fn list_available_orders(
    State(app): State<App>,
    Worker(context): Worker,
    Paged(mut request, page): Paged<pb::ListAvailableRequest>,
) -> Result<Page<pb::Order>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.work, list_available, &context, request)?;
    Ok(Page::new(answer.orders, answer.page))
}

/// Claim an order. If several workers claim it, exactly one gets it; the others get `ALREADY_CLAIMED`.
///
/// If the assignee repeats the claim, the answer is the order as it is, until the order ends.
#[utoipa::path(post, path = "/api/v1/orders/{id}/claim", tag = "work", params(IfMatch),
    request_body(content = Option<common::Versioned>))]
pub async fn claim_order(
    State(app): State<App>,
    Staff(context): Staff,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<common::Versioned>,
) -> Result<Versioned<pb::Order>, ApiError> {
    let request = pb::ClaimOrderRequest {
        id: id.to_string(),
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.clients.work, claim_order, &context, request)?;
    Versioned::of(answer.order)
}

/// Claim several orders, each independently; the answer has one result per order.
///
/// An order that the worker already has stays as it is and counts as a success.
#[utoipa::path(post, path = "/api/v1/orders/claim", tag = "work", request_body = pb::ClaimOrdersRequest)]
pub async fn claim_orders(
    State(app): State<App>,
    Staff(context): Staff,
    Body(request): Body<pb::ClaimOrdersRequest>,
) -> Result<Answer<pb::ClaimOrdersResponse>, ApiError> {
    let answer = send!(app.clients.work, claim_orders, &context, request)?;
    Ok(Answer(answer))
}

/// Assign orders to a worker, from the pool or from another worker, each independently.
///
/// The worker's categories and limit apply unless `force` is set. An order that the worker already has stays as it is.
#[utoipa::path(post, path = "/api/v1/orders/assign", tag = "work", request_body = pb::AssignOrdersRequest)]
pub async fn assign_orders(
    State(app): State<App>,
    Admin(context): Admin,
    Body(mut request): Body<pb::AssignOrdersRequest>,
) -> Result<Answer<pb::AssignOrdersResponse>, ApiError> {
    request.worker_name = worker_name(&app, &context, "workerId", &request.worker_id).await?;
    let answer = send!(app.clients.work, assign_orders, &context, request)?;
    Ok(Answer(answer))
}

/// The name of an active worker, read from auth; for any other user, `field` is invalid.
async fn worker_name(
    app: &Gateway,
    context: &CallContext,
    field: &str,
    id: &str,
) -> Result<String, ApiError> {
    let request = auth::GetUserRequest { id: id.to_owned() };
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

/// Return an order to the pool: its assignee, or an administrator.
#[utoipa::path(post, path = "/api/v1/orders/{id}/release", tag = "work", params(IfMatch),
    request_body(content = Option<pb::ReleaseOrderRequest>))]
pub async fn release_order(
    State(app): State<App>,
    Worker(context): Worker,
    id: Id,
    if_match: IfMatch,
    OptionalBody(mut request): OptionalBody<pb::ReleaseOrderRequest>,
) -> Result<Versioned<pb::Order>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.work, release_order, &context, request)?;
    Versioned::of(answer.order)
}

/// Read your categories, your limit, and the number of your open orders.
#[utoipa::path(get, path = "/api/v1/orders/workload", tag = "work")]
pub async fn get_workload(
    State(app): State<App>,
    Staff(context): Staff,
) -> Result<Versioned<pb::WorkerEntry>, ApiError> {
    let request = pb::GetMyWorkloadRequest {};
    let answer = read!(app.clients.work, get_my_workload, &context, request)?;
    Versioned::of(answer.worker)
}

/// List the change requests of an order, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{id}/change-requests",
    tag = "work",
    params(pb::ListChangeRequestsRequest, Expand, Paging)
)]
pub async fn list_change_requests(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    PagedWith(mut request, expand, page): PagedWith<pb::ListChangeRequestsRequest, Expand>,
) -> Result<Page<Expanded<pb::ChangeRequest>>, ApiError> {
    (request.order_id, request.page) = (id.to_string(), page);
    change_requests(&app, &context, request, &expand).await
}

/// Request a change: completion or reassignment as the assignee, cancellation as the owner.
#[utoipa::path(post, path = "/api/v1/orders/{id}/change-requests", tag = "work", request_body = pb::CreateChangeRequestRequest)]
pub async fn create_change_request(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Body(mut request): Body<pb::CreateChangeRequestRequest>,
) -> Result<Created<pb::ChangeRequest>, ApiError> {
    request.order_id = id.to_string();
    let answer = send!(app.clients.work, create_change_request, &context, request)?;
    Ok(Created::of(answer.change_request)?.versioned())
}

/// List the change requests of all orders, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/change-requests",
    tag = "admin",
    params(pb::ListChangeRequestsRequest, Expand, Paging)
)]
pub async fn list_admin_change_requests(
    State(app): State<App>,
    Admin(context): Admin,
    PagedWith(mut request, expand, page): PagedWith<pb::ListChangeRequestsRequest, Expand>,
) -> Result<Page<Expanded<pb::ChangeRequest>>, ApiError> {
    request.page = page;
    change_requests(&app, &context, request, &expand).await
}

async fn change_requests(
    app: &Gateway,
    context: &CallContext,
    request: pb::ListChangeRequestsRequest,
    expand: &Expand,
) -> Result<Page<Expanded<pb::ChangeRequest>>, ApiError> {
    let answer = read!(app.clients.work, list_change_requests, context, request)?;
    expand
        .page(app, context, answer.change_requests, answer.page)
        .await
}

/// Approve a change request: the order is completed, cancelled or reassigned.
///
/// An approved reassignment returns the order to the pool, or assigns it to the worker in `assignTo`. With `replace`, the order is
/// closed and replaced by a new one, which takes over its payment; the two orders are linked.
#[utoipa::path(post, path = "/api/v1/admin/change-requests/{id}/approve", tag = "admin", params(IfMatch),
    request_body(content = Option<pb::DecideChangeRequestRequest>))]
pub async fn approve_change_request(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(mut request): OptionalBody<pb::DecideChangeRequestRequest>,
) -> Result<Answer<pb::DecideChangeRequestResponse>, ApiError> {
    (request.id, request.approve) = (id.to_string(), true);
    if_match.into_field(&mut request.version)?;
    if !request.assign_to.is_empty() {
        request.assign_to_name =
            worker_name(&app, &context, "assignTo", &request.assign_to).await?;
    }
    decide(&app, &context, request).await
}

/// Reject a change request; the order stays as it is.
#[utoipa::path(post, path = "/api/v1/admin/change-requests/{id}/reject", tag = "admin", params(IfMatch),
    request_body(content = Option<pb::Rejection>))]
pub async fn reject_change_request(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<pb::Rejection>,
) -> Result<Answer<pb::DecideChangeRequestResponse>, ApiError> {
    let request = pb::DecideChangeRequestRequest {
        id: id.to_string(),
        approve: false,
        note: body.note,
        version: if_match.or_field(body.version)?,
        ..Default::default()
    };
    decide(&app, &context, request).await
}

async fn decide(
    app: &Gateway,
    context: &CallContext,
    request: pb::DecideChangeRequestRequest,
) -> Result<Answer<pb::DecideChangeRequestResponse>, ApiError> {
    let answer = send!(app.clients.work, decide_change_request, context, request)?;
    // An approved cancellation returns stock.
    app.products.invalidate();
    Ok(Answer(answer))
}

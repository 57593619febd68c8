//! Administrators' screens: users, payments, ledger, mails, system.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::{auth as pb, notification as mails, payment as money};

use crate::{
    answer::{Answer, Page, Versioned},
    app::{App, read, send},
    error::ApiError,
    expand::{Expand, Expanded},
    extract::{Admin, Body, Id, IfMatch, OptionalBody, Paged, PagedWith, Paging, Params},
    health::{self, SystemReport},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_users))
        .routes(routes!(get_user))
        .routes(routes!(change_user_role))
        .routes(routes!(suspend_user))
        .routes(routes!(restore_user))
        .routes(routes!(list_payments))
        .routes(routes!(list_ledger))
        .routes(routes!(list_balances))
        .routes(routes!(list_deliveries))
        .routes(routes!(retry_delivery))
        .routes(routes!(get_system))
}

/// List and search users, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/users",
    tag = "admin",
    params(pb::ListUsersRequest, Paging)
)]
pub async fn list_users(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(mut request, page): Paged<pb::ListUsersRequest>,
) -> Result<Page<pb::User>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.auth, list_users, &context, request)?;
    Ok(Page::new(answer.users, answer.page))
}

/// Read a user.
#[utoipa::path(get, path = "/api/v1/admin/users/{id}", tag = "admin")]
pub async fn get_user(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
) -> Result<Versioned<pb::User>, ApiError> {
    let request = pb::GetUserRequest { id: id.to_string() };
    let answer = read!(app.clients.auth, get_user, &context, request)?;
    Versioned::of(answer.user)
}

/// Change the role of a user.
#[utoipa::path(patch, path = "/api/v1/admin/users/{id}/role", tag = "admin", params(IfMatch), request_body = pb::SetUserRoleRequest)]
pub async fn change_user_role(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Body(mut request): Body<pb::SetUserRoleRequest>,
) -> Result<Versioned<pb::User>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.auth, set_user_role, &context, request)?;
    Versioned::of(answer.user)
}

/// Suspend a user: all sessions end, and no new one can begin.
#[utoipa::path(post, path = "/api/v1/admin/users/{id}/suspend", tag = "admin", request_body(content = Option<pb::SuspendUserRequest>))]
pub async fn suspend_user(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    OptionalBody(mut request): OptionalBody<pb::SuspendUserRequest>,
) -> Result<Versioned<pb::User>, ApiError> {
    request.id = id.to_string();
    let answer = send!(app.clients.auth, suspend_user, &context, request)?;
    Versioned::of(answer.user)
}

/// Lift the suspension of a user.
#[utoipa::path(post, path = "/api/v1/admin/users/{id}/restore", tag = "admin")]
pub async fn restore_user(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
) -> Result<Versioned<pb::User>, ApiError> {
    let request = pb::RestoreUserRequest { id: id.to_string() };
    let answer = send!(app.clients.auth, restore_user, &context, request)?;
    Versioned::of(answer.user)
}

/// List the payments of all orders, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/payments",
    tag = "admin",
    params(money::ListPaymentsRequest, Expand, Paging)
)]
pub async fn list_payments(
    State(app): State<App>,
    Admin(context): Admin,
    PagedWith(mut request, expand, page): PagedWith<money::ListPaymentsRequest, Expand>,
) -> Result<Page<Expanded<money::Payment>>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.payment, list_payments, &context, request)?;
    expand
        .page(&app, &context, answer.payments, answer.page)
        .await
}

/// Read the double-entry ledger: every movement of money, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/ledger",
    tag = "admin",
    params(money::ListLedgerRequest, Paging)
)]
pub async fn list_ledger(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(mut request, page): Paged<money::ListLedgerRequest>,
) -> Result<Page<money::LedgerLine>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.payment, list_ledger, &context, request)?;
    Ok(Page::new(answer.lines, answer.page))
}

/// Read the balances of all accounts of the ledger, now or at a time. The workers' accounts are summed up.
#[utoipa::path(
    get,
    path = "/api/v1/admin/balances",
    tag = "admin",
    params(money::ListBalancesRequest)
)]
pub async fn list_balances(
    State(app): State<App>,
    Admin(context): Admin,
    Params(request): Params<money::ListBalancesRequest>,
) -> Result<Answer<money::ListBalancesResponse>, ApiError> {
    let answer = read!(app.clients.payment, list_balances, &context, request)?;
    Ok(Answer(answer))
}

/// List mails and whether they were sent, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/deliveries",
    tag = "admin",
    params(mails::ListDeliveriesRequest, Paging)
)]
pub async fn list_deliveries(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(mut request, page): Paged<mails::ListDeliveriesRequest>,
) -> Result<Page<mails::Delivery>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.notification, list_deliveries, &context, request)?;
    Ok(Page::new(answer.deliveries, answer.page))
}

/// Queue a mail again that was given up (`DEAD`). One that is queued already stays so.
#[utoipa::path(post, path = "/api/v1/admin/deliveries/{id}/retry", tag = "admin")]
pub async fn retry_delivery(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
) -> Result<Answer<mails::Delivery>, ApiError> {
    let request = mails::RetryDeliveryRequest { id: id.to_string() };
    let answer = send!(app.clients.notification, retry_delivery, &context, request)?;
    Answer::of(answer.delivery)
}

/// Read the status of each part of the platform.
#[utoipa::path(get, path = "/api/v1/admin/system", tag = "admin")]
pub async fn get_system(
    State(app): State<App>,
    Admin(_context): Admin,
) -> Result<Answer<SystemReport>, ApiError> {
    Ok(Answer(health::report(&app).await))
}

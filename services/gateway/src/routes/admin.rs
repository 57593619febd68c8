//! Administrators' screens: users, payments, ledger, system.

use axum::{Json, extract::State, response::Response};
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use waybill_proto::{
    auth as pb,
    common::Role,
    payment::{self as money, PaymentState},
};

use super::{payments::page, users::user};
use crate::{
    app::{App, read, send},
    dto::{self, page_request},
    error::ApiError,
    extract::{Admin, Body, Id, IfMatch, OptionalBody, Origin, Params},
    health::{self, SystemReport},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_users))
        .routes(routes!(get_user))
        .routes(routes!(change_role))
        .routes(routes!(suspend))
        .routes(routes!(restore))
        .routes(routes!(list_payments))
        .routes(routes!(list_ledger))
        .routes(routes!(system))
}

/// Filters of the user list.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct UserFilter {
    /// Part of the e-mail address or the name.
    #[garde(length(chars, max = 200))]
    pub q: Option<String>,
    #[garde(skip)]
    pub role: Option<Role>,
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

/// List and search users.
#[utoipa::path(get, path = "/api/v1/admin/users", tag = "admin", params(UserFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of users", body = dto::Page<pb::User>)))]
pub async fn list_users(
    State(app): State<App>,
    Admin(context): Admin,
    Params(filter): Params<UserFilter>,
) -> Result<Json<dto::Page<pb::User>>, ApiError> {
    let request = pb::ListUsersRequest {
        page: page_request(filter.limit, filter.cursor, filter.total),
        q: filter.q.unwrap_or_default().trim().to_owned(),
        role: dto::number(filter.role),
    };
    let answer = read!(app.clients.auth, list_users, &context, request)?;
    Ok(Json(dto::Page::new(answer.users, answer.page)))
}

/// Read a user.
#[utoipa::path(get, path = "/api/v1/admin/users/{id}", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "The user", body = pb::User)))]
pub async fn get_user(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
) -> Result<Response, ApiError> {
    let request = pb::GetUserRequest { id: id.to_string() };
    let answer = read!(app.clients.auth, get_user, &context, request)?;
    user(answer.user)
}

/// Give a user another role.
#[utoipa::path(patch, path = "/api/v1/admin/users/{id}/role", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::RoleChange,
    responses((status = 200, description = "The user as it is now", body = pb::User)))]
pub async fn change_role(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    if_match: IfMatch,
    Body(body): Body<dto::RoleChange>,
) -> Result<Response, ApiError> {
    let request = pb::SetUserRoleRequest {
        id: id.to_string(),
        role: body.role.into(),
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.clients.auth, set_user_role, &context, request)?;
    user(answer.user)
}

/// Suspend a user: all sessions end, and no new one can begin.
#[utoipa::path(post, path = "/api/v1/admin/users/{id}/suspend", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::Suspension>),
    responses((status = 200, description = "The user as it is now", body = pb::User)))]
pub async fn suspend(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    OptionalBody(body): OptionalBody<dto::Suspension>,
) -> Result<Response, ApiError> {
    let request = pb::SuspendUserRequest {
        id: id.to_string(),
        reason: body.reason.unwrap_or_default(),
    };
    let answer = send!(app.clients.auth, suspend_user, &context, request)?;
    user(answer.user)
}

/// Let a suspended user in again.
#[utoipa::path(post, path = "/api/v1/admin/users/{id}/restore", tag = "admin", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "The user as it is now", body = pb::User)))]
pub async fn restore(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
) -> Result<Response, ApiError> {
    let request = pb::RestoreUserRequest { id: id.to_string() };
    let answer = send!(app.clients.auth, restore_user, &context, request)?;
    user(answer.user)
}

/// Filters of the payment list.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct PaymentFilter {
    #[garde(skip)]
    pub order_id: Option<Uuid>,
    #[garde(skip)]
    pub state: Option<PaymentState>,
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

/// List the payments of all orders.
#[utoipa::path(get, path = "/api/v1/admin/payments", tag = "admin", params(PaymentFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of payments", body = dto::Page<money::Payment>)))]
pub async fn list_payments(
    State(app): State<App>,
    Admin(context): Admin,
    origin: Origin,
    Params(filter): Params<PaymentFilter>,
) -> Result<Json<dto::Page<money::Payment>>, ApiError> {
    let request = money::ListPaymentsRequest {
        order_id: filter.order_id.map(|id| id.to_string()).unwrap_or_default(),
        state: dto::number(filter.state),
        page: page_request(filter.limit, filter.cursor, filter.total),
    };
    let answer = read!(app.clients.payment, list_payments, &context, request)?;
    Ok(Json(page(answer, &origin)))
}

/// Filters of the ledger.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct LedgerFilter {
    #[garde(skip)]
    pub order_id: Option<Uuid>,
    /// Such as `provider:SANDBOX`, `orders`, `platform`.
    #[garde(length(chars, max = 100))]
    pub account: Option<String>,
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

/// Read the ledger: every movement of money, twice.
#[utoipa::path(get, path = "/api/v1/admin/ledger", tag = "admin", params(LedgerFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of ledger lines", body = dto::Page<money::LedgerLine>)))]
pub async fn list_ledger(
    State(app): State<App>,
    Admin(context): Admin,
    Params(filter): Params<LedgerFilter>,
) -> Result<Json<dto::Page<money::LedgerLine>>, ApiError> {
    let request = money::ListLedgerRequest {
        page: page_request(filter.limit, filter.cursor, filter.total),
        order_id: filter.order_id.map(|id| id.to_string()).unwrap_or_default(),
        account: filter.account.unwrap_or_default(),
    };
    let answer = read!(app.clients.payment, list_ledger, &context, request)?;
    Ok(Json(dto::Page::new(answer.lines, answer.page)))
}

/// How each part of the platform is.
#[utoipa::path(get, path = "/api/v1/admin/system", tag = "admin", security(("bearer" = [])),
    responses((status = 200, description = "The parts", body = SystemReport)))]
pub async fn system(
    State(app): State<App>,
    Admin(_context): Admin,
) -> Result<Json<SystemReport>, ApiError> {
    Ok(Json(health::report(&app).await))
}

//! Orders: placing, reading, moving along, cancelling.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use waybill_proto::order as pb;
use waybill_service_kit::CallContext;

use super::{created, versioned};
use crate::{
    app::{App, Gateway, must, read, send},
    dto::{self, OrderSort, OrderStatus, PaymentStatus, page_request},
    error::ApiError,
    extract::{Body, Id, Idempotency, IfMatch, OptionalBody, Params, SignedIn, Worker},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, place))
        .routes(routes!(get))
        .routes(routes!(change_status))
        .routes(routes!(cancel, cancel_by_delete))
        .routes(routes!(history))
}

/// Filters of the order list.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct OrderFilter {
    /// An order number, or part of the title or the customer's name.
    #[garde(length(chars, max = 200))]
    pub q: Option<String>,
    #[garde(skip)]
    pub status: Option<OrderStatus>,
    #[garde(skip)]
    pub payment_status: Option<PaymentStatus>,
    /// Placed at this time or later.
    #[garde(skip)]
    pub from: Option<DateTime<Utc>>,
    /// Placed before this time.
    #[garde(skip)]
    pub to: Option<DateTime<Utc>>,
    #[garde(skip)]
    pub customer_id: Option<Uuid>,
    #[garde(skip)]
    pub assignee_id: Option<Uuid>,
    /// In minor units.
    #[garde(range(min = 0))]
    #[param(minimum = 0)]
    pub min_total: Option<i64>,
    /// In minor units.
    #[garde(range(min = 0))]
    #[param(minimum = 0)]
    pub max_total: Option<i64>,
    #[garde(skip)]
    pub sort: Option<OrderSort>,
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

impl From<OrderFilter> for pb::ListOrdersRequest {
    fn from(filter: OrderFilter) -> Self {
        let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        Self {
            page: page_request(filter.limit, filter.cursor, filter.total),
            q: filter.q.unwrap_or_default().trim().to_owned(),
            status: dto::number(filter.status),
            payment_status: dto::number(filter.payment_status),
            from: filter.from.map(dto::to_proto_time),
            to: filter.to.map(dto::to_proto_time),
            customer_id: id(filter.customer_id),
            assignee_id: id(filter.assignee_id),
            min_total: filter.min_total,
            max_total: filter.max_total,
            sort: dto::number(filter.sort),
        }
    }
}

/// List orders: customers see theirs, staff those assigned to them, administrators all.
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(OrderFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of orders", body = dto::Page<dto::Order>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    Params(filter): Params<OrderFilter>,
) -> Result<Json<dto::Page<dto::Order>>, ApiError> {
    list_with(&app, &context, filter).await
}

/// Also the short contract's.
pub async fn list_with(
    app: &Gateway,
    context: &CallContext,
    filter: OrderFilter,
) -> Result<Json<dto::Page<dto::Order>>, ApiError> {
    let request: pb::ListOrdersRequest = filter.into();
    let answer = read!(app.orders, list_orders, context, request)?;
    Ok(Json(dto::Page::new(answer.orders, answer.page)))
}

/// Place an order: items, a free description, or both. Stock is reserved at once.
///
/// With an `Idempotency-Key` a repeat gets the first answer again, with the header `Idempotency-Replayed`.
#[utoipa::path(post, path = "/api/v1/orders", tag = "orders", security(("bearer" = [])), request_body = dto::NewOrder,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters", max_length = 255)),
    responses((status = 201, description = "The order", body = dto::Order)))]
pub async fn place(
    State(app): State<App>,
    SignedIn(mut context): SignedIn,
    idempotency: Idempotency,
    Body(body): Body<dto::NewOrder>,
) -> Result<Response, ApiError> {
    context.idempotency_key = idempotency.0;
    let answer = send!(app.orders, place_order, &context, body.into())?;
    let order: dto::Order = must(answer.order, "the order")?.into();
    if !order.items.is_empty() {
        app.products.invalidate();
    }
    Ok(created(order, answer.replayed))
}

/// Read an order: its owner, its assignee, administrators.
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "The order", body = dto::Order)))]
pub async fn get(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Response, ApiError> {
    let request = pb::GetOrderRequest { id: id.to_string() };
    let answer = read!(app.orders, get_order, &context, request)?;
    let order = dto::Order::from(must(answer.order, "the order")?).seen_by(context.user()?);
    Ok(versioned(order.version, order))
}

/// Move an order along. Staff may do so with orders that are assigned to them.
#[utoipa::path(patch, path = "/api/v1/orders/{id}/status", tag = "orders", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::StatusChange,
    responses((status = 200, description = "The order as it is now", body = dto::Order)))]
pub async fn change_status(
    State(app): State<App>,
    Worker(context): Worker,
    id: Id,
    if_match: IfMatch,
    Body(body): Body<dto::StatusChange>,
) -> Result<Response, ApiError> {
    let request = pb::ChangeStatusRequest {
        id: id.to_string(),
        status: body.status.into(),
        note: body.note.unwrap_or_default(),
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.orders, change_status, &context, request)?;
    app.products.invalidate();
    order(answer.order)
}

/// Cancel an order. What was paid is refunded, what was reserved goes back to the stock.
#[utoipa::path(post, path = "/api/v1/orders/{id}/cancel", tag = "orders", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::CancelOrder>),
    responses((status = 200, description = "The cancelled order", body = dto::Order)))]
pub async fn cancel(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<dto::CancelOrder>,
) -> Result<Response, ApiError> {
    cancel_with(&app, &context, id, if_match, body).await
}

/// Cancel an order; the same as POST.
#[utoipa::path(delete, path = "/api/v1/orders/{id}/cancel", tag = "orders", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body(content = Option<dto::CancelOrder>),
    responses((status = 200, description = "The cancelled order", body = dto::Order)))]
pub async fn cancel_by_delete(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    if_match: IfMatch,
    OptionalBody(body): OptionalBody<dto::CancelOrder>,
) -> Result<Response, ApiError> {
    cancel_with(&app, &context, id, if_match, body).await
}

async fn cancel_with(
    app: &Gateway,
    context: &CallContext,
    id: Id,
    if_match: IfMatch,
    body: dto::CancelOrder,
) -> Result<Response, ApiError> {
    let request = pb::CancelOrderRequest {
        id: id.to_string(),
        reason: body.reason.unwrap_or_default(),
        version: if_match.or_field(body.version)?,
    };
    let answer = send!(app.orders, cancel_order, context, request)?;
    app.products.invalidate();
    order(answer.order)
}

/// All changes of one order, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct History {
    pub items: Vec<dto::HistoryItem>,
    /// Always null: a history is not paged.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// Which part of the history.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct HistoryFilter {
    /// Only what came after this version of the order.
    #[garde(range(min = 0))]
    #[param(minimum = 0)]
    pub after_version: Option<i64>,
}

/// What happened to an order, when and by whom.
#[utoipa::path(get, path = "/api/v1/orders/{id}/history", tag = "orders", params(("id" = uuid::Uuid, Path), HistoryFilter), security(("bearer" = [])),
    responses((status = 200, description = "The history, oldest first", body = History)))]
pub async fn history(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(filter): Params<HistoryFilter>,
) -> Result<Response, ApiError> {
    let request = pb::GetHistoryRequest {
        order_id: id.to_string(),
        after_version: filter.after_version.unwrap_or(0),
    };
    let answer = read!(app.orders, get_history, &context, request)?;
    let history = History {
        items: answer.items.into_iter().map(Into::into).collect(),
        next_cursor: None,
    };
    Ok(Json(history).into_response())
}

pub fn order(order: Option<pb::Order>) -> Result<Response, ApiError> {
    let order: dto::Order = must(order, "the order")?.into();
    Ok(versioned(order.version, order))
}

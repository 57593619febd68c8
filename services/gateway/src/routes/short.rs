//! The short contract under `/api`: the same handlers for clients that were written against it.

use axum::{Json, Router, extract::State, response::Response, routing};
use http::HeaderMap;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order;

use super::{
    auth, orders,
    orders::OrderFilter,
    products::{self, ProductFilter},
};
use crate::{
    app::App,
    dto,
    error::ApiError,
    extract::{
        Admin, Anyone, Body, CartToken, Id, Idempotency, IfMatch, Params, SignedIn, Unsigned,
        Worker,
    },
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(list_products, create_product))
        .routes(routes!(place_order))
        .routes(routes!(list_orders))
        .routes(routes!(get_order))
        .routes(routes!(change_status))
}

/// The same without the slash at the end; not in OpenAPI, which describes one spelling.
pub fn without_slash() -> Router<App> {
    Router::new()
        .route(
            "/api/products",
            routing::get(list_products).post(create_product),
        )
        .route("/api/orders", routing::post(place_order))
}

/// Create an account (short contract).
#[utoipa::path(post, path = "/api/users/register", tag = "short", request_body = dto::ShortRegister,
    responses((status = 201, description = "Registered and signed in", body = dto::Session)))]
pub async fn register(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    Body(body): Body<dto::ShortRegister>,
) -> Result<Response, ApiError> {
    auth::register_with(&app, &context, body.into()).await
}

/// Sign in (short contract).
#[utoipa::path(post, path = "/api/users/login", tag = "short", request_body = dto::ShortLogin,
    responses((status = 200, description = "Signed in", body = dto::Session)))]
pub async fn login(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    Body(body): Body<dto::ShortLogin>,
) -> Result<Response, ApiError> {
    auth::login_with(&app, &context, body.into()).await
}

/// List products (short contract).
#[utoipa::path(get, path = "/api/products/", tag = "short", params(ProductFilter), security((), ("bearer" = [])),
    responses((status = 200, description = "A page of products", body = dto::Page<order::Product>),
        (status = 403, description = "`FORBIDDEN`: `lowStock` is for administrators", body = crate::error::ErrorBody<'_>)))]
pub async fn list_products(
    state: State<App>,
    caller: Anyone,
    headers: HeaderMap,
    filter: Params<ProductFilter>,
) -> Result<Response, ApiError> {
    products::list(state, caller, headers, filter).await
}

/// Add a product (short contract).
#[utoipa::path(post, path = "/api/products/", tag = "short", security(("bearer" = [])), request_body = dto::NewProduct,
    responses((status = 201, description = "The product", body = order::Product)))]
pub async fn create_product(
    state: State<App>,
    caller: Admin,
    body: Body<dto::NewProduct>,
) -> Result<Response, ApiError> {
    products::create(state, caller, body).await
}

/// Place an order (short contract).
#[utoipa::path(post, path = "/api/orders/", tag = "short", security((), ("bearer" = [])), request_body = dto::NewOrder,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters", max_length = 255),
        ("X-Cart-Token" = Option<String>, Header, description = "Names the cart of `fromCart`, for callers who are not signed in", max_length = 128)),
    responses((status = 201, description = "The order", body = dto::PlacedOrder)))]
pub async fn place_order(
    state: State<App>,
    caller: Anyone,
    idempotency: Idempotency,
    cart: CartToken,
    body: Body<dto::NewOrder>,
) -> Result<Response, ApiError> {
    orders::place(state, caller, idempotency, cart, body).await
}

/// List all orders (short contract).
#[utoipa::path(get, path = "/api/orders/admin", tag = "short", params(OrderFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of orders", body = dto::Page<order::Order>)))]
pub async fn list_orders(
    State(app): State<App>,
    Admin(context): Admin,
    Params(filter): Params<OrderFilter>,
) -> Result<Json<dto::Page<order::Order>>, ApiError> {
    orders::list_with(&app, &context, filter).await
}

/// Read an order (short contract).
#[utoipa::path(get, path = "/api/orders/{id}", tag = "short", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "The order", body = order::Order)))]
pub async fn get_order(state: State<App>, caller: SignedIn, id: Id) -> Result<Response, ApiError> {
    orders::get(state, caller, id).await
}

/// Move an order along (short contract).
#[utoipa::path(patch, path = "/api/orders/{id}/status", tag = "short", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::StatusChange,
    responses((status = 200, description = "The order as it is now", body = order::Order)))]
pub async fn change_status(
    state: State<App>,
    caller: Worker,
    id: Id,
    if_match: IfMatch,
    body: Body<dto::StatusChange>,
) -> Result<Response, ApiError> {
    orders::change_status(state, caller, id, if_match, body).await
}

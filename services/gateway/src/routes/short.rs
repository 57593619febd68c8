//! The legacy API under `/api`: the same handlers for older clients.

use axum::{Router, extract::State, routing};
use http::HeaderMap;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order;

use super::{auth, orders, products};
use crate::{
    answer::{Answer, Created, Page, Stored, Versioned, WithCookies},
    app::App,
    dto,
    error::ApiError,
    extract::{
        Admin, Anyone, Body, CartToken, Id, Idempotency, IfMatch, Origin, Paged, Paging, SignedIn,
        Unsigned, Worker,
    },
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(legacy_register))
        .routes(routes!(legacy_login))
        .routes(routes!(legacy_list_products, legacy_create_product))
        .routes(routes!(legacy_place_order))
        .routes(routes!(legacy_list_orders))
        .routes(routes!(legacy_get_order))
        .routes(routes!(legacy_change_order_status))
}

/// Other spellings of these routes, which OpenAPI does not describe: without the trailing slash, and under the base path of the API,
/// so that a client can use one base path for everything.
pub fn other_spellings() -> Router<App> {
    Router::new()
        .route(
            "/api/products",
            routing::get(legacy_list_products).post(legacy_create_product),
        )
        .route("/api/orders", routing::post(legacy_place_order))
        .route("/api/v1/orders/admin", routing::get(legacy_list_orders))
        .route("/api/v1/users/register", routing::post(legacy_register))
        .route("/api/v1/users/login", routing::post(legacy_login))
}

/// Create an account (legacy API).
#[utoipa::path(post, path = "/api/users/register", tag = "legacy", request_body = dto::ShortRegister, security(()))]
pub async fn legacy_register(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    Body(body): Body<dto::ShortRegister>,
) -> Result<WithCookies<Created<dto::Session>>, ApiError> {
    let registered = auth::register_with(&app, &context, body.into()).await;
    registered.map_err(|error| {
        error.renamed(|field| matches!(field, "firstName" | "lastName").then(|| "name".to_owned()))
    })
}

/// Sign in (legacy API).
#[utoipa::path(post, path = "/api/users/login", tag = "legacy", request_body = dto::ShortLogin, security(()))]
pub async fn legacy_login(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    Body(body): Body<dto::ShortLogin>,
) -> Result<WithCookies<Answer<dto::Session>>, ApiError> {
    auth::login_with(&app, &context, body.into()).await
}

/// List products, newest first (legacy API).
#[utoipa::path(get, path = "/api/products/", tag = "legacy", params(order::ListProductsRequest, Paging), security((), ("bearer" = [])),
    responses((status = 403, description = "`FORBIDDEN`: `lowStock` is for administrators", body = crate::error::ErrorBody<'_>)))]
pub async fn legacy_list_products(
    state: State<App>,
    caller: Anyone,
    origin: Origin,
    headers: HeaderMap,
    filter: Paged<order::ListProductsRequest>,
) -> Result<Stored<Page<order::Product>>, ApiError> {
    products::list_products(state, caller, origin, headers, filter).await
}

/// Add a product (legacy API).
#[utoipa::path(post, path = "/api/products/", tag = "legacy", request_body = order::CreateProductRequest)]
pub async fn legacy_create_product(
    state: State<App>,
    caller: Admin,
    body: Body<order::CreateProductRequest>,
) -> Result<Created<order::Product>, ApiError> {
    products::create_product(state, caller, body).await
}

/// Place an order (legacy API).
#[utoipa::path(post, path = "/api/orders/", tag = "legacy", params(Idempotency, CartToken),
    request_body = order::PlaceOrderRequest,
    security((), ("cartToken" = []), ("bearer" = [])))]
pub async fn legacy_place_order(
    state: State<App>,
    caller: Anyone,
    idempotency: Idempotency,
    cart: CartToken,
    body: Body<order::PlaceOrderRequest>,
) -> Result<WithCookies<Created<dto::PlacedOrder>>, ApiError> {
    orders::place_order(state, caller, idempotency, cart, body).await
}

/// List all orders, newest first (legacy API).
#[utoipa::path(
    get,
    path = "/api/orders/admin",
    tag = "legacy",
    params(order::ListOrdersRequest, Paging)
)]
pub async fn legacy_list_orders(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(request, page): Paged<order::ListOrdersRequest>,
) -> Result<Page<order::Order>, ApiError> {
    orders::list_with(&app, &context, request, page).await
}

/// Read an order (legacy API).
#[utoipa::path(get, path = "/api/orders/{id}", tag = "legacy")]
pub async fn legacy_get_order(
    state: State<App>,
    caller: SignedIn,
    id: Id,
) -> Result<Versioned<order::Order>, ApiError> {
    orders::get_order(state, caller, id).await
}

/// Change the status of an order (legacy API).
#[utoipa::path(patch, path = "/api/orders/{id}/status", tag = "legacy", params(IfMatch), request_body = order::ChangeStatusRequest)]
pub async fn legacy_change_order_status(
    state: State<App>,
    caller: Worker,
    id: Id,
    if_match: IfMatch,
    body: Body<order::ChangeStatusRequest>,
) -> Result<Versioned<order::Order>, ApiError> {
    orders::change_order_status(state, caller, id, if_match, body).await
}

//! Carts of guests and users.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderValue;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use crate::{
    app::{App, must, read, send},
    dto,
    error::ApiError,
    extract::{Anyone, Body, CART_TOKEN, CartToken, Id, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get, clear))
        .routes(routes!(put_item, remove_item))
        .routes(routes!(merge))
}

/// Look into the cart: yours if you are signed in, else the one that `X-Cart-Token` names.
///
/// Prices and stock are those of now, and what has changed since a line was written is told line by line. A token that names
/// nothing is an empty cart.
#[utoipa::path(get, path = "/api/v1/cart", tag = "cart", security((), ("bearer" = [])),
    params(("X-Cart-Token" = Option<String>, Header, description = "As PUT gave it out; for callers who are not signed in", max_length = 128)),
    responses((status = 200, description = "The cart", body = pb::Cart)))]
pub async fn get(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
) -> Result<Response, ApiError> {
    let request = pb::GetCartRequest { cart_token };
    let answer = read!(app.clients.cart, get_cart, &context, request)?;
    cart(answer.cart)
}

/// Take everything out of the cart.
#[utoipa::path(delete, path = "/api/v1/cart", tag = "cart", security((), ("bearer" = [])),
    params(("X-Cart-Token" = Option<String>, Header, description = "As PUT gave it out; for callers who are not signed in", max_length = 128)),
    responses((status = 200, description = "The empty cart", body = pb::Cart)))]
pub async fn clear(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
) -> Result<Response, ApiError> {
    let request = pb::ClearCartRequest { cart_token };
    let answer = send!(app.clients.cart, clear_cart, &context, request)?;
    cart(answer.cart)
}

/// Put a product into the cart, or say anew how many of it are wanted.
///
/// More than is in stock is refused with `OUT_OF_STOCK`, which tells what is left. Whoever is not signed in gets the token of
/// the cart in the answer's header `X-Cart-Token`, and sends it from then on.
#[utoipa::path(put, path = "/api/v1/cart/items/{productId}", tag = "cart", security((), ("bearer" = [])), request_body = dto::CartQuantity,
    params(("productId" = uuid::Uuid, Path), ("X-Cart-Token" = Option<String>, Header, description = "As PUT gave it out; for callers who are not signed in", max_length = 128)),
    responses((status = 200, description = "The cart", body = pb::Cart)))]
pub async fn put_item(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
    id: Id,
    Body(body): Body<dto::CartQuantity>,
) -> Result<Response, ApiError> {
    let request = pb::PutCartItemRequest {
        cart_token,
        product_id: id.to_string(),
        quantity: body.quantity,
    };
    let answer = send!(app.clients.cart, put_cart_item, &context, request)?;
    let mut response = cart(answer.cart)?;
    if let Ok(token) = HeaderValue::try_from(answer.cart_token)
        && !token.is_empty()
    {
        response.headers_mut().insert(CART_TOKEN, token);
    }
    Ok(response)
}

/// Take a product out of the cart; one that is not in it is no error.
#[utoipa::path(delete, path = "/api/v1/cart/items/{productId}", tag = "cart", security((), ("bearer" = [])),
    params(("productId" = uuid::Uuid, Path), ("X-Cart-Token" = Option<String>, Header, description = "As PUT gave it out; for callers who are not signed in", max_length = 128)),
    responses((status = 200, description = "The cart", body = pb::Cart)))]
pub async fn remove_item(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
    id: Id,
) -> Result<Response, ApiError> {
    let request = pb::RemoveCartItemRequest {
        cart_token,
        product_id: id.to_string(),
    };
    let answer = send!(app.clients.cart, remove_cart_item, &context, request)?;
    cart(answer.cart)
}

/// After signing in: what is in the cart of `X-Cart-Token` goes into yours.
///
/// Quantities add up; what is more than is left is shown as `QUANTITY_REDUCED`, and what finds no room as `leftOut`. A repeat
/// adds nothing and gives the same answer.
#[utoipa::path(post, path = "/api/v1/cart/merge", tag = "cart", security(("bearer" = [])),
    params(("X-Cart-Token" = Option<String>, Header, description = "Of the cart that was filled before signing in", max_length = 128)),
    responses((status = 200, description = "Your cart", body = pb::Cart),
        (status = 404, description = "`CART_NOT_FOUND`: the token names no cart", body = crate::error::ErrorBody<'_>)))]
pub async fn merge(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    CartToken(cart_token): CartToken,
) -> Result<Response, ApiError> {
    let request = pb::MergeCartRequest { cart_token };
    let answer = send!(app.clients.cart, merge_cart, &context, request)?;
    cart(answer.cart)
}

fn cart(cart: Option<pb::Cart>) -> Result<Response, ApiError> {
    let cart: pb::Cart = must(cart, "the cart")?;
    Ok(Json(cart).into_response())
}

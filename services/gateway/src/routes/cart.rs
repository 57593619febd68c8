//! Carts of guests and users.

use axum::extract::State;
use http::HeaderValue;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use crate::{
    answer::{Answer, WithCartToken},
    app::{App, read, send},
    error::ApiError,
    extract::{Anyone, Body, CartToken, Id, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_cart, clear_cart))
        .routes(routes!(put_cart_item, remove_cart_item))
        .routes(routes!(merge_cart))
}

/// Look into the cart: yours if you are signed in, else the one that `X-Cart-Token` names.
///
/// Prices and stock are those of now, and what has changed since a line was written is told line by line. A token that names
/// nothing is an empty cart.
#[utoipa::path(get, path = "/api/v1/cart", tag = "cart", params(CartToken), security((), ("cartToken" = []), ("bearer" = [])))]
pub async fn get_cart(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
) -> Result<Answer<pb::Cart>, ApiError> {
    let request = pb::GetCartRequest { cart_token };
    let answer = read!(app.clients.cart, get_cart, &context, request)?;
    Answer::of(answer.cart)
}

/// Take everything out of the cart.
#[utoipa::path(delete, path = "/api/v1/cart", tag = "cart", params(CartToken), security((), ("cartToken" = []), ("bearer" = [])))]
pub async fn clear_cart(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
) -> Result<Answer<pb::Cart>, ApiError> {
    let request = pb::ClearCartRequest { cart_token };
    let answer = send!(app.clients.cart, clear_cart, &context, request)?;
    Answer::of(answer.cart)
}

/// Put a product into the cart, or change how many of it are wanted.
///
/// More than is in stock is refused with `OUT_OF_STOCK`, which tells what is left. Whoever is not signed in gets the token of
/// the cart in the answer's header `X-Cart-Token`, and sends it from then on.
#[utoipa::path(put, path = "/api/v1/cart/items/{productId}", tag = "cart", params(CartToken),
    request_body = pb::PutCartItemRequest,
    security((), ("cartToken" = []), ("bearer" = [])))]
pub async fn put_cart_item(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
    id: Id,
    Body(mut request): Body<pb::PutCartItemRequest>,
) -> Result<WithCartToken<Answer<pb::Cart>>, ApiError> {
    (request.cart_token, request.product_id) = (cart_token, id.to_string());
    let answer = send!(app.clients.cart, put_cart_item, &context, request)?;
    let token = HeaderValue::try_from(answer.cart_token).unwrap_or(HeaderValue::from_static(""));
    Ok(WithCartToken(token, Answer::of(answer.cart)?))
}

/// Take a product out of the cart; one that is not in it is no error.
#[utoipa::path(delete, path = "/api/v1/cart/items/{productId}", tag = "cart", params(CartToken),
    security((), ("cartToken" = []), ("bearer" = [])))]
pub async fn remove_cart_item(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
    id: Id,
) -> Result<Answer<pb::Cart>, ApiError> {
    let request = pb::RemoveCartItemRequest {
        cart_token,
        product_id: id.to_string(),
    };
    let answer = send!(app.clients.cart, remove_cart_item, &context, request)?;
    Answer::of(answer.cart)
}

/// After signing in: what is in the cart of `X-Cart-Token` goes into yours.
///
/// Quantities add up; what is more than is left is shown as `QUANTITY_REDUCED`, and what finds no room as `leftOut`. A repeat
/// adds nothing and gives the same answer.
#[utoipa::path(post, path = "/api/v1/cart/merge", tag = "cart", params(CartToken),
    responses((status = 404, description = "`CART_NOT_FOUND`: the token names no cart", body = crate::error::ErrorBody<'_>)))]
pub async fn merge_cart(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    CartToken(cart_token): CartToken,
) -> Result<Answer<pb::Cart>, ApiError> {
    let request = pb::MergeCartRequest { cart_token };
    let answer = send!(app.clients.cart, merge_cart, &context, request)?;
    Answer::of(answer.cart)
}

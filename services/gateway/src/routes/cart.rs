//! Carts of guests and users.

use axum::extract::State;
use http::HeaderValue;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use crate::{
    answer::{Answer, NoContent, WithCartToken},
    app::{App, read, send},
    error::ApiError,
    extract::{Anyone, Body, CartToken, Id, RequiredCartToken, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_cart, clear_cart))
        .routes(routes!(put_cart_item, remove_cart_item))
        .routes(routes!(merge_cart))
}

/// Read the cart: yours if you are signed in, else the cart of `X-Cart-Token`.
///
/// Prices and stock are current; each line shows what has changed since it was written. An unknown token gives an empty cart.
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

/// Empty the cart.
#[utoipa::path(delete, path = "/api/v1/cart", tag = "cart", params(CartToken), security((), ("cartToken" = []), ("bearer" = [])))]
pub async fn clear_cart(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
) -> Result<NoContent, ApiError> {
    let request = pb::ClearCartRequest { cart_token };
    send!(app.clients.cart, clear_cart, &context, request)?;
    Ok(NoContent)
}

/// Put a product into the cart, or change its quantity.
///
/// A quantity above the stock is refused with `OUT_OF_STOCK`, which says how many are available. A client that is not signed in
/// gets the cart token in the response header `X-Cart-Token` and sends it with later requests.
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

/// Remove a product from the cart; it is no error if the product is not in it.
#[utoipa::path(delete, path = "/api/v1/cart/items/{productId}", tag = "cart", params(CartToken),
    security((), ("cartToken" = []), ("bearer" = [])))]
pub async fn remove_cart_item(
    State(app): State<App>,
    Anyone(context): Anyone,
    CartToken(cart_token): CartToken,
    id: Id,
) -> Result<NoContent, ApiError> {
    let request = pb::RemoveCartItemRequest {
        cart_token,
        product_id: id.to_string(),
    };
    send!(app.clients.cart, remove_cart_item, &context, request)?;
    Ok(NoContent)
}

/// Merge the cart of `X-Cart-Token` into yours, after signing in.
///
/// Quantities add up; a quantity that was limited to the stock is shown as `QUANTITY_REDUCED`, lines that do not fit into the cart
/// as `leftOut`. A repeated merge adds nothing and gets the same answer.
#[utoipa::path(post, path = "/api/v1/cart/merge", tag = "cart", params(RequiredCartToken),
    responses((status = 404, description = "`CART_NOT_FOUND`: the token names no cart", body = crate::error::ErrorBody<'_>)))]
pub async fn merge_cart(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    RequiredCartToken(cart_token): RequiredCartToken,
) -> Result<Answer<pb::Cart>, ApiError> {
    let request = pb::MergeCartRequest { cart_token };
    let answer = send!(app.clients.cart, merge_cart, &context, request)?;
    Answer::of(answer.cart)
}

//! Quotes: the price of an order that was placed without one.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order::{self as pb};

use crate::{
    answer::{NoContent, Versioned},
    app::{App, send},
    error::ApiError,
    extract::{Body, Id, IfMatch, SignedIn, Worker, not_negative},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(set_quote, withdraw_quote))
        .routes(routes!(accept_quote))
}

/// Offer a price for a request for a quote: staff, administrators.
///
/// An order that is placed without a price is a request for a quote (`quote` of the order is not null). Staff find open requests by
/// `GET /orders?quote=REQUESTED`. The offer replaces an earlier one that is not accepted; while an offer stands, only who made it and
/// administrators change it. The same offer again changes nothing.
#[utoipa::path(put, path = "/api/v1/orders/{id}/quote", tag = "orders", params(IfMatch), request_body = pb::SetQuoteRequest)]
pub async fn set_quote(
    State(app): State<App>,
    Worker(context): Worker,
    id: Id,
    if_match: IfMatch,
    Body(mut request): Body<pb::SetQuoteRequest>,
) -> Result<Versioned<pb::Order>, ApiError> {
    request.order_id = id.to_string();
    if_match.into_field(&mut request.order_version)?;
    not_negative(request.version)?;
    let answer = send!(app.clients.order, set_quote, &context, request)?;
    Versioned::of(answer.order)
}

/// Take an offer back: who made it, administrators. The order stays a request for a quote.
#[utoipa::path(
    delete,
    path = "/api/v1/orders/{id}/quote",
    tag = "orders",
    params(IfMatch)
)]
pub async fn withdraw_quote(
    State(app): State<App>,
    Worker(context): Worker,
    id: Id,
    if_match: IfMatch,
) -> Result<NoContent, ApiError> {
    let mut request = pb::WithdrawQuoteRequest {
        order_id: id.to_string(),
        order_version: None,
    };
    if_match.into_field(&mut request.order_version)?;
    send!(app.clients.order, withdraw_quote, &context, request)?;
    Ok(NoContent)
}

/// Accept an offer: the customer. The order then has its lines and its total, and can be paid.
///
/// `version` is that of the quote as it was read. If another offer was made since, the answer is `VERSION_CONFLICT`, so nobody accepts
/// a price that they have not seen. Repeated, it changes nothing. `QUOTE_EXPIRED`: the offer has ended.
#[utoipa::path(post, path = "/api/v1/orders/{id}/quote/accept", tag = "orders", request_body = pb::AcceptQuoteRequest)]
pub async fn accept_quote(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Body(mut request): Body<pb::AcceptQuoteRequest>,
) -> Result<Versioned<pb::Order>, ApiError> {
    request.order_id = id.to_string();
    let answer = send!(app.clients.order, accept_quote, &context, request)?;
    // Goods of the request are reserved now.
    app.products.invalidate();
    Versioned::of(answer.order)
}

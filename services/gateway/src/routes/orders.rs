//! Orders: placing, reading, editing, status changes, cancelling.

use axum::extract::State;
use axum_extra::extract::CookieJar;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::{
    common::PageRequest,
    order::{self as pb},
};
use waybill_service_kit::{AppError, CallContext};

use super::guests::{but_registered, introduce, limit_orders};
use crate::{
    answer::{Answer, Created, NoContent, Page, Versioned, WithCookies, present},
    app::{App, Gateway, read, send},
    dto,
    error::ApiError,
    extract::{
        Anyone, Body, CartToken, Edited, Id, Idempotency, IfMatch, Limit, OptionalBody, Paged,
        Paging, Params, SignedIn, Worker,
    },
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_orders, place_order))
        .routes(routes!(get_order, replace_order, update_order))
        .routes(routes!(change_order_status))
        .routes(routes!(cancel_order, cancel_order_by_delete))
        .routes(routes!(list_order_history))
}

/// List orders, newest first: customers see theirs, staff those assigned to them (with `quote`, open requests for a quote),
/// administrators all.
#[utoipa::path(
    get,
    path = "/api/v1/orders",
    tag = "orders",
    params(pb::ListOrdersRequest, Paging)
)]
pub async fn list_orders(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    Paged(request, page): Paged<pb::ListOrdersRequest>,
) -> Result<Page<pb::Order>, ApiError> {
    list_with(&app, &context, request, page).await
}

/// Shared with the legacy API.
pub async fn list_with(
    app: &Gateway,
    context: &CallContext,
    mut request: pb::ListOrdersRequest,
    page: Option<PageRequest>,
) -> Result<Page<pb::Order>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.order, list_orders, context, request)?;
    Ok(Page::new(answer.orders, answer.page))
}

/// Place an order for items or the cart, by a free description, or both. Stock is reserved at once.
///
/// An order without a price (a description alone, or items that cost nothing) is a request for a quote: it waits unpaid until staff or an
/// administrator offers a price (`PUT /orders/{id}/quote`) and the customer accepts it (`POST /orders/{id}/quote/accept`). With the
/// setting `freeOrders` it is paid at once instead.
///
/// With an access token, the order belongs to its user and `contact` is ignored. Without one, `contact` is the customer, and the
/// answer contains tokens in `auth`. With a password in `contact`, the e-mail address is registered, or signed in to if it has an
/// account (`EMAIL_REGISTERED` if the password is wrong); with `session` `cookie`, its refresh token is a cookie, and not in `auth`. Without a password, the customer is a guest, whose access token is the
/// only access to this order.
///
/// A new account stays even if the order is then refused: the error says so in its message and has `registered: true` in its
/// `context`; sign in to order then. With an `Idempotency-Key`, a repeated request gets the first answer again, with the header
/// `Idempotency-Replayed`. For guest orders the key must have at least 16 characters and be hard to guess.
#[utoipa::path(post, path = "/api/v1/orders", tag = "orders", params(Idempotency, CartToken),
    request_body = pb::PlaceOrderRequest,
    security((), ("cartToken" = []), ("bearer" = [])))]
pub async fn place_order(
    State(app): State<App>,
    Anyone(mut context): Anyone,
    idempotency: Idempotency,
    CartToken(cart_token): CartToken,
    Body(mut request): Body<pb::PlaceOrderRequest>,
) -> Result<WithCookies<Created<dto::PlacedOrder>>, ApiError> {
    context.idempotency_key = idempotency.0;
    let contact = request.contact.take();
    let (mut auth, mut registered) = (None, false);
    let mut cookies = CookieJar::new();
    match (context.user(), contact) {
        (Ok(user), _) => {
            limit_orders(&app, &context, !user.guest)?;
            // Signed-in users have their own cart, whatever cart token they still send.
            if user.guest {
                request.cart_token = cart_token;
            }
        }
        (Err(error), None) => return Err(error.into()),
        (Err(_), Some(contact)) => {
            // Nobody gets an account with an order that is refused anyway.
            let check = pb::PlaceOrderRequest {
                check_only: true,
                ..request.clone()
            };
            send!(app.clients.order, place_order, &context, check)?;
            let introduced = introduce(&app, &context, contact).await?;
            registered = introduced.registered;
            (context, auth) = (introduced.context, Some(introduced.auth));
            cookies = introduced.cookies;
            request.cart_token = cart_token;
        }
    }
    let answer = send!(app.clients.order, place_order, &context, request).map_err(|error| {
        if registered {
            but_registered(error)
        } else {
            error.into()
        }
    })?;
    let order = present(answer.order)?;
    if !order.items.is_empty() {
        app.products.invalidate();
    }
    let created = Created::new(dto::PlacedOrder { order, auth });
    let created = created
        .versioned()
        .at(|placed| format!("/api/v1/orders/{}", placed.order.id))
        .replayed(answer.replayed);
    Ok(WithCookies(cookies, created))
}

/// Replace what the customer says of an order, while it is PENDING and unpaid: its owner, administrators.
///
/// `items` are required; other fields that are left out become empty. Otherwise the same as editing it.
#[utoipa::path(put, path = "/api/v1/orders/{id}", tag = "orders", params(IfMatch), request_body = pb::EditOrderRequest)]
pub async fn replace_order(
    state: State<App>,
    caller: SignedIn,
    id: Id,
    if_match: IfMatch,
    body: Edited<pb::EditOrderRequest>,
) -> Result<Versioned<pb::Order>, ApiError> {
    update_order(state, caller, id, if_match, body).await
}

/// Edit an order while it is PENDING and unpaid: its owner, administrators.
///
/// An order whose items cost nothing any more becomes a request for a quote, and the other way round. An edit of what a quote is for
/// (items, title, description, instructions, date) ends the offer, also an accepted one.
///
/// Fields that are not given stay as they are. An order can be sent back as it was read. New lines have current prices, and the total is
/// updated. `PAYMENT_UNDER_WAY`: a payment of the current total is in progress.
#[utoipa::path(patch, path = "/api/v1/orders/{id}", tag = "orders", params(IfMatch), request_body = pb::EditOrderRequest)]
pub async fn update_order(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    if_match: IfMatch,
    Edited(mut request, sent): Edited<pb::EditOrderRequest>,
) -> Result<Versioned<pb::Order>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    sent.check(request.version, current(&app, &context, id))
        .await?;
    let answer = send!(app.clients.order, edit_order, &context, request)?;
    app.products.invalidate();
    Versioned::of(answer.order)
}

async fn current(app: &Gateway, context: &CallContext, id: Id) -> Result<pb::Order, ApiError> {
    let request = pb::GetOrderRequest { id: id.to_string() };
    let answer = read!(app.clients.order, get_order, context, request)?;
    present(answer.order)
}

/// Read an order: its owner, its assignee, administrators.
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders")]
pub async fn get_order(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Versioned<pb::Order>, ApiError> {
    Ok(Versioned::new(current(&app, &context, id).await?))
}

/// Change the status of an order. Staff may do so for orders that are assigned to them.
///
/// Workers complete an order themselves only with the setting `completionWithoutApproval`. Otherwise the error (`INVALID_TRANSITION` with
/// `request: "COMPLETION"` in its `context`) says that they request it: `POST /orders/{id}/change-requests` with kind COMPLETION.
#[utoipa::path(patch, path = "/api/v1/orders/{id}/status", tag = "orders", params(IfMatch), request_body = pb::ChangeStatusRequest)]
pub async fn change_order_status(
    State(app): State<App>,
    Worker(context): Worker,
    id: Id,
    if_match: IfMatch,
    Body(mut request): Body<pb::ChangeStatusRequest>,
) -> Result<Versioned<pb::Order>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.order, change_status, &context, request)?;
    app.products.invalidate();
    Versioned::of(answer.order)
}

/// Cancel an order. Payments are refunded, reserved units go back to the stock.
#[utoipa::path(post, path = "/api/v1/orders/{id}/cancel", tag = "orders", params(IfMatch),
    request_body(content = Option<pb::CancelOrderRequest>))]
pub async fn cancel_order(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    if_match: IfMatch,
    OptionalBody(mut request): OptionalBody<pb::CancelOrderRequest>,
) -> Result<Versioned<pb::Order>, ApiError> {
    request.id = id.to_string();
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.order, cancel_order, &context, request)?;
    app.products.invalidate();
    Versioned::of(answer.order)
}

/// Cancel an order: the same as POST, without an answer body.
#[utoipa::path(delete, path = "/api/v1/orders/{id}/cancel", tag = "orders", params(IfMatch),
    request_body(content = Option<pb::CancelOrderRequest>))]
pub async fn cancel_order_by_delete(
    state: State<App>,
    caller: SignedIn,
    id: Id,
    if_match: IfMatch,
    body: OptionalBody<pb::CancelOrderRequest>,
) -> Result<NoContent, ApiError> {
    cancel_order(state, caller, id, if_match, body).await?;
    Ok(NoContent)
}

/// A page of the changes of one order, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct History {
    pub items: Vec<pb::HistoryItem>,
    /// Pass it as `cursor` to get later changes; null if there are none.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// Paging of the history.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct HistoryFilter {
    /// Only changes after this version of the order.
    #[param(minimum = 0)]
    pub after_version: Option<i64>,
    /// Maximum number of items; all of them, up to 1,000, if not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: Option<Limit>,
    /// `nextCursor` of the page before.
    #[param(pattern = "^[0-9]{0,19}$")]
    pub cursor: Option<String>,
}

/// The maximum number of items in an answer of the service.
const MAX_HISTORY: usize = 1_000;

/// List the changes of an order: what, when and by whom.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{id}/history",
    tag = "orders",
    params(HistoryFilter)
)]
pub async fn list_order_history(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(filter): Params<HistoryFilter>,
) -> Result<Answer<History>, ApiError> {
    if filter.after_version.is_some_and(i64::is_negative) {
        return Err(AppError::invalid_field("afterVersion", "must not be negative").into());
    }
    let cursor = match filter.cursor.as_deref() {
        None | Some("") => None,
        Some(text) => Some(
            text.parse::<i64>()
                .ok()
                .filter(|version| *version >= 0)
                .ok_or_else(|| {
                    AppError::invalid_field("cursor", "must be the nextCursor of the page before")
                })?,
        ),
    };
    let request = pb::GetHistoryRequest {
        order_id: id.to_string(),
        after_version: cursor.or(filter.after_version).unwrap_or(0),
        limit: filter.limit.map_or(0, |limit| limit.0),
    };
    let answer = read!(app.clients.order, get_history, &context, request)?;
    let page = filter.limit.map_or(MAX_HISTORY, |limit| limit.0 as usize);
    let full = answer.items.len() >= page;
    let last = answer.items.last().filter(|_| full);
    let history = History {
        next_cursor: last.map(|item| item.version.to_string()),
        items: answer.items,
    };
    Ok(Answer(history))
}

//! Payments and their refunds, the webhooks of providers, and the payment page of the sandbox.

use axum::{
    Form, Json,
    body::Bytes,
    extract::{FromRequest as _, Request, State},
    response::{Html, Redirect},
};
use http::{HeaderMap, header};
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::payment as pb;
use waybill_service_kit::{AppError, CallContext};

use crate::{
    answer::{Answer, Created, NoContent, Page, Raw, Versioned, present},
    app::{App, read, send},
    dto::{self},
    error::ApiError,
    expand::{Expand, Expanded},
    extract::{
        Admin, Body, Both, Id, Idempotency, Origin, Paged, Paging, Params, SignedIn, Unsigned,
        content_type,
    },
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_order_payments, create_payment))
        .routes(routes!(get_payment))
        .routes(routes!(capture_payment))
        .routes(routes!(list_payment_refunds))
        .routes(routes!(refund_payment))
        .routes(routes!(list_refunds))
        .routes(routes!(confirm_refund))
        .routes(routes!(list_receipts, record_receipt))
        .routes(routes!(return_receipts))
        .routes(routes!(receive_stripe_webhook))
        .routes(routes!(receive_paypal_webhook))
        .routes(routes!(get_sandbox_checkout, complete_sandbox_checkout))
}

/// List the payments of an order, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{id}/payments",
    tag = "payments",
    params(Expand, Paging)
)]
pub async fn list_order_payments(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Both(expand, paging): Both<Expand, Paging>,
) -> Result<Page<Expanded<pb::Payment>>, ApiError> {
    let request = pb::ListPaymentsRequest {
        order_id: id.to_string(),
        of_order: true,
        states: Vec::new(),
        page: Some(paging.into()),
    };
    let answer = read!(app.clients.payment, list_payments, &context, request)?;
    expand
        .page(&app, &context, answer.payments, answer.page)
        .await
}

/// Start a payment of an order; send the customer to `redirectUrl`. The amount is taken from the order.
///
/// A payment by hand (`MANUAL`) has no page: show the customer its `instructions`, the amount and the order's number. An order has one of
/// them at a time; administrators may start it also where customers cannot choose it.
///
/// With an `Idempotency-Key`, a repeated request gets the first answer again, with the header `Idempotency-Replayed`.
#[utoipa::path(post, path = "/api/v1/orders/{id}/payments", tag = "payments", params(Idempotency),
    request_body = pb::CreatePaymentRequest)]
pub async fn create_payment(
    State(app): State<App>,
    SignedIn(mut context): SignedIn,
    id: Id,
    origin: Origin,
    idempotency: Idempotency,
    Body(mut request): Body<pb::CreatePaymentRequest>,
) -> Result<Created<dto::PaymentCreated>, ApiError> {
    context.idempotency_key = idempotency.0;
    request.order_id = id.to_string();
    let answer = send!(app.clients.payment, create_payment, &context, request)?;
    let payment = present(answer.payment)?;
    let created = Created::new(dto::PaymentCreated {
        redirect_url: payment.redirect_url.clone().map(|url| origin.absolute(url)),
        payment,
    });
    Ok(created
        .versioned()
        .at(|created| format!("/api/v1/payments/{}", created.payment.id))
        .replayed(answer.replayed))
}

/// Read a payment.
#[utoipa::path(get, path = "/api/v1/payments/{id}", tag = "payments", params(Expand))]
pub async fn get_payment(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(expand): Params<Expand>,
) -> Result<Versioned<Expanded<pb::Payment>>, ApiError> {
    let request = pb::GetPaymentRequest { id: id.to_string() };
    let answer = read!(app.clients.payment, get_payment, &context, request)?;
    let payment = present(answer.payment)?;
    Ok(Versioned::new(expand.one(&app, &context, payment).await?))
}

/// Ask the provider for the state of a payment, and take the money that the customer has authorised. Call it when the customer returns from
/// the provider's page. The provider's webhook leads to the same, and a repetition changes nothing.
#[utoipa::path(post, path = "/api/v1/payments/{id}/capture", tag = "payments")]
pub async fn capture_payment(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Versioned<pb::Payment>, ApiError> {
    let request = pb::CapturePaymentRequest { id: id.to_string() };
    let answer = send!(app.clients.payment, capture_payment, &context, request)?;
    Versioned::of(answer.payment)
}

/// List the refunds of a payment, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/payments/{id}/refunds",
    tag = "payments",
    params(Paging)
)]
pub async fn list_payment_refunds(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::Refund>, ApiError> {
    let request = pb::ListRefundsRequest {
        payment_id: id.to_string(),
        of_payment: true,
        page: Some(paging.into()),
        ..pb::ListRefundsRequest::default()
    };
    let answer = read!(app.clients.payment, list_refunds, &context, request)?;
    Ok(Page::new(answer.refunds, answer.page))
}

/// Refund a payment, all that is left of it, an amount, or units of its order, any number of times. `refundable` of the payment says how
/// much is left, `refundedQuantity` of an item how many units were refunded. Units go back to the stock where `restock` says so.
///
/// The provider is asked until it confirms. If it returns the money to the shop instead, the refund is `FAILED` and the amount can be
/// refunded again. With an `Idempotency-Key`, a repeated request gets the first answer again.
#[utoipa::path(post, path = "/api/v1/admin/payments/{id}/refunds", tag = "admin", params(Idempotency),
    request_body = pb::CreateRefundRequest)]
pub async fn refund_payment(
    State(app): State<App>,
    Admin(mut context): Admin,
    id: Id,
    idempotency: Idempotency,
    Body(mut request): Body<pb::CreateRefundRequest>,
) -> Result<Created<pb::Refund>, ApiError> {
    context.idempotency_key = idempotency.0;
    request.payment_id = id.to_string();
    let answer = send!(app.clients.payment, create_refund, &context, request)?;
    let created = Created::new(present(answer.refund)?);
    Ok(created
        .at(|refund| format!("/api/v1/payments/{}/refunds", refund.payment_id))
        .replayed(answer.replayed))
}

/// List the refunds of all payments, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/refunds",
    tag = "admin",
    params(pb::ListRefundsRequest, Paging)
)]
pub async fn list_refunds(
    State(app): State<App>,
    Admin(context): Admin,
    Paged(mut request, page): Paged<pb::ListRefundsRequest>,
) -> Result<Page<pb::Refund>, ApiError> {
    request.page = page;
    let answer = read!(app.clients.payment, list_refunds, &context, request)?;
    Ok(Page::new(answer.refunds, answer.page))
}

/// Confirm a refund of a payment by hand: the money was sent. A repetition changes nothing.
#[utoipa::path(post, path = "/api/v1/admin/refunds/{id}/confirm", tag = "admin",
    request_body = pb::ConfirmRefundRequest)]
pub async fn confirm_refund(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    Body(mut request): Body<pb::ConfirmRefundRequest>,
) -> Result<Answer<pb::Refund>, ApiError> {
    request.id = id.to_string();
    let answer = send!(app.clients.payment, confirm_refund, &context, request)?;
    Ok(Answer(present(answer.refund)?))
}

/// List what has arrived of a payment by hand, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/payments/{id}/receipts",
    tag = "admin",
    params(Paging)
)]
pub async fn list_receipts(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::Receipt>, ApiError> {
    let request = pb::ListReceiptsRequest {
        payment_id: id.to_string(),
        page: Some(paging.into()),
    };
    let answer = read!(app.clients.payment, list_receipts, &context, request)?;
    Ok(Page::new(answer.receipts, answer.page))
}

/// Record money of a payment by hand that has arrived: all that is missing, or a part. When nothing is missing any more, the payment has
/// succeeded.
///
/// More than is missing is refused. Money for a payment that was given up counts once all of it is here; the order decides whether it
/// takes it, and otherwise it is to be refunded. With an `Idempotency-Key`, a repeated request gets the first answer again.
#[utoipa::path(post, path = "/api/v1/admin/payments/{id}/receipts", tag = "admin", params(Idempotency),
    request_body = pb::RecordReceiptRequest)]
pub async fn record_receipt(
    State(app): State<App>,
    Admin(mut context): Admin,
    id: Id,
    idempotency: Idempotency,
    Body(mut request): Body<pb::RecordReceiptRequest>,
) -> Result<Created<pb::Receipt>, ApiError> {
    context.idempotency_key = idempotency.0;
    request.payment_id = id.to_string();
    let answer = send!(app.clients.payment, record_receipt, &context, request)?;
    let created = Created::new(present(answer.receipt)?);
    Ok(created
        .at(|receipt| format!("/api/v1/admin/payments/{}/receipts", receipt.payment_id))
        .replayed(answer.replayed))
}

/// Note that all that has arrived of a payment by hand in part was sent back, and give the payment up. A complete payment is refunded
/// instead. A repetition changes nothing.
#[utoipa::path(post, path = "/api/v1/admin/payments/{id}/receipts/return", tag = "admin",
    request_body = pb::ReturnReceiptsRequest)]
pub async fn return_receipts(
    State(app): State<App>,
    Admin(context): Admin,
    id: Id,
    Body(mut request): Body<pb::ReturnReceiptsRequest>,
) -> Result<Versioned<pb::Payment>, ApiError> {
    request.payment_id = id.to_string();
    let answer = send!(app.clients.payment, return_receipts, &context, request)?;
    Versioned::of(answer.payment)
}

/// Receive a message of Stripe. Its signature is checked on the body as it was sent.
#[utoipa::path(post, path = "/api/v1/webhooks/stripe", tag = "payments", security(()),
    request_body(content = String, content_type = "application/octet-stream"))]
pub async fn receive_stripe_webhook(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    headers: HeaderMap,
    body: Bytes,
) -> Result<NoContent, ApiError> {
    receive(&app, &context, pb::Provider::Stripe, &headers, body).await
}

/// Receive a message of PayPal. Its signature is checked on the body as it was sent.
#[utoipa::path(post, path = "/api/v1/webhooks/paypal", tag = "payments", security(()),
    request_body(content = String, content_type = "application/octet-stream"))]
pub async fn receive_paypal_webhook(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    headers: HeaderMap,
    body: Bytes,
) -> Result<NoContent, ApiError> {
    receive(&app, &context, pb::Provider::Paypal, &headers, body).await
}

/// The headers that a provider signs with begin so; others are not passed on.
const SIGNATURE_HEADERS: [&str; 2] = ["stripe-", "paypal-"];

async fn receive(
    app: &App,
    context: &CallContext,
    provider: pb::Provider,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<NoContent, ApiError> {
    let headers = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .filter(|(name, _)| {
            SIGNATURE_HEADERS
                .iter()
                .any(|prefix| name.starts_with(prefix))
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request = pb::ReceiveWebhookRequest {
        provider: provider.into(),
        headers: headers.collect(),
        body: body.into(),
    };
    send!(app.clients.payment, receive_webhook, context, request)?;
    Ok(NoContent)
}

/// Open the sandbox's payment page, for anyone with the link. Clients that accept JSON get the payment.
#[utoipa::path(get, path = "/api/v1/sandbox/checkout/{paymentId}", tag = "payments", security(()),
    responses((status = 200, description = "The page, or the payment", content((pb::Payment = "application/json"), (String = "text/html")))))]
pub async fn get_sandbox_checkout(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    id: Id,
    headers: HeaderMap,
) -> Result<Raw, ApiError> {
    let request = pb::GetSandboxCheckoutRequest {
        payment_id: id.to_string(),
    };
    let answer = read!(app.clients.payment, get_sandbox_checkout, &context, request)?;
    let payment = present(answer.payment)?;
    if !wants_html(&headers) {
        return Ok(Raw::new(Json(payment)));
    }
    let amount = payment.amount.map(|amount| amount.to_string());
    let page = app.templates.render(
        "checkout.html",
        minijinja::context! {
            amount => amount,
            cancel_url => answer.cancel_url,
            success_url => answer.success_url,
            payment => minijinja::value::Serde(payment),
        },
    )?;
    Ok(Raw::new(Html(page)))
}

/// Choose the outcome of a sandbox payment: succeed (at once, reported late, or reported twice), decline, or stall.
///
/// Takes JSON or the page's form. A browser (`Accept: text/html`) is redirected; other clients get JSON.
#[utoipa::path(post, path = "/api/v1/sandbox/checkout/{paymentId}", tag = "payments",
    request_body(content((pb::CompleteSandboxCheckoutRequest = "application/json"), (pb::CompleteSandboxCheckoutRequest = "application/x-www-form-urlencoded"))),
    security(()),
    responses((status = 303, description = "Redirect, for browsers")))]
pub async fn complete_sandbox_checkout(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    id: Id,
    headers: HeaderMap,
    request: Request,
) -> Result<Raw<Answer<pb::CompleteSandboxCheckoutResponse>>, ApiError> {
    let mut request = choice(request, &app).await?;
    request.payment_id = id.to_string();
    let answer = send!(
        app.clients.payment,
        complete_sandbox_checkout,
        &context,
        request
    )?;
    if wants_html(&headers) {
        let back = format!("/api/v1/sandbox/checkout/{id}");
        let next = answer.redirect_url.unwrap_or(back);
        return Ok(Raw::new(Redirect::to(&next)));
    }
    Ok(Raw::new(Answer(answer)))
}

async fn choice(
    request: Request,
    app: &App,
) -> Result<pb::CompleteSandboxCheckoutRequest, ApiError> {
    if content_type(request.headers()).starts_with("application/x-www-form-urlencoded") {
        return Form::<pb::CompleteSandboxCheckoutRequest>::from_request(request, app)
            .await
            .map(|Form(choice)| choice)
            .map_err(|_| {
                AppError::invalid_field(
                    "outcome",
                    "must be SUCCEED, DECLINE, STALL, SUCCEED_LATE or SUCCEED_TWICE",
                )
                .into()
            });
    }
    let Body(choice) =
        Body::<pb::CompleteSandboxCheckoutRequest>::from_request(request, app).await?;
    Ok(choice)
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

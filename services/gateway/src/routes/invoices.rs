//! Invoices and credit notes of orders.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, header};
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;
use waybill_service_kit::AppError;

use crate::{
    answer::{Answer, Page, Raw},
    app::{App, read},
    downloads,
    error::ApiError,
    extract::{Id, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_invoices))
        .routes(routes!(get_invoice))
        .routes(routes!(download_invoice))
}

/// List the invoices and credit notes of an order, oldest first: the customer, administrators.
///
/// An invoice is issued a moment after the order is paid, a credit note after each refund. Orders without anything to pay, and those
/// that were paid before the shop had invoices, have none. An order that replaces a paid one shows the documents of both.
#[utoipa::path(get, path = "/api/v1/orders/{id}/invoices", tag = "payments")]
pub async fn list_invoices(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Page<pb::Invoice>, ApiError> {
    let request = pb::ListInvoicesRequest {
        order_id: id.to_string(),
    };
    let answer = read!(app.clients.invoice, list_invoices, &context, request)?;
    Ok(Page::whole(answer.invoices))
}

/// Read an invoice or a credit note: the customer, administrators. It never changes.
#[utoipa::path(get, path = "/api/v1/invoices/{id}", tag = "payments")]
pub async fn get_invoice(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Answer<pb::Invoice>, ApiError> {
    let request = pb::GetInvoiceRequest { id: id.to_string() };
    let answer = read!(app.clients.invoice, get_invoice, &context, request)?;
    Answer::of(answer.invoice)
}

/// Download an invoice or a credit note as PDF (A4, PDF/A-2b): the customer, administrators. The file is always the same.
#[utoipa::path(get, path = "/api/v1/invoices/{id}/pdf", tag = "payments",
    responses((status = 200, description = "The document", content_type = "application/pdf", body = String)))]
pub async fn download_invoice(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Raw, ApiError> {
    let place = app.downloads.place(&context).await?;
    let request = pb::RenderInvoiceRequest { id: id.to_string() };
    let answer = read!(app.clients.invoice, render_invoice, &context, request)?;
    let name = format!("attachment; filename=\"{}\"", answer.file_name);
    let name = HeaderValue::try_from(name).map_err(AppError::internal)?;
    let bytes = Ok::<_, std::io::Error>(Bytes::from(answer.pdf));
    let body = downloads::body(stream::iter([bytes]), place);
    let mut response = Response::new(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, name);
    for (name, value) in [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(Raw::new(response))
}

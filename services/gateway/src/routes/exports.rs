//! Lists about money as CSV files.

use axum::extract::{RawQuery, State};
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::payment as pb;
use waybill_service_kit::CallContext;

use crate::{
    answer::Raw,
    app::{App, read, send},
    error::ApiError,
    exports::{Export, pages},
    extract::{Admin, Both},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(export_payments))
        .routes(routes!(export_refunds))
        .routes(routes!(export_ledger))
        .routes(routes!(export_payouts))
}

/// Exports all pages of a list: client and method, the field of the answer with the items, the name of the file.
macro_rules! export {
    ($app:ident, $context:ident, $filter:ident, $export:ident, $client:ident.$method:ident => $items:ident, $name:literal, $query:ident) => {{
        record(&$app, &$context, $name, $query).await?;
        let place = $app.downloads.place(&$context).await?;
        let read = move |page| {
            let (app, context) = ($app.clone(), $context.clone());
            let mut request = $filter.clone();
            request.page = Some(page);
            async move {
                let answer = read!(app.clients.$client, $method, &context, request)?;
                Ok((answer.$items, answer.page))
            }
        };
        Ok($export.answer($name, pages(read).await?, place))
    }};
}

/// In the audit log, before anything is read.
async fn record(
    app: &App,
    context: &CallContext,
    list: &str,
    query: Option<String>,
) -> Result<(), ApiError> {
    let request = pb::RecordExportRequest {
        list: list.to_owned(),
        query: query.unwrap_or_default(),
    };
    send!(app.clients.payment, record_export, context, request)?;
    Ok(())
}

/// Export payments as CSV, newest first.
///
/// Text that a spreadsheet would run as a formula gets an apostrophe in front of it.
#[utoipa::path(get, path = "/api/v1/admin/payments/export", tag = "admin", params(pb::ListPaymentsRequest, Export),
    responses((status = 200, description = "The filtered payments", content_type = "text/csv", body = String)))]
pub async fn export_payments(
    State(app): State<App>,
    Admin(context): Admin,
    RawQuery(query): RawQuery,
    Both(filter, export): Both<pb::ListPaymentsRequest, Export>,
) -> Result<Raw, ApiError> {
    export!(app, context, filter, export, payment.list_payments => payments, "payments", query)
}

/// Export refunds as CSV, newest first.
#[utoipa::path(get, path = "/api/v1/admin/refunds/export", tag = "admin", params(pb::ListRefundsRequest, Export),
    responses((status = 200, description = "The filtered refunds", content_type = "text/csv", body = String)))]
pub async fn export_refunds(
    State(app): State<App>,
    Admin(context): Admin,
    RawQuery(query): RawQuery,
    Both(filter, export): Both<pb::ListRefundsRequest, Export>,
) -> Result<Raw, ApiError> {
    export!(app, context, filter, export, payment.list_refunds => refunds, "refunds", query)
}

/// Export the ledger as CSV, newest first.
#[utoipa::path(get, path = "/api/v1/admin/ledger/export", tag = "admin", params(pb::ListLedgerRequest, Export),
    responses((status = 200, description = "The filtered lines", content_type = "text/csv", body = String)))]
pub async fn export_ledger(
    State(app): State<App>,
    Admin(context): Admin,
    RawQuery(query): RawQuery,
    Both(filter, export): Both<pb::ListLedgerRequest, Export>,
) -> Result<Raw, ApiError> {
    export!(app, context, filter, export, payment.list_ledger => lines, "ledger", query)
}

/// Export payouts as CSV, newest first.
#[utoipa::path(get, path = "/api/v1/admin/payouts/export", tag = "admin", params(pb::ListPayoutsRequest, Export),
    responses((status = 200, description = "The filtered payouts", content_type = "text/csv", body = String)))]
pub async fn export_payouts(
    State(app): State<App>,
    Admin(context): Admin,
    RawQuery(query): RawQuery,
    Both(filter, export): Both<pb::ListPayoutsRequest, Export>,
) -> Result<Raw, ApiError> {
    export!(app, context, filter, export, payout.list_payouts => payouts, "payouts", query)
}

//! CSV import and export of the catalogue. Both are streamed.

use std::pin::pin;

use axum::extract::{Request, State};
use bytes::Bytes;
use futures::{SinkExt as _, Stream, StreamExt as _, TryStreamExt as _, channel::mpsc, stream};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, ErrorCode, outgoing_within};

use crate::{
    answer::{Answer, Raw},
    app::{App, Gateway},
    dto,
    error::ApiError,
    exports::Export,
    extract::{Admin, Both, Params, content_type},
    multipart::{Form, LINGER, SLACK},
};

/// Bytes of one message to the order service.
const CHUNK: usize = 64 * 1024;
/// Messages in flight at a time.
const AHEAD: usize = 2;
/// The largest file, in bytes.
const MAX_BYTES: usize = 50 * 1024 * 1024;
/// The largest body: a form with such a file.
pub const MAX_BODY: usize = MAX_BYTES + SLACK;
/// Errors are reported for this many failed lines; further ones are only counted.
const MAX_EXPLAINED: i64 = 10_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_products))
        .routes(routes!(export_products))
}

/// Options of the import.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ImportOptions {
    /// Only check the file and report what the import would change.
    pub dry_run: Option<bool>,
}

/// Import products from CSV.
///
/// Send the file as the body (`text/csv`), or as the field `file` of a form; UTF-8, at most 50 MB and 100,000 lines. The first
/// line names the columns, in any order: `sku` (identifies the product), `name`, `description`, `kind`, `price` (such as 12.50),
/// `currency`, `category` (id, slug or name; a new name makes a new category), `stock` (units on hand), `active`,
/// `lowStockThreshold`. A line with a new SKU creates a product; any other line changes the product with that SKU. Missing columns
/// change nothing. Invalid lines are reported and skipped. Sending a file again changes only what differs from it.
#[utoipa::path(post, path = "/api/v1/admin/products/import", tag = "products", params(ImportOptions),
    request_body(content((dto::CsvFile = "text/csv"), (dto::ProductFile = "multipart/form-data"))))]
pub async fn import_products(
    State(app): State<App>,
    Admin(context): Admin,
    Params(options): Params<ImportOptions>,
    request: Request,
) -> Result<Answer<dto::ImportReport>, ApiError> {
    let dry_run = options.dry_run.unwrap_or(false);
    let (sender, messages) = mpsc::channel(AHEAD);
    let mut feed = pin!(feed(request, sender, dry_run));
    let timeout = app.settings.upload_timeout;
    let mut client = app.clients.catalogue.clone();
    let call = async {
        let request = outgoing_within(&context, timeout, messages);
        let mut answers = client.import_products(request).await?.into_inner();
        let mut report = dto::ImportReport {
            dry_run,
            ..dto::ImportReport::default()
        };
        while let Some(answer) = answers.message().await? {
            add(&mut report, answer);
        }
        Ok::<_, ApiError>(report)
    };
    let mut call = pin!(call);
    let report = tokio::select! {
        // First: the error of the service is the cause if sending fails, too.
        biased;
        report = call.as_mut() => {
            if report.is_err() {
                let _ = tokio::time::timeout(LINGER, feed.as_mut()).await;
            }
            report
        }
        fed = feed.as_mut() => match fed {
            Ok(()) => call.await,
            Err(error) => Err(error),
        },
    };
    // Also after a failure: earlier lines were imported.
    if !dry_run {
        app.products.invalidate();
    }
    Ok(Answer(report?))
}

fn add(report: &mut dto::ImportReport, answer: pb::ImportProductsResponse) {
    report.created += answer.created;
    report.updated += answer.updated;
    report.unchanged += answer.unchanged;
    report.failed += answer.failed;
    let mut lines = answer.lines;
    if report.failed > MAX_EXPLAINED {
        for line in &mut lines {
            line.faults.clear();
        }
    }
    report.lines.append(&mut lines);
}

/// Forwards the file and reports its end explicitly: otherwise a truncated body would look complete.
async fn feed(
    request: Request,
    sender: mpsc::Sender<pb::ImportProductsRequest>,
    dry_run: bool,
) -> Result<(), ApiError> {
    if is_csv(request.headers()) {
        let body = request.into_body().into_data_stream();
        return pass_on(body.map_err(|_| cut_off()), sender, dry_run).await;
    }
    let Some(mut form) = Form::within(request, MAX_BODY).await else {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::UnsupportedMediaType,
            "send the file as text/csv, or as multipart/form-data in a field named file",
        ));
    };
    // Kept open until the end is reported: the order service treats a closed stream as an aborted upload.
    let _open = sender.clone();
    let fed = feed_form(&mut form, sender, dry_run).await;
    if fed.is_err() {
        form.linger().await;
    }
    fed
}

async fn feed_form(
    form: &mut Form,
    sender: mpsc::Sender<pb::ImportProductsRequest>,
    dry_run: bool,
) -> Result<(), ApiError> {
    while let Some(field) = form.next().await? {
        if field.name() == "file" {
            let bytes = stream::try_unfold(field, async |mut field| {
                Ok(field.chunk().await?.map(|chunk| (chunk, field)))
            });
            return pass_on(bytes, sender, dry_run).await;
        }
    }
    Err(AppError::invalid_field("file", "is required").into())
}

fn is_csv(headers: &HeaderMap) -> bool {
    let essence = content_type(headers).split(';').next().unwrap_or_default();
    // Browsers send this type on machines with Excel.
    let names = ["text/csv", "application/csv", "application/vnd.ms-excel"];
    names
        .iter()
        .any(|name| essence.trim().eq_ignore_ascii_case(name))
}

fn cut_off() -> ApiError {
    AppError::malformed("the file could not be read to its end").into()
}

async fn pass_on(
    bytes: impl Stream<Item = Result<Bytes, ApiError>>,
    mut sender: mpsc::Sender<pb::ImportProductsRequest>,
    dry_run: bool,
) -> Result<(), ApiError> {
    let mut bytes = pin!(bytes);
    let mut length = 0;
    let message = |chunk: &[u8], last| pb::ImportProductsRequest {
        dry_run,
        chunk: chunk.to_vec(),
        last,
    };
    while let Some(piece) = bytes.next().await {
        let piece = piece?;
        length += piece.len();
        if length > MAX_BYTES {
            let _ = tokio::time::timeout(LINGER, forget(bytes)).await;
            return Err(ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::PayloadTooLarge,
                format!("the file has more than {MAX_BYTES} bytes; divide it"),
            ));
        }
        for chunk in piece.chunks(CHUNK) {
            if sender.send(message(chunk, false)).await.is_err() {
                // The answer has the reason.
                forget(bytes).await;
                return Ok(());
            }
        }
    }
    let _ = sender.send(message(&[], true)).await;
    Ok(())
}

/// Reads and discards the rest.
async fn forget(mut bytes: impl Stream<Item = Result<Bytes, ApiError>> + Unpin) {
    while let Some(Ok(_)) = bytes.next().await {}
}

/// Export products as CSV.
///
/// The file has the columns of the import and can be imported again. Text that a spreadsheet would run as a formula gets an
/// apostrophe in front of it.
#[utoipa::path(get, path = "/api/v1/admin/products/export", tag = "products", params(pb::ListProductsRequest, Export),
    responses((status = 200, description = "The products, line by line", body = String, content_type = "text/csv")))]
pub async fn export_products(
    State(app): State<App>,
    Admin(context): Admin,
    Both(filter, export): Both<pb::ListProductsRequest, Export>,
) -> Result<Raw, ApiError> {
    let request = pb::ExportProductsRequest {
        filter: Some(filter),
    };
    let place = app.downloads.place(&context).await?;
    let chunks = start_export(&app, &context, request).await?;
    let bytes = chunks
        .map_ok(|answer| Bytes::from(answer.chunk))
        .map_err(|status| AppError::from_status(&status));
    Ok(export.answer("products", bytes, place))
}

async fn start_export(
    app: &Gateway,
    context: &waybill_service_kit::CallContext,
    request: pb::ExportProductsRequest,
) -> Result<tonic::Streaming<pb::ExportProductsResponse>, ApiError> {
    let request = waybill_service_kit::outgoing(context, request);
    let answer = app.clients.catalogue.clone().export_products(request).await;
    Ok(answer
        .map_err(|status| AppError::from_status(&status))?
        .into_inner())
}

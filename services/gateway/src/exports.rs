//! Lists as CSV files (RFC 4180, UTF-8, a header line, amounts as decimals of their currency), streamed page by page.

use std::borrow::Cow;

use axum::response::IntoResponse as _;
use bytes::Bytes;
use chrono::Utc;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use waybill_primitives::{Money, Timestamp};
use waybill_proto::{
    common::{PageInfo, PageRequest},
    json::Named as _,
    payment as pb,
};
use waybill_service_kit::{AppError, chain, csv::Lines};

use crate::{
    answer::Raw,
    downloads::{self, Place},
    dto,
};

/// Rows of a page: the most that lists have.
const PAGE_ROWS: u32 = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    Csv,
}

dto::named!(ExportFormat { Csv = "csv" });

/// How an export is written.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Export {
    /// `csv` if not given.
    #[param(inline)]
    #[expect(dead_code, reason = "there is only one so far")]
    format: Option<ExportFormat>,
    /// `false` leaves out the byte order mark at the start of the file. Without the mark, Excel does not read UTF-8.
    bom: Option<bool>,
}

impl Export {
    /// What the file starts with.
    pub fn start(&self) -> Bytes {
        if self.bom.unwrap_or(true) {
            Bytes::from_static(b"\xEF\xBB\xBF")
        } else {
            Bytes::new()
        }
    }

    /// The file with this name and the time. If it fails on the way, the connection is closed before the end of the body, so that
    /// clients notice the truncated file.
    pub fn answer(
        &self,
        name: &str,
        bytes: impl Stream<Item = Result<Bytes, AppError>> + Send + 'static,
        place: Place,
    ) -> Raw {
        let bytes = bytes.inspect_err(|error| {
            tracing::warn!(error = %chain(error), "an export broke off");
        });
        let body = stream::iter([Ok(self.start())]).chain(bytes);
        let mut response = downloads::body(body, place).into_response();
        let headers = response.headers_mut();
        let csv = HeaderValue::from_static("text/csv; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, csv);
        let no_store = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, no_store);
        let time = Utc::now().format("%Y%m%d-%H%M%S");
        let named = format!("attachment; filename=\"{name}-{time}.csv\"");
        if let Ok(named) = HeaderValue::try_from(named) {
            headers.insert(header::CONTENT_DISPOSITION, named);
        }
        Raw::new(response)
    }
}

/// A cell of a line.
pub enum Cell {
    /// What a spreadsheet would run as a formula is marked as text.
    Text(String),
    Number(String),
}

/// What a list exports of its items.
pub trait Exported: Send + 'static {
    const COLUMNS: &'static [&'static str];

    /// As many as there are columns.
    fn cells(&self) -> Vec<Cell>;
}

/// One page of a list that is exported.
pub type PageOf<T> = (Vec<T>, Option<PageInfo>);

/// The lines of all pages of a list. The first page is read at once: a failure there is an ordinary error answer.
pub async fn pages<T, F, Fut>(
    mut read: F,
) -> Result<impl Stream<Item = Result<Bytes, AppError>> + use<T, F, Fut>, AppError>
where
    T: Exported,
    F: FnMut(PageRequest) -> Fut + Send + 'static,
    Fut: Future<Output = Result<PageOf<T>, AppError>> + Send,
{
    let page = |cursor| PageRequest {
        limit: PAGE_ROWS,
        cursor,
        total: false,
    };
    let (rows, info) = read(page(String::new())).await?;
    let first = lines(Some(T::COLUMNS), &rows)?;
    let rest = stream::try_unfold((read, next(info)), move |(mut read, cursor)| async move {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let (rows, info) = read(page(cursor)).await?;
        Ok(Some((lines(None, &rows)?, (read, next(info)))))
    });
    Ok(stream::iter([Ok(first)]).chain(rest))
}

fn next(info: Option<PageInfo>) -> Option<String> {
    info.and_then(|info| info.next_cursor)
}

fn lines<T: Exported>(header: Option<&[&'static str]>, rows: &[T]) -> Result<Bytes, AppError> {
    let mut lines = Lines::default();
    if let Some(header) = header {
        let cells = header.iter().map(|name| Cow::Borrowed(*name));
        lines.push(cells).map_err(AppError::internal)?;
    }
    for row in rows {
        for cell in row.cells() {
            let written = match cell {
                Cell::Text(text) => lines.text(&text),
                Cell::Number(number) => lines.number(&number),
            };
            written.map_err(AppError::internal)?;
        }
        lines.end().map_err(AppError::internal)?;
    }
    Ok(lines.take().map_err(AppError::internal)?.into())
}

fn word(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn decimal(money: Option<Money>) -> Cell {
    Cell::Number(money.map_or_else(String::new, |money| money.currency.decimal(money.amount)))
}

fn currency(money: Option<Money>) -> Cell {
    Cell::Text(money.map_or_else(String::new, |money| money.currency.to_string()))
}

fn time(at: Option<Timestamp>) -> Cell {
    Cell::Text(at.map_or_else(String::new, |at| at.to_string()))
}

fn text(text: Option<&String>) -> Cell {
    Cell::Text(text.cloned().unwrap_or_default())
}

impl Exported for pb::Payment {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "created_at",
        "updated_at",
        "order_number",
        "order_id",
        "customer_id",
        "provider",
        "state",
        "currency",
        "amount",
        "refunded",
        "refundable",
        "failure_reason",
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            word(&self.id),
            time(self.created_at),
            time(self.updated_at),
            word(&self.order_number),
            word(&self.order_id),
            word(&self.customer_id),
            word(self.provider().name()),
            word(self.state().name()),
            currency(self.amount),
            decimal(self.amount),
            decimal(self.refunded),
            decimal(self.refundable),
            text(self.failure_reason.as_ref()),
        ]
    }
}

impl Exported for pb::Refund {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "created_at",
        "updated_at",
        "payment_id",
        "state",
        "currency",
        "amount",
        "reason",
        "attempts",
        "last_error",
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            word(&self.id),
            time(self.created_at),
            time(self.updated_at),
            word(&self.payment_id),
            word(self.state().name()),
            currency(self.amount),
            decimal(self.amount),
            word(&self.reason),
            Cell::Number(self.attempts.to_string()),
            text(self.last_error.as_ref()),
        ]
    }
}

impl Exported for pb::LedgerLine {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "at",
        "entry_id",
        "kind",
        "account",
        "currency",
        "amount",
        "order_id",
        "payment_id",
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            word(&self.id),
            time(self.at),
            word(&self.entry_id),
            word(self.kind().name()),
            word(&self.account),
            currency(self.amount),
            decimal(self.amount),
            text(self.order_id.as_ref()),
            text(self.payment_id.as_ref()),
        ]
    }
}

impl Exported for pb::Payout {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "created_at",
        "paid_at",
        "worker_id",
        "name",
        "state",
        "currency",
        "amount",
        "method",
        "recipient",
        "reference",
        "note",
        "reason",
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            word(&self.id),
            time(self.created_at),
            time(self.paid_at),
            text(self.worker_id.as_ref()),
            word(&self.name),
            word(self.state().name()),
            currency(self.amount),
            decimal(self.amount),
            word(self.method().name()),
            text(self.recipient.as_ref()),
            text(self.reference.as_ref()),
            text(self.note.as_ref()),
            text(self.reason.as_ref()),
        ]
    }
}

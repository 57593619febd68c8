//! Orders as CSV, page by page: only one page is kept in memory.
//!
//! Each page shows its orders as they were when it was read. An order that is placed during the export is included if its position
//! is not exported yet. Sorted by time of placing, which never changes, no order is repeated or missing. Sorted by total, an order
//! that is edited during the export may be included once, twice or not at all: to get each order exactly once, sort by time.

use std::borrow::Cow;

use serde_json::{Value, json};
use waybill_primitives::{Role, Timestamp};
use waybill_service_kit::{AppError, CallContext, csv::Lines};
use waybill_store::{
    Db,
    page::{Limit, PageQuery},
};

use super::Analytics;
use crate::{
    base::audit::{self, Act},
    orders::{
        domain::{Filter, Order, Search, Sort, Viewer},
        store,
    },
};

/// Orders per page: with a long description, an order has tens of kilobytes.
const PAGE_ROWS: Limit = Limit::of(250);

/// Names of the columns; see README for their content.
const HEADER: [&str; 27] = [
    "id",
    "orderNumber",
    "status",
    "paymentStatus",
    "kind",
    "createdAt",
    "updatedAt",
    "completedAt",
    "customerId",
    "customerName",
    "customerEmail",
    "guest",
    "assigneeId",
    "assigneeName",
    "title",
    "estimatedCompletion",
    "items",
    "units",
    "total",
    "currency",
    "shippingName",
    "shippingLine1",
    "shippingLine2",
    "shippingCity",
    "shippingRegion",
    "shippingPostalCode",
    "shippingCountry",
];

/// The filter for the audit log, with the field names of the request.
fn audit_values(filter: &Filter) -> Value {
    let search = filter.search.as_ref().map(|search| match search {
        Search::Id(id) => id.to_string(),
        Search::Number(number) => number.to_string(),
        Search::NumberPrefix(text) | Search::NumberTail(text) | Search::Email(text) => text.clone(),
        Search::Words(words) => words.join(" "),
    });
    audit::non_null([
        ("q", json!(search)),
        ("status", json!(filter.statuses)),
        ("paymentStatus", json!(filter.payment_statuses)),
        ("kind", json!(filter.kinds)),
        ("quote", json!(filter.quotes)),
        ("unassigned", json!(filter.unassigned.then_some(true))),
        ("from", json!(filter.from)),
        ("to", json!(filter.to)),
        ("customerId", json!(filter.customer)),
        ("assigneeId", json!(filter.assignee)),
        ("minTotal", json!(filter.min_total)),
        ("maxTotal", json!(filter.max_total)),
    ])
}

/// A running export.
#[derive(Debug)]
pub struct Export {
    db: Db,
    filter: Filter,
    sort: Sort,
    next: Next,
}

#[derive(Debug)]
enum Next {
    Header,
    After(String),
    Nothing,
}

impl Analytics {
    /// Starts an export of all orders that match the filter. It is recorded in the audit log, because it contains personal data.
    pub async fn export(
        &self,
        ctx: &CallContext,
        filter: Filter,
        sort: Sort,
    ) -> Result<Export, AppError> {
        ctx.require(&[Role::Admin])?;
        let db = self.context.db.clone();
        let tx = db.begin(&ctx.event_context()).await?;
        let act = Act {
            action: "orders.export",
            target_kind: "orders",
            target_id: String::new(),
            before: None,
            after: Some(json!({
                "filter": audit_values(&filter), "sort": sort.as_str(), "format": "csv",
            })),
        };
        audit::record(&tx, ctx, act);
        tx.commit().await?;
        Ok(Export {
            db,
            filter,
            sort,
            next: Next::Header,
        })
    }
}

impl Export {
    /// The next lines; none after the last.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        let mut lines = Lines::default();
        let cursor = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            Next::Header => {
                push(&mut lines, HEADER.map(Cow::Borrowed))?;
                String::new()
            }
            Next::After(cursor) => cursor,
        };
        let reader = self.db.reader();
        let query = PageQuery {
            limit: PAGE_ROWS,
            cursor,
            total: false,
        };
        let page = store::page(reader, Viewer::Everything, &self.filter, self.sort, &query).await?;
        for order in &page.rows {
            push(&mut lines, columns(order))?;
        }
        if let Some(cursor) = page.next_cursor {
            self.next = Next::After(cursor);
        }
        lines.take().map(Some).map_err(AppError::internal)
    }
}

fn push(lines: &mut Lines, cells: [Cow<'_, str>; HEADER.len()]) -> Result<(), AppError> {
    lines.push(cells).map_err(AppError::internal)
}

fn columns(order: &Order) -> [Cow<'_, str>; HEADER.len()] {
    let time = |at: Option<Timestamp>| Cow::Owned(at.map(|at| at.to_string()).unwrap_or_default());
    let items: Vec<_> = order
        .items
        .iter()
        .map(|item| format!("{} × {}", item.quantity, item.name))
        .collect();
    let units: i64 = order.items.iter().map(|item| item.quantity).sum();
    let address = order.shipping_address.as_deref();
    let part = |part: fn(&crate::orders::domain::Address) -> &String| {
        Cow::Borrowed(address.map_or("", |address| part(address).as_str()))
    };
    [
        order.id.to_string().into(),
        order.number.as_str().into(),
        order.status.as_str().into(),
        order.payment_status.as_str().into(),
        order.kind.as_str().into(),
        time(Some(order.created_at)),
        time(Some(order.updated_at)),
        time(order.completed_at),
        order.customer_id.to_string().into(),
        order.customer_name.as_str().into(),
        order.customer_email.as_str().into(),
        if order.guest { "true" } else { "false" }.into(),
        order
            .assignee_id
            .map(|id| id.to_string())
            .unwrap_or_default()
            .into(),
        order.assignee_name.as_deref().unwrap_or_default().into(),
        order.title.as_str().into(),
        time(order.estimated_completion),
        items.join("; ").into(),
        units.to_string().into(),
        order.currency.decimal(order.total).into(),
        order.currency.as_str().to_owned().into(),
        part(|address| &address.name),
        part(|address| &address.line1),
        part(|address| &address.line2),
        part(|address| &address.city),
        part(|address| &address.region),
        part(|address| &address.postal_code),
        part(|address| &address.country),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_its_cell() {
        let order = crate::orders::domain::tests::sample_order();
        let cells = columns(&order);
        assert_eq!(cells[1], order.number.as_str());
        assert_eq!(cells[18], "0.00");
    }
}

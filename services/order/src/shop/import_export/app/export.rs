//! Products as CSV, page by page, with constant memory.

use futures::{
    Stream,
    stream::{self, StreamExt as _},
};
use serde_json::{Value, json};
use waybill_primitives::Role;
use waybill_service_kit::{AppError, CallContext, csv::Lines};
use waybill_store::page::Limit;

use super::ImportExport;
use crate::{
    base::audit::{self, Act},
    shop::{
        app_context::PageQuery,
        catalogue::{
            app::Catalogue,
            domain::{Filter, Sort},
        },
        categories::store as categories,
        import_export::domain::{Column, cells},
    },
};

impl ImportExport {
    /// The filtered products in chunks of CSV, the header first.
    pub async fn export(
        &self,
        ctx: &CallContext,
        filter: Filter,
        sort: Sort,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, AppError>> + Send + use<>, AppError> {
        ctx.require(&[Role::Admin])?;
        let act = Act {
            action: "products.export",
            target_kind: "products",
            target_id: String::new(),
            before: None,
            after: Some(json!({ "filter": audit_values(&filter), "sort": sort.as_str() })),
        };
        let tx = self.context.db.begin(&ctx.event_context()).await?;
        audit::record(&tx, ctx, act);
        tx.commit().await?;
        let header = Column::ALL.iter().map(|column| column.as_str().into());
        let mut lines = Lines::default();
        lines.push(header).map_err(AppError::internal)?;
        let header = lines.take().map_err(AppError::internal);
        let (this, ctx) = (self.clone(), ctx.clone());
        let pages = stream::try_unfold(Some(String::new()), move |cursor| {
            let (this, ctx, filter) = (this.clone(), ctx.clone(), filter.clone());
            async move {
                match cursor {
                    None => Ok::<_, AppError>(None),
                    Some(cursor) => {
                        let (chunk, next) = this.page(&ctx, filter, sort, cursor).await?;
                        Ok(Some((chunk, next)))
                    }
                }
            }
        });
        Ok(stream::iter([header]).chain(pages))
    }

    async fn page(
        &self,
        ctx: &CallContext,
        filter: Filter,
        sort: Sort,
        cursor: String,
    ) -> Result<(Vec<u8>, Option<String>), AppError> {
        let query = PageQuery {
            limit: Limit::BATCH,
            cursor,
            total: false,
        };
        let catalogue = Catalogue::new(self.context.clone());
        let page = catalogue.list(ctx, filter, sort, &query).await?;
        let tree = categories::tree(self.context.db.reader()).await?;
        let mut lines = Lines::default();
        for offer in &page.rows {
            let label = offer.product.category_id.and_then(|id| tree.label(id));
            let line = cells(offer, label).into_iter().map(Into::into);
            lines.push(line).map_err(AppError::internal)?;
        }
        let chunk = lines.take().map_err(AppError::internal)?;
        Ok((chunk, page.next_cursor))
    }
}

/// The filter for the audit log, with the field names of the request.
fn audit_values(filter: &Filter) -> Value {
    let words = (!filter.words.is_empty()).then(|| filter.words.join(" "));
    audit::non_null([
        ("q", json!(words)),
        ("category", json!(filter.category)),
        ("minPrice", json!(filter.min_price)),
        ("maxPrice", json!(filter.max_price)),
        ("inStock", json!(filter.in_stock)),
        ("kind", json!(filter.kinds)),
        ("lowStock", json!(filter.low_stock)),
        ("archived", json!(filter.with_archived)),
    ])
}

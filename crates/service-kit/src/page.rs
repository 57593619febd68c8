//! The page that a request asks for.

use waybill_proto::common::PageRequest;
use waybill_store::page::{Limit, PageQuery};

use crate::AppError;

/// The requested page; by default the first one with the default size.
pub fn page_query(page: Option<&PageRequest>) -> Result<PageQuery, AppError> {
    let page = page.cloned().unwrap_or_default();
    Ok(PageQuery {
        limit: Limit::new(page.limit)?,
        cursor: page.cursor,
        total: page.total,
    })
}

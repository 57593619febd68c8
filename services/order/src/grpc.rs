//! What the gRPC rooms of all slices share: ids and pages.

use std::{fmt::Display, str::FromStr};

use waybill_proto::common::{PageInfo, PageRequest};
use waybill_service_kit::AppError;
use waybill_store::page::Limit;

use crate::parts::{Page, PageQuery};

/// Reads the id of the thing that a call is about.
pub fn id<T>(field: &'static str, text: &str) -> Result<T, AppError>
where
    T: FromStr<Err: Display>,
{
    text.parse()
        .map_err(|error: T::Err| AppError::invalid_field(field, error.to_string()))
}

/// The wanted page; the first one of the default size if none is named.
pub fn page_query(page: Option<&PageRequest>) -> Result<PageQuery, AppError> {
    let Some(page) = page else {
        return Ok(PageQuery {
            limit: Limit::DEFAULT,
            cursor: String::new(),
            total: false,
        });
    };
    Ok(PageQuery {
        limit: Limit::new(page.limit)?,
        cursor: page.cursor.clone(),
        total: page.total,
    })
}

pub fn page_info<T>(page: &Page<T>) -> PageInfo {
    PageInfo {
        next_cursor: page.next_cursor.clone().unwrap_or_default(),
        total: page.total,
    }
}

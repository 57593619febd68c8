//! What the gRPC rooms of all slices share: ids, enums and pages.

use std::{fmt::Display, str::FromStr};

use waybill_primitives::UnknownValue;
use waybill_proto::common::{PageInfo, PageRequest};
use waybill_service_kit::AppError;
use waybill_store::page::Limit;

use crate::{
    parts::{Page, PageQuery},
    store::MOST_COUNTED,
};

/// Reads the id of the thing that a call is about.
pub fn id<T>(field: &'static str, text: &str) -> Result<T, AppError>
where
    T: FromStr<Err: Display>,
{
    text.parse()
        .map_err(|error: T::Err| AppError::invalid_field(field, error.to_string()))
}

/// Reads an enum of a request; none if it is left out.
pub fn choice<T>(
    field: &str,
    read: Result<Option<T>, UnknownValue>,
) -> Result<Option<T>, AppError> {
    read.map_err(|unknown| AppError::invalid_field(field, unknown.to_string()))
}

/// Bytes of one message at most: a quarter of what a client takes by default.
const PIECE: usize = 1024 * 1024;

/// What is sent in several messages, because one would be too large.
pub fn pieces(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.chunks(PIECE).map(<[u8]>::to_vec)
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
    // One more than is counted stands for "and more".
    let capped = page.total == Some(MOST_COUNTED + 1);
    PageInfo {
        next_cursor: page.next_cursor.clone(),
        total: page.total.map(|total| total - u64::from(capped)),
        total_capped: capped,
    }
}

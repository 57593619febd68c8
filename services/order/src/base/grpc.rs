//! What the gRPC layers of all slices share: ids, enums, and answers in pieces.

use std::{fmt::Display, str::FromStr};

use waybill_primitives::UnknownValue;
use waybill_service_kit::AppError;

/// Reads the id of the thing that a call is about.
pub fn id<T>(field: &'static str, text: &str) -> Result<T, AppError>
where
    T: FromStr<Err: Display>,
{
    text.parse()
        .map_err(|error: T::Err| AppError::invalid_field(field, error.to_string()))
}

/// Reads an enum of a request, or a filter by one.
pub fn choice<T>(field: &str, read: Result<T, UnknownValue>) -> Result<T, AppError> {
    read.map_err(|unknown| AppError::invalid_field(field, unknown.to_string()))
}

/// Bytes of one message at most: a quarter of what a client takes by default.
const PIECE: usize = 1024 * 1024;

/// What is sent in several messages, because one would be too large.
pub fn pieces(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.chunks(PIECE).map(<[u8]>::to_vec)
}

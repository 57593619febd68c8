//! Shared by the gRPC layers of all slices: ids, and answers in chunks.

use std::{fmt::Display, str::FromStr};

use waybill_service_kit::AppError;

/// Reads the id of the resource of a call.
pub fn id<T>(field: &'static str, text: &str) -> Result<T, AppError>
where
    T: FromStr<Err: Display>,
{
    text.parse()
        .map_err(|error: T::Err| AppError::invalid_field(field, error.to_string()))
}

/// Maximum size of a message, in bytes: a quarter of the default limit of clients.
const PIECE: usize = 1024 * 1024;

/// Items that are sent in several messages, because one would be too large.
pub fn pieces(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.chunks(PIECE).map(<[u8]>::to_vec)
}

//! The provider's responses: error messages, JSON, files and parts of them.

use bytes::Bytes;
use futures::{StreamExt as _, future::ready, stream};
use http::{StatusCode, header};
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;

use super::READ_TIMEOUT;
use crate::FileError;

/// The provider's error message.
#[derive(Debug, thiserror::Error)]
#[error("Cloudinary answered {status}: {message}")]
struct Refusal {
    status: StatusCode,
    message: String,
}

/// The response, if the request succeeded.
pub async fn checked(request: RequestBuilder) -> Result<Response, FileError> {
    // The URL may hold a signature, which must not be logged.
    let sent = request.send().await;
    let response = sent.map_err(|error| FileError::storage(error.without_url()))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status == StatusCode::NOT_FOUND {
        return Err(FileError::NotFound);
    }
    let body: serde_json::Value = response.json().await.unwrap_or_default();
    let message = body["error"]["message"].as_str().unwrap_or("nothing else");
    Err(FileError::storage(Refusal {
        status,
        message: message.chars().take(300).collect(),
    }))
}

/// A response in JSON.
pub async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, FileError> {
    let response = checked(request.timeout(READ_TIMEOUT)).await?;
    let read = response.json().await;
    read.map_err(|error| FileError::storage(error.without_url()))
}

/// Bytes of the whole object.
pub fn total(response: &Response) -> Option<u64> {
    if response.status() != StatusCode::PARTIAL_CONTENT {
        return response.content_length();
    }
    let range = response
        .headers()
        .get(header::CONTENT_RANGE)?
        .to_str()
        .ok()?;
    range.rsplit_once('/')?.1.parse().ok()
}

/// The bytes after the first `skipped`, and no more than `length`; a stream that ends before is an error.
pub fn cut(
    body: impl stream::Stream<Item = Result<Bytes, FileError>> + Send + 'static,
    mut skipped: u64,
    mut length: u64,
) -> impl stream::Stream<Item = Result<Bytes, FileError>> + Send + 'static {
    let parts = body.map(Some).chain(stream::once(ready(None)));
    parts.filter_map(move |part| {
        ready(match part {
            Some(Ok(mut part)) => {
                let start = skipped.min(part.len() as u64);
                skipped -= start;
                let mut part = part.split_off(start as usize);
                part.truncate(length.min(part.len() as u64) as usize);
                length -= part.len() as u64;
                (!part.is_empty()).then_some(Ok(part))
            }
            None if length > 0 => Some(Err(FileError::storage("the file broke off"))),
            Some(Err(error)) => Some(Err(error)),
            None => None,
        })
    })
}

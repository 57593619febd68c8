//! Downloads: headers that keep a browser from running files, ranges, and links instead of tokens.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt as _, future::ready};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use utoipa::IntoParams;
use waybill_proto::order::{
    FileDescription, ReadFileRequest, ReadFileResponse, read_file_response::Part,
};
use waybill_service_kit::{AppError, CallContext, ErrorCode};

use crate::{
    app::{Gateway, read, required},
    downloads::{self, Place},
    error::ApiError,
    extract::Id,
    routes::products::matches_tag,
};

/// The query of a link.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct LinkQuery {
    /// Of a link.
    pub expires: Option<i64>,
    /// Of a link.
    pub signature: Option<String>,
}

impl LinkQuery {
    fn text(&self) -> String {
        match (self.expires, &self.signature) {
            (None, None) => String::new(),
            // The order service refuses incomplete links.
            (expires, signature) => format!(
                "expires={}&signature={}",
                expires.map(|at| at.to_string()).unwrap_or_default(),
                signature.as_deref().unwrap_or_default()
            ),
        }
    }
}

/// Keeps browsers from running anything in a file.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; sandbox";
/// A picture of a product never changes; a new one has a new id.
const PUBLIC: &str = "public, max-age=31536000, immutable";
/// Cached by the browser but revalidated each time, because permissions can change.
const PRIVATE: &str = "private, no-cache";
/// Links on the storage are valid for a minute.
const REDIRECT: &str = "public, max-age=30";

pub async fn download(
    app: &Gateway,
    context: &CallContext,
    id: Id,
    thumbnail: bool,
    query: LinkQuery,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let place = app.downloads.place(context).await?;
    let whole = ReadFileRequest {
        id: id.to_string(),
        thumbnail,
        allow_redirect: true,
        link: query.text(),
        ..Default::default()
    };
    let range = headers.get(header::RANGE).and_then(parse_range);
    let (offset, length) = range.unwrap_or_default();
    let request = ReadFileRequest {
        offset,
        length,
        ..whole.clone()
    };
    let (mut description, mut parts) = match open(app, context, request).await {
        Err(error) if error.code == ErrorCode::RangeNotSatisfiable => return Ok(beyond(error)),
        opened => opened?,
    };
    let tag = tag(&description, thumbnail)?;
    let other = |name| headers.get(name).is_some_and(|known| known != tag);
    if range.is_some() && other(header::IF_RANGE) {
        // The client has a part of another file.
        (description, parts) = open(app, context, whole).await?;
    }
    let is_public = required(description.file.as_ref(), "the file")?
        .order_id
        .is_none();
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| matches_tag(known, &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if description.redirect_url.is_empty() {
        stream(&description, parts, place)?
    } else {
        let url = HeaderValue::try_from(&description.redirect_url).map_err(AppError::internal)?;
        let mut response = StatusCode::FOUND.into_response();
        response.headers_mut().insert(header::LOCATION, url);
        response
    };
    let is_redirect = response.status() == StatusCode::FOUND;
    let cache = match (is_public, is_redirect) {
        (true, false) => Some(PUBLIC),
        (true, true) => Some(REDIRECT),
        (false, false) => Some(PRIVATE),
        (false, true) => None,
    };
    let headers = response.headers_mut();
    if let Some(cache) = cache {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    }
    if !is_redirect {
        headers.insert(header::ETAG, tag);
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    Ok(response)
}

type Parts = tonic::Streaming<ReadFileResponse>;

/// The description of the file and the stream of its content.
async fn open(
    app: &Gateway,
    context: &CallContext,
    request: ReadFileRequest,
) -> Result<(FileDescription, Parts), ApiError> {
    let mut parts = read!(app.clients.file, read_file, context, request)?;
    let first = parts.message().await?.and_then(|message| message.part);
    match first {
        Some(Part::Description(description)) => Ok((description, parts)),
        Some(Part::Chunk(_)) | None => required(None, "the description of the file"),
    }
}

fn tag(description: &FileDescription, thumbnail: bool) -> Result<HeaderValue, ApiError> {
    let hash = description.file.as_ref().map_or("", |file| &file.sha256);
    let tail = if thumbnail { "-thumbnail" } else { "" };
    HeaderValue::try_from(format!("\"{hash}{tail}\""))
        .map_err(|error| AppError::internal(error).into())
}

fn stream(description: &FileDescription, parts: Parts, place: Place) -> Result<Response, ApiError> {
    let (offset, length, size) = (description.offset, description.length, description.size);
    let is_part = length > 0;
    // A stream that fails closes the connection: the client sees that bytes are missing.
    let body = parts.filter_map(|message| {
        ready(match message {
            Ok(message) => match message.part {
                Some(Part::Chunk(chunk)) => Some(Ok(Bytes::from(chunk))),
                _ => None,
            },
            Err(status) => Some(Err(status)),
        })
    });
    let mut response = Response::new(downloads::body(body, place));
    if is_part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let text = |text: String| HeaderValue::try_from(text).map_err(AppError::internal);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        text(description.content_type.clone())?,
    );
    let follows = if is_part { length } else { size };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(follows));
    if is_part {
        let last = offset + length - 1;
        let range = text(format!("bytes {offset}-{last}/{size}"))?;
        headers.insert(header::CONTENT_RANGE, range);
    }
    headers.insert(
        header::CONTENT_DISPOSITION,
        text(description.content_disposition.clone())?,
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    Ok(response)
}

/// 416 with the size of the file.
fn beyond(mut error: ApiError) -> Response {
    error.status = StatusCode::RANGE_NOT_SATISFIABLE;
    let size = error.context.get("size").cloned().unwrap_or_default();
    let mut response = error.into_response();
    if let Ok(range) = HeaderValue::try_from(format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    response
}

/// Offset and length of a single range, for the order service. Any other range gets the whole file, as HTTP allows.
fn parse_range(value: &HeaderValue) -> Option<(i64, i64)> {
    let range = value.to_str().ok()?.trim().strip_prefix("bytes=")?;
    let (first, last) = range.split_once('-')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        text.parse::<i64>().ok().filter(|_| digits)
    };
    match (first.trim(), last.trim()) {
        // A suffix range; one of zero bytes cannot be satisfied.
        ("", last) => match number(last)? {
            0 => Some((i64::MAX, 0)),
            last => Some((-last, 0)),
        },
        (first, "") => Some((number(first)?, i64::MAX)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then(|| (first, (last - first).saturating_add(1)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood_and_everything_else_is_the_whole() {
        let parse = |text| parse_range(&HeaderValue::from_static(text));
        assert_eq!(parse("bytes=0-499"), Some((0, 500)));
        assert_eq!(parse("bytes=500-"), Some((500, i64::MAX)));
        assert_eq!(parse("bytes=0-"), Some((0, i64::MAX)));
        assert_eq!(parse("bytes=-500"), Some((-500, 0)));
        assert_eq!(parse("bytes=-0"), Some((i64::MAX, 0)));
        for whole in [
            "bytes=0-1,5-6",
            "bytes=5-4",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "items=0-1",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(parse(whole), None, "{whole}");
        }
    }
}

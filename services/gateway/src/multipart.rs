//! Multipart forms with files, read with bounded memory.
//!
//! The parser buffers input without a limit until it finds the next boundary or the end of a field's headers. So it gets the body
//! in small pieces, and no more than [`MAX_HEAD`] bytes between two fields. The content of a field is streamed and counts only
//! against the limit of the whole form.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream},
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, future::poll_fn};
use http::{HeaderMap, StatusCode, header};
use parking_lot::Mutex;
use waybill_service_kit::{AppError, ErrorCode};

use crate::error::ApiError;

/// Maximum number of bytes between two fields: the boundary and the headers of the next field.
const MAX_HEAD: usize = 64 * 1024;
/// Number of bytes that the parser gets at a time.
const PIECE: usize = 32 * 1024;
/// The largest file that the shop's settings can allow.
const MAX_FILE: usize = 100 * 1024 * 1024;
/// Maximum number of bytes of a form besides its file.
pub const SLACK: usize = 1024 * 1024;
/// The largest form with a file.
pub const MAX_FORM: usize = MAX_FILE + SLACK;
/// A client that sends nothing for this long is considered gone.
const IDLE: Duration = Duration::from_secs(30);
/// How long the rest of a refused form is read: a client that is disconnected while sending never sees the answer.
pub const LINGER: Duration = Duration::from_secs(10);

/// A form with a file.
pub struct Form {
    fields: Multipart,
    source: Source,
    /// Size of the whole form as the client declared it.
    declared: Option<u64>,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let form = Self::within(request, MAX_FORM).await;
        form.ok_or_else(|| {
            ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ErrorCode::UnsupportedMediaType,
                "send the file as multipart/form-data, in a field named file",
            )
        })
    }
}

impl Form {
    /// The form of a request, of which at most `most` bytes are read. None if the body is not a form.
    pub async fn within(request: Request, most: usize) -> Option<Self> {
        let (parts, body) = request.into_parts();
        let declared = declared_length(&parts.headers);
        let source = Source(Arc::new(Mutex::new(Inbox {
            body: body.into_data_stream(),
            rest: Bytes::new(),
            paused: false,
            total: 0,
            most,
            head: Some(0),
            excess: None,
        })));
        let mut request = Request::from_parts(parts, Body::from_stream(source.clone()));
        // The body limit does not apply to files.
        DefaultBodyLimit::disable().apply(&mut request);
        let fields = Multipart::from_request(request, &()).await.ok()?;
        Some(Self {
            fields,
            source,
            declared,
        })
    }

    /// Size of the whole form as the client declared it; not checked yet.
    pub const fn declared(&self) -> Option<u64> {
        self.declared
    }

    /// The next field, if there is one.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, ApiError> {
        let field = patiently(&self.source, self.fields.next_field()).await?;
        Ok(field.map(|field| {
            self.source.0.lock().head = None;
            Part {
                field,
                source: &self.source,
            }
        }))
    }

    /// Reads and discards the rest for a limited time, without the parser, which would search it for a boundary.
    pub async fn linger(&mut self) {
        let source = &self.source;
        let rest = async { while poll_fn(|cx| source.0.lock().poll_raw(cx)).await {} };
        // The answer is the same whether the end was reached or not.
        let _ = tokio::time::timeout(LINGER, rest).await;
    }
}

/// The length of a body that has one.
pub fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// One field of a form. The next one begins after it is dropped.
pub struct Part<'a> {
    field: Field<'a>,
    source: &'a Source,
}

impl Part<'_> {
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    pub fn file_name(&self) -> &str {
        self.field.file_name().unwrap_or_default()
    }

    /// The content, as it arrives.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        patiently(self.source, self.field.chunk()).await
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        // The parser skips the rest, which counts as bytes between two fields.
        self.source.0.lock().head = Some(0);
    }
}

/// The next bytes from the client, within the time and size limits.
async fn patiently<T>(
    source: &Source,
    part: impl Future<Output = Result<T, MultipartError>>,
) -> Result<T, ApiError> {
    let part = tokio::time::timeout(IDLE, part)
        .await
        .map_err(|_| AppError::malformed("no data received for 30 seconds; send the file again"))?;
    part.map_err(|error| match source.0.lock().excess {
        Some(excess) => excess.into(),
        None => {
            tracing::debug!(%error, "a form cannot be read");
            AppError::malformed("the form cannot be read: it must be multipart/form-data with the boundary that Content-Type names, a name for each part, and an end").into()
        }
    })
}

/// The limit that was exceeded.
#[derive(Debug, Clone, Copy)]
enum Excess {
    Head,
    Whole(usize),
}

impl From<Excess> for ApiError {
    fn from(excess: Excess) -> Self {
        let message = match excess {
            Excess::Head => format!("no field begins within {MAX_HEAD} bytes of the form"),
            Excess::Whole(most) => format!("the form has more than {most} bytes"),
        };
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::PayloadTooLarge,
            message,
        )
    }
}

/// The body as passed to the parser; shared with the form.
#[derive(Clone)]
struct Source(Arc<Mutex<Inbox>>);

struct Inbox {
    body: BodyDataStream,
    /// The rest of the last frame, not yet passed on.
    rest: Bytes,
    /// A piece was just passed on.
    paused: bool,
    total: usize,
    most: usize,
    /// Bytes since the last field ended; none within a field.
    head: Option<usize>,
    excess: Option<Excess>,
}

impl Inbox {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
        let refused = || Some(Err(axum::Error::new("the form is too large")));
        if self.excess.is_some() {
            return Poll::Ready(refused());
        }
        // The parser reads all available input before it parses any of it.
        if std::mem::take(&mut self.paused) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.rest.is_empty() {
            match ready!(self.body.poll_next_unpin(cx)) {
                Some(Ok(frame)) => self.rest = frame,
                end => return Poll::Ready(end),
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        self.total += piece.len();
        if let Some(head) = &mut self.head {
            *head += piece.len();
        }
        self.excess = match self.head {
            _ if self.total > self.most => Some(Excess::Whole(self.most)),
            Some(head) if head > MAX_HEAD => Some(Excess::Head),
            _ => None,
        };
        if self.excess.is_some() {
            return Poll::Ready(refused());
        }
        self.paused = true;
        Poll::Ready(Some(Ok(piece)))
    }

    /// Reads and discards more input; whether there was any.
    fn poll_raw(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        self.rest.clear();
        let frame = ready!(self.body.poll_next_unpin(cx));
        Poll::Ready(matches!(frame, Some(Ok(_))))
    }
}

impl Stream for Source {
    type Item = Result<Bytes, axum::Error>;
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().poll_piece(cx)
    }
}

/// Reads a form of these bytes in frames of this size to its end; for `crates/fuzz`.
#[doc(hidden)]
pub async fn fuzz(bytes: &[u8], frame: usize) {
    let frames: Vec<_> = bytes
        .chunks(frame.max(1))
        .map(Bytes::copy_from_slice)
        .collect();
    let frames = futures::stream::iter(frames).map(Ok::<_, std::io::Error>);
    let mut request = Request::new(Body::from_stream(frames));
    let kind = http::HeaderValue::from_static("multipart/form-data; boundary=x");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    let Some(mut form) = Form::within(request, bytes.len()).await else {
        return;
    };
    let mut contents = 0;
    while let Ok(Some(mut field)) = form.next().await {
        let _ = (field.name().len(), field.file_name().len());
        while let Ok(Some(chunk)) = field.chunk().await {
            contents += chunk.len();
        }
    }
    form.linger().await;
    assert!(contents <= bytes.len(), "more was read than was sent");
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::stream;

    use super::*;

    const BOUNDARY: &str =
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";

    /// A form of these bytes, in frames of `frame` bytes, with a counter of the frames that were read.
    async fn form(bytes: Vec<u8>, frame: usize, most: usize) -> (Form, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&taken);
        let frames: Vec<_> = bytes.chunks(frame).map(Bytes::copy_from_slice).collect();
        let frames = stream::iter(frames).map(move |frame| {
            counter.fetch_add(frame.len(), Ordering::Relaxed);
            Ok::<_, std::io::Error>(frame)
        });
        let request = Request::builder()
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from_stream(frames))
            .unwrap();
        (Form::within(request, most).await.unwrap(), taken)
    }

    #[tokio::test]
    async fn nothing_is_kept_while_no_field_begins() {
        let junk = vec![b'j'; 8 * 1024 * 1024];
        let endless_head = [b"--x\r\nx-header: ".to_vec(), junk.clone()].concat();
        let second = [BOUNDARY.as_bytes(), b"content\r\n--x\r\ny: ", &junk].concat();
        for (bytes, fields) in [(junk, 0), (endless_head, 0), (second, 1)] {
            for frame in [4096, bytes.len()] {
                let (mut form, taken) = form(bytes.clone(), frame, usize::MAX).await;
                for _ in 0..fields {
                    let mut part = form.next().await.unwrap().unwrap();
                    while part.chunk().await.unwrap().is_some() {}
                }
                let refused = form.next().await.err().expect("too much");
                assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
                let most = (MAX_HEAD + 3 * PIECE).max(frame);
                assert!(taken.load(Ordering::Relaxed) <= most, "{frame}");
                form.linger().await;
                let all = taken.load(Ordering::Relaxed);
                assert_eq!(all, bytes.len(), "the rest was read and discarded");
            }
        }
    }

    #[tokio::test]
    async fn a_large_field_passes_and_the_whole_has_a_limit() {
        let content = vec![b'c'; 3 * 1024 * 1024];
        let bytes = [BOUNDARY.as_bytes(), &content, b"\r\n--x--\r\n"].concat();
        for frame in [1000, bytes.len()] {
            let (mut small, _) = form(bytes.clone(), frame, bytes.len()).await;
            let mut part = small.next().await.unwrap().unwrap();
            assert_eq!((part.name(), part.file_name()), ("file", "a"));
            let mut length = 0;
            while let Some(chunk) = part.chunk().await.unwrap() {
                length += chunk.len();
            }
            assert_eq!(length, content.len());
            drop(part);
            assert!(small.next().await.unwrap().is_none());

            let (mut large, _) = form(bytes.clone(), frame, bytes.len() - 1).await;
            let mut part = large.next().await.unwrap().unwrap();
            let refused = loop {
                match part.chunk().await {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("the limit was not enforced"),
                    Err(error) => break error,
                }
            };
            assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        }
    }
}

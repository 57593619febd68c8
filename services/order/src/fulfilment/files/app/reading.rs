//! Downloads: the bytes of files, or links to them.

use std::{ops::Range, time::Duration};

use bytes::Bytes;
use futures::stream::BoxStream;
use waybill_file_store::{FileError, LinkError, LinkOptions, MediaType, content_disposition};
use waybill_primitives::{FieldErrors, FileId, Timestamp};
use waybill_service_kit::{AppError, CallContext, ErrorCode, ErrorKind};

use super::Files;
use crate::fulfilment::files::{
    domain::{self, LINK_SECONDS, MAX_LINK_SECONDS, StoredFile, range},
    store,
};

/// Validity of the links of redirects, which are followed at once.
const REDIRECT: Duration = Duration::from_mins(1);

/// The requested bytes of a file.
#[derive(Debug, Clone, Default)]
pub struct ReadRequest {
    pub thumbnail: bool,
    /// Negative: from the end.
    pub offset: i64,
    /// 0: to the end.
    pub length: i64,
    /// A redirect to the storage is accepted.
    pub redirect: bool,
    /// The query of a link; empty without one.
    pub link: String,
}

/// A file to download.
pub struct Download {
    pub file: StoredFile,
    pub content_type: String,
    /// Size of the whole file.
    pub size: u64,
    /// HTTP `Content-Disposition`: whether it is shown or saved, and its name.
    pub disposition: String,
    /// The byte range of `body`, if not the whole file.
    pub range: Option<Range<u64>>,
    pub body: Body,
}

/// The bytes, or a link to them.
pub enum Body {
    Elsewhere(String),
    Bytes(BoxStream<'static, Result<Bytes, FileError>>),
}

/// A link that gives access without a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// On the storage.
    Url(String),
    /// The query for the gateway's route.
    Query(String),
}

/// Links to a file and its thumbnail.
#[derive(Debug)]
pub struct Links {
    pub file: Link,
    pub thumbnail: Option<Link>,
    pub expires_at: Timestamp,
}

/// The signed part of a link: the gateway's path.
fn path(id: FileId, thumbnail: bool) -> String {
    let tail = if thumbnail { "/thumbnail" } else { "" };
    format!("/api/v1/media/{id}{tail}")
}

/// In seconds.
const HOUR: i64 = 3600;

impl Files {
    /// The bytes of a file that the caller may read, or has a link to.
    pub async fn read(
        &self,
        ctx: &CallContext,
        id: FileId,
        request: &ReadRequest,
    ) -> Result<Download, AppError> {
        let file = if request.link.is_empty() {
            self.file(ctx, id).await?
        } else {
            self.check_link(id, request)?;
            let found = store::find(self.context.db.reader(), id).await?;
            found.ok_or_else(|| AppError::not_found("file"))?
        };
        let (key, content_type, size) = match (request.thumbnail, file.thumbnail()) {
            (false, _) => (
                file.object_key.clone(),
                file.content_type.clone(),
                file.size,
            ),
            (true, Some((kind, size))) => (file.thumbnail_key(), kind.to_owned(), size),
            (true, None) => return Err(AppError::not_found("thumbnail: it is not a picture")),
        };
        let size = size.unsigned_abs();
        let range = range(request.offset, request.length, size).map_err(|_| {
            AppError::new(
                ErrorKind::Invalid,
                ErrorCode::RangeNotSatisfiable,
                format!("the file has {size} bytes; the range begins after them"),
            )
            .with_meta("size", size.to_string())
        })?;
        let elsewhere = if request.redirect && self.storage.redirects {
            self.on_storage(&file, request.thumbnail, REDIRECT).await?
        } else {
            None
        };
        let body = if let Some(url) = elsewhere {
            Body::Elsewhere(url)
        } else {
            let object = self.storage.store.open(&parsed(&key)?, range.clone()).await;
            let object = object.map_err(|error| {
                if matches!(error, FileError::NotFound) {
                    tracing::warn!(%key, "a file is missing in the storage");
                }
                AppError::from(error)
            })?;
            Body::Bytes(object.body)
        };
        Ok(Download {
            disposition: content_disposition(&file.name, is_shown(&content_type)),
            file,
            content_type,
            size,
            range,
            body,
        })
    }

    fn check_link(&self, id: FileId, request: &ReadRequest) -> Result<(), AppError> {
        let path = path(id, request.thumbnail);
        let checked = self.links.verify(&path, &request.link, self.context.now());
        checked.map_err(|error| {
            let code = match error {
                LinkError::Expired => ErrorCode::LinkExpired,
                LinkError::Malformed | LinkError::Forged => ErrorCode::LinkInvalid,
            };
            AppError::new(ErrorKind::Forbidden, code, error.to_string())
        })
    }

    /// Links to a file that the caller may read, to share with others. Without `seconds` they have the default validity.
    pub async fn link(
        &self,
        ctx: &CallContext,
        id: FileId,
        seconds: Option<i64>,
    ) -> Result<Links, AppError> {
        let seconds = seconds.unwrap_or(LINK_SECONDS);
        let mut errors = FieldErrors::default();
        errors.number("seconds", seconds, 1, MAX_LINK_SECONDS);
        errors.or(())?;
        let file = self.file(ctx, id).await?;
        let lifetime = Duration::from_secs(seconds.unsigned_abs());
        let expires_at = self.context.now().plus(lifetime);
        let thumbnail = match file.thumbnail() {
            Some(_) => Some(self.make_link(&file, true, lifetime, expires_at).await?),
            None => None,
        };
        Ok(Links {
            file: self.make_link(&file, false, lifetime, expires_at).await?,
            thumbnail,
            expires_at,
        })
    }

    /// The URL of a picture's thumbnail for use in a page, which cannot send a token with it: valid for one to two hours. It stays the same
    /// for an hour, so that browsers keep the picture.
    pub fn thumbnail_url(&self, file: &StoredFile) -> Option<String> {
        file.thumbnail()?;
        let hours = self.context.now().secs() / HOUR + 2;
        let path = path(file.id, true);
        let link = self.links.sign(&path, Timestamp::from_secs(hours * HOUR));
        Some(format!("{path}?{link}"))
    }

    async fn make_link(
        &self,
        file: &StoredFile,
        thumbnail: bool,
        lifetime: Duration,
        expires_at: Timestamp,
    ) -> Result<Link, AppError> {
        if self.storage.redirects
            && let Some(url) = self.on_storage(file, thumbnail, lifetime).await?
        {
            return Ok(Link::Url(url));
        }
        let path = path(file.id, thumbnail);
        Ok(Link::Query(self.links.sign(&path, expires_at)))
    }

    /// A link on the storage, if it supports links.
    async fn on_storage(
        &self,
        file: &StoredFile,
        thumbnail: bool,
        expires: Duration,
    ) -> Result<Option<String>, AppError> {
        let (key, content_type) = match file.thumbnail().filter(|_| thumbnail) {
            Some((kind, _)) => (file.thumbnail_key(), kind.to_owned()),
            None => (file.object_key.clone(), file.content_type.clone()),
        };
        let inline = is_shown(&content_type);
        let options = LinkOptions {
            expires,
            content_type,
            file_name: file.name.clone(),
            inline,
        };
        let key = parsed(&key)?;
        Ok(self.storage.store.signed_url(&key, &options).await?)
    }
}

/// Whether a browser may show the file; otherwise it is saved.
fn is_shown(content_type: &str) -> bool {
    content_type
        .parse()
        .is_ok_and(|kind: MediaType| kind.may_be_shown())
}

/// Parses the name of an object.
pub(super) fn parsed(key: &str) -> Result<waybill_file_store::Key, AppError> {
    domain::object_key(key)
        .ok_or_else(|| AppError::internal(format!("{key:?} is not the name of an object")))
}

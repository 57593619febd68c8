//! Giving files out: their bytes, or links to them.

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

/// Redirects lead to links that hold so long: to be followed at once.
const REDIRECT: Duration = Duration::from_mins(1);

/// Which bytes are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub thumbnail: bool,
    /// Below 0: from the end.
    pub offset: i64,
    /// 0: to the end.
    pub length: i64,
    /// A link to the storage will do.
    pub redirect: bool,
    /// The query of a link; empty without one.
    pub link: String,
}

/// A file on its way out.
pub struct Download {
    pub file: StoredFile,
    pub content_type: String,
    /// Bytes of the whole.
    pub size: u64,
    /// As in HTTP: whether it is shown or saved, and its name.
    pub disposition: String,
    /// The bytes that `body` has, if not all.
    pub range: Option<Range<u64>>,
    pub body: Body,
}

/// The bytes, or where they are.
pub enum Body {
    Elsewhere(String),
    Bytes(BoxStream<'static, Result<Bytes, FileError>>),
}

/// A link for whoever has it.
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

/// What a link is signed for: the gateway's path.
fn path(id: FileId, thumbnail: bool) -> String {
    let tail = if thumbnail { "/thumbnail" } else { "" };
    format!("/api/v1/media/{id}{tail}")
}

impl Files {
    /// The bytes of a file that the caller may see, or has a link to.
    pub async fn read(
        &self,
        ctx: &CallContext,
        id: FileId,
        wanted: &Wanted,
    ) -> Result<Download, AppError> {
        let file = if wanted.link.is_empty() {
            self.file(ctx, id).await?
        } else {
            self.check_link(id, wanted)?;
            let found = store::find(self.context.db.reader(), id).await?;
            found.ok_or_else(|| AppError::not_found("file"))?
        };
        let (key, content_type, size) = match (wanted.thumbnail, file.thumbnail()) {
            (false, _) => (
                file.object_key.clone(),
                file.content_type.clone(),
                file.size,
            ),
            (true, Some((kind, size))) => (file.thumbnail_key(), kind.to_owned(), size),
            (true, None) => return Err(AppError::not_found("thumbnail: it is not a picture")),
        };
        let size = size.unsigned_abs();
        let range = range(wanted.offset, wanted.length, size).map_err(|_| {
            AppError::new(
                ErrorKind::Invalid,
                ErrorCode::RangeNotSatisfiable,
                format!("the file has {size} bytes; the range begins after them"),
            )
            .with_meta("size", size.to_string())
        })?;
        let elsewhere = if wanted.redirect && self.storage.redirects {
            self.on_storage(&file, wanted.thumbnail, REDIRECT).await?
        } else {
            None
        };
        let body = if let Some(url) = elsewhere {
            Body::Elsewhere(url)
        } else {
            let object = self.storage.store.open(&parsed(&key)?, range.clone()).await;
            let object = object.map_err(|error| {
                if matches!(error, FileError::NotFound) {
                    tracing::warn!(%key, "the storage does not have a file that is known here");
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

    fn check_link(&self, id: FileId, wanted: &Wanted) -> Result<(), AppError> {
        let path = path(id, wanted.thumbnail);
        let checked = self.links.verify(&path, &wanted.link, self.context.now());
        checked.map_err(|error| {
            let code = match error {
                LinkError::Expired => ErrorCode::LinkExpired,
                LinkError::Malformed | LinkError::Forged => ErrorCode::LinkInvalid,
            };
            AppError::new(ErrorKind::Forbidden, code, error.to_string())
        })
    }

    /// Links to a file that the caller may see, for whoever they give them to. Without `seconds` they hold for the default.
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

    /// A link on the storage, if it has such.
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

/// Whether a browser may show it; else it saves it.
fn is_shown(content_type: &str) -> bool {
    content_type
        .parse()
        .is_ok_and(|kind: MediaType| kind.may_be_shown())
}

/// The name of an object of ours.
pub(super) fn parsed(key: &str) -> Result<waybill_file_store::Key, AppError> {
    domain::object_key(key)
        .ok_or_else(|| AppError::internal(format!("{key:?} is not the name of an object")))
}

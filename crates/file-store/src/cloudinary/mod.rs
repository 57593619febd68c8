//! Cloudinary as a storage: uploads are signed, and the assets are reachable only by signed links.
//!
//! An asset's type follows from the extension of its key: pictures (`.jpg`, `.png`, `.gif`, `.webp`) are `image`, videos (`.mp4`)
//! are `video`, and everything else is `raw`. Files up to 100 MB, the provider's limit for one request.

mod answer;
mod signature;

use std::{
    fmt,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream},
};
use http::{StatusCode, header};
use parking_lot::Mutex;
use reqwest::{
    Body, Client, RequestBuilder,
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use tokio_util::io::ReaderStream;
use waybill_primitives::Timestamp;

use self::answer::{answer, checked, cut, total};
use crate::{
    Entry, FileError, FileStore, FilesSettings, Key, LinkOptions, MediaType, Object, Source,
    key::is_folder, settings::SignatureHash, store::within,
};

/// Only signed links reach such assets.
const DELIVERY: &str = "authenticated";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest time without a byte; also the time limit of a response that is no file.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(2);
/// For our own downloads: the time within which one must begin.
const OPEN_WITHIN: Duration = Duration::from_mins(5);
/// The provider limits calls of this kind per hour: a successful check is not repeated for this long.
const ANSWERED_FOR: Duration = Duration::from_mins(5);
const ENTRIES_PER_PAGE: u32 = 500;

/// A Cloudinary account as a storage.
pub struct CloudinaryStore {
    client: Client,
    /// `<url>/v1_1/<cloud>`.
    base: String,
    key: SecretString,
    secret: SecretString,
    hash: SignatureHash,
    answered: Mutex<Option<Instant>>,
}

/// The asset that a key stands for.
struct Asset<'a> {
    /// `image`, `video` or `raw`.
    kind: &'static str,
    /// The whole key with its extension: without it two keys that differ only in the extension would collide.
    public_id: &'a str,
    /// For pictures and videos.
    format: &'a str,
}

impl<'a> Asset<'a> {
    fn of(key: &'a Key) -> Self {
        let public_id = key.as_str();
        let (_, format) = public_id.rsplit_once('.').unwrap_or_default();
        let known = MediaType::ALL
            .into_iter()
            .find(|kind| kind.extension() == format);
        let (kind, format) = match known {
            Some(kind) if kind.is_picture() => ("image", format),
            Some(MediaType::Mp4) => ("video", format),
            _ => ("raw", ""),
        };
        Self {
            kind,
            public_id,
            format,
        }
    }
}

impl CloudinaryStore {
    pub fn new(settings: &FilesSettings) -> Result<Self, FileError> {
        waybill_service_kit::crypto::install();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(FileError::storage)?;
        let url = settings.cloudinary_url.to_string();
        let cloud = settings.cloudinary_cloud.as_deref().unwrap_or_default();
        let secret = |secret: &Option<SecretString>| secret.clone().unwrap_or_default();
        Ok(Self {
            client,
            base: format!("{}/v1_1/{cloud}", url.trim_end_matches('/')),
            key: secret(&settings.cloudinary_key),
            secret: secret(&settings.cloudinary_secret),
            hash: settings.cloudinary_signature,
            answered: Mutex::new(None),
        })
    }

    /// Adds the API key and the signature.
    fn signed(&self, mut parameters: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
        parameters.push(("timestamp", Timestamp::now().secs().to_string()));
        let signature = signature::sign(&parameters, self.secret.expose_secret(), self.hash);
        parameters.push(("signature", signature));
        parameters.push(("api_key", self.key.expose_secret().to_owned()));
        parameters
    }

    /// A link to the original, valid for everyone who has it.
    fn download_url(
        &self,
        key: &Key,
        expires: Duration,
        attachment: bool,
    ) -> Result<String, FileError> {
        let asset = Asset::of(key);
        let expires_at = Timestamp::now().plus(expires).secs() + 1;
        let mut parameters = vec![
            ("public_id", asset.public_id.to_owned()),
            ("format", asset.format.to_owned()),
            ("type", DELIVERY.to_owned()),
            ("expires_at", expires_at.to_string()),
        ];
        if attachment {
            parameters.push(("attachment", "true".to_owned()));
        }
        parameters.retain(|(_, value)| !value.is_empty());
        let url = format!("{}/{}/download", self.base, asset.kind);
        let url = reqwest::Url::parse_with_params(&url, self.signed(parameters));
        Ok(url.map_err(FileError::storage)?.into())
    }

    /// A call of the administrative API, which authenticates the account by key and secret.
    fn admin(&self, path: &str) -> RequestBuilder {
        let url = format!("{}/{path}", self.base);
        let (key, secret) = (self.key.expose_secret(), self.secret.expose_secret());
        self.client.get(url).basic_auth(key, Some(secret))
    }

    async fn size(&self, key: &Key) -> Result<u64, FileError> {
        let asset = Asset::of(key);
        let path = format!("resources/{}/{DELIVERY}/{}", asset.kind, asset.public_id);
        let found: Resource = answer(self.admin(&path)).await?;
        Ok(found.bytes)
    }

    /// One page of the assets of a kind.
    async fn page(
        &self,
        kind: &'static str,
        prefix: &str,
        cursor: Option<String>,
    ) -> Result<Listing, FileError> {
        let mut query = vec![("max_results", ENTRIES_PER_PAGE.to_string())];
        if !prefix.is_empty() {
            query.push(("prefix", prefix.to_owned()));
        }
        query.extend(cursor.map(|cursor| ("next_cursor", cursor)));
        let path = format!("resources/{kind}/{DELIVERY}");
        answer(self.admin(&path).query(&query)).await
    }
}

#[derive(Debug, Deserialize)]
struct Listing {
    resources: Vec<Resource>,
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    public_id: String,
    /// When it was last uploaded, in seconds.
    version: i64,
    bytes: u64,
}

impl Resource {
    /// Assets that others have put there are skipped.
    fn entry(self, kind: &str) -> Option<Entry> {
        let key = Key::parse(self.public_id).ok()?;
        (Asset::of(&key).kind == kind).then_some(Entry {
            key,
            size: self.bytes,
            changed_at: Timestamp::from_secs(self.version),
        })
    }
}

#[derive(Debug, Deserialize)]
struct Destroyed {
    result: String,
}

#[async_trait]
impl FileStore for CloudinaryStore {
    async fn put(
        &self,
        key: &Key,
        source: Source<'_>,
        content_type: &str,
    ) -> Result<(), FileError> {
        let asset = Asset::of(key);
        let size = source.size().await.map_err(FileError::storage)?;
        let body = match source {
            Source::Bytes(bytes) => Body::from(bytes),
            Source::Path(path) => {
                let file = tokio::fs::File::open(path).await;
                Body::wrap_stream(ReaderStream::new(file.map_err(FileError::storage)?))
            }
        };
        let part = Part::stream_with_length(body, size)
            .file_name("file")
            .mime_str(content_type)
            .map_err(FileError::storage)?;
        let parameters = self.signed(vec![
            ("public_id", asset.public_id.to_owned()),
            ("type", DELIVERY.to_owned()),
            ("overwrite", "true".to_owned()),
            ("invalidate", "true".to_owned()),
        ]);
        let form = parameters
            .into_iter()
            .fold(Form::new(), |form, (name, value)| form.text(name, value))
            .part("file", part);
        let url = format!("{}/{}/upload", self.base, asset.kind);
        let request = self.client.post(url).multipart(form);
        checked(request.timeout(UPLOAD_TIMEOUT)).await?;
        Ok(())
    }

    async fn open(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, FileError> {
        if range.as_ref().is_some_and(Range::is_empty) {
            let size = self.size(key).await?;
            return Err(FileError::Range { size });
        }
        let mut request = self.client.get(self.download_url(key, OPEN_WITHIN, false)?);
        if let Some(range) = &range {
            let last = range.end - 1;
            request = request.header(header::RANGE, format!("bytes={}-{last}", range.start));
        }
        let response = match checked(request).await {
            Err(error) if range.is_some() && !matches!(error, FileError::NotFound) => {
                // It may be the range; the size shows it.
                within(range, self.size(key).await?)?;
                return Err(error);
            }
            checked => checked?,
        };
        let total =
            total(&response).ok_or_else(|| FileError::storage("the answer has no length"))?;
        let delivered = within(range, total)?;
        // A server may ignore a range and send everything.
        let skipped = match response.status() {
            StatusCode::PARTIAL_CONTENT => 0,
            _ => delivered.start,
        };
        let body = response
            .bytes_stream()
            .map_err(|error| FileError::storage(error.without_url()));
        Ok(Object {
            size: total,
            body: cut(body, skipped, delivered.end - delivered.start).boxed(),
            range: delivered,
        })
    }

    async fn delete(&self, key: &Key) -> Result<(), FileError> {
        let asset = Asset::of(key);
        let parameters = self.signed(vec![
            ("public_id", asset.public_id.to_owned()),
            ("type", DELIVERY.to_owned()),
            ("invalidate", "true".to_owned()),
        ]);
        let mut body: serde_json::Map<_, _> = parameters
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        body["invalidate"] = json!(true);
        body["timestamp"] = json!(
            body["timestamp"]
                .as_str()
                .and_then(|t| t.parse::<i64>().ok())
        );
        let url = format!("{}/{}/destroy", self.base, asset.kind);
        let destroyed: Destroyed = answer(self.client.post(url).json(&body)).await?;
        match destroyed.result.as_str() {
            "ok" | "not found" => Ok(()),
            other => Err(FileError::storage(format!(
                "the deletion ended with `{other}`"
            ))),
        }
    }

    fn list(&self, folder: &str) -> BoxStream<'_, Result<Entry, FileError>> {
        if !is_folder(folder) {
            let error = FileError::Folder(folder.to_owned());
            return stream::once(async { Err(error) }).boxed();
        }
        let prefix = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let prefix: Arc<str> = prefix.into();
        let kinds = stream::iter(["image", "video", "raw"]);
        let entries = kinds.flat_map(move |kind| {
            let prefix = Arc::clone(&prefix);
            // The first page has no cursor; after the last one there is nothing more.
            let pages = stream::try_unfold(Some(None), move |next: Option<Option<String>>| {
                let prefix = Arc::clone(&prefix);
                async move {
                    let Some(cursor) = next else { return Ok(None) };
                    let page = self.page(kind, &prefix, cursor).await?;
                    let next = page.next_cursor.map(Some);
                    let entries = page
                        .resources
                        .into_iter()
                        .filter_map(|found| found.entry(kind));
                    let entries: Vec<_> = entries.map(Ok).collect();
                    Ok::<_, FileError>(Some((stream::iter(entries), next)))
                }
            });
            pages.try_flatten()
        });
        entries.boxed()
    }

    async fn signed_url(
        &self,
        key: &Key,
        options: &LinkOptions,
    ) -> Result<Option<String>, FileError> {
        // The provider derives type and name from the extension of the key.
        self.download_url(key, options.expires, !options.inline)
            .map(Some)
    }

    async fn check(&self) -> Result<(), FileError> {
        let fresh = |at: Instant| at.elapsed() < ANSWERED_FOR;
        if self.answered.lock().is_some_and(fresh) {
            return Ok(());
        }
        checked(self.admin("ping").timeout(READ_TIMEOUT)).await?;
        *self.answered.lock() = Some(Instant::now());
        Ok(())
    }
}

impl fmt::Debug for CloudinaryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CloudinaryStore({})", self.base)
    }
}

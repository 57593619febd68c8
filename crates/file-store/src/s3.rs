//! A bucket of S3 or of a compatible service.

use std::{fmt, ops::Range, path::Path, time::Duration};

use async_trait::async_trait;
use futures::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream},
};
use http::{Method, uri::Scheme};
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, Error, GetOptions, GetRange,
    MultipartUpload, ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions,
    RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path as Location,
    signer::{SignedUrlOptions, Signer as _},
};
use secrecy::ExposeSecret as _;
use tokio::io::AsyncReadExt as _;

use crate::{
    Entry, FileError, FileStore, FilesSettings, Key, LinkOptions, Object, Source, key::is_folder,
    links::content_disposition, store::within,
};

/// Larger files are uploaded in parts of this size, one after the other. S3 requires at least 5 MiB.
const PART: usize = 8 * 1024 * 1024;
/// For one request, parts included.
const TIMEOUT: Duration = Duration::from_mins(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Failed requests are retried within this time.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest validity of a link that S3 signs.
const MAX_LINK_AGE: Duration = Duration::from_hours(7 * 24);

/// A bucket as a storage.
pub struct S3Store {
    bucket: AmazonS3,
}

impl S3Store {
    pub fn new(settings: &FilesSettings) -> Result<Self, FileError> {
        waybill_service_kit::crypto::install();
        let client = ClientOptions::new()
            .with_timeout(TIMEOUT)
            .with_connect_timeout(CONNECT_TIMEOUT);
        let retry = RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: 4,
            retry_timeout: PATIENCE,
        };
        let mut builder = AmazonS3Builder::new()
            .with_region(&settings.s3_region)
            .with_bucket_name(settings.s3_bucket.as_deref().unwrap_or_default())
            .with_virtual_hosted_style_request(!settings.s3_path_style)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &settings.s3_endpoint {
            let plain = endpoint.scheme() == Some(&Scheme::HTTP);
            let endpoint = endpoint.to_string();
            builder = builder
                .with_endpoint(endpoint.trim_end_matches('/'))
                .with_allow_http(plain);
        }
        if let (Some(id), Some(secret)) = (&settings.s3_access_key, &settings.s3_secret_key) {
            builder = builder
                .with_access_key_id(id.expose_secret())
                .with_secret_access_key(secret.expose_secret());
        }
        let bucket = builder.build().map_err(FileError::storage)?;
        Ok(Self { bucket })
    }

    async fn put_parts(
        &self,
        location: &Location,
        path: &Path,
        attributes: Attributes,
    ) -> Result<(), FileError> {
        let options = PutMultipartOptions {
            attributes,
            ..PutMultipartOptions::default()
        };
        let file = tokio::fs::File::open(path)
            .await
            .map_err(FileError::storage)?;
        let mut upload = self.bucket.put_multipart_opts(location, options).await?;
        let sent = send_parts(upload.as_mut(), file).await;
        if sent.is_err() {
            // Parts of an abandoned upload would stay stored and be billed. If this fails, the bucket's lifecycle rules delete
            // them.
            let _ = upload.abort().await;
        }
        sent
    }
}

async fn send_parts(
    upload: &mut dyn MultipartUpload,
    mut file: tokio::fs::File,
) -> Result<(), FileError> {
    loop {
        let mut part = Vec::with_capacity(PART);
        let mut limited = (&mut file).take(PART as u64);
        limited
            .read_to_end(&mut part)
            .await
            .map_err(FileError::storage)?;
        if part.is_empty() {
            break;
        }
        upload.put_part(part.into()).await?;
    }
    upload.complete().await?;
    Ok(())
}

#[async_trait]
impl FileStore for S3Store {
    async fn put(
        &self,
        key: &Key,
        source: Source<'_>,
        content_type: &str,
    ) -> Result<(), FileError> {
        let location = location(key.as_str());
        let size = source.size().await.map_err(FileError::storage)?;
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, content_type.to_owned().into());
        let bytes = match source {
            Source::Bytes(bytes) => bytes,
            Source::Path(path) if size > PART as u64 => {
                return self.put_parts(&location, path, attributes).await;
            }
            Source::Path(path) => {
                let read = tokio::fs::read(path).await;
                read.map_err(FileError::storage)?.into()
            }
        };
        let options = PutOptions {
            attributes,
            ..PutOptions::default()
        };
        self.bucket
            .put_opts(&location, bytes.into(), options)
            .await?;
        Ok(())
    }

    async fn open(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, FileError> {
        let location = location(key.as_str());
        let options = GetOptions {
            range: range.clone().map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let got = match self.bucket.get_opts(&location, options).await {
            Ok(got) => got,
            Err(error @ Error::NotFound { .. }) => return Err(error.into()),
            Err(error) => {
                // Servers differ in how they report a range outside of the object.
                if range.is_some() {
                    let size = self.bucket.head(&location).await?.size;
                    within(range, size)?;
                }
                return Err(error.into());
            }
        };
        Ok(Object {
            size: got.meta.size,
            range: got.range.clone(),
            body: got.into_stream().map_err(FileError::from).boxed(),
        })
    }

    async fn delete(&self, key: &Key) -> Result<(), FileError> {
        match self.bucket.delete(&location(key.as_str())).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn list(&self, folder: &str) -> BoxStream<'_, Result<Entry, FileError>> {
        if !is_folder(folder) {
            let error = FileError::Folder(folder.to_owned());
            return stream::once(async { Err(error) }).boxed();
        }
        let prefix = (!folder.is_empty()).then(|| location(folder));
        let listed = self.bucket.list(prefix.as_ref());
        let entries = listed
            .map_err(FileError::from)
            .try_filter_map(async |object| {
                // Objects that others have put into the bucket are skipped.
                let key = Key::parse(object.location.as_ref()).ok();
                Ok(key.map(|key| Entry {
                    key,
                    size: object.size,
                    changed_at: object.last_modified.into(),
                }))
            });
        entries.boxed()
    }

    async fn signed_url(
        &self,
        key: &Key,
        options: &LinkOptions,
    ) -> Result<Option<String>, FileError> {
        let disposition = content_disposition(&options.file_name, options.inline);
        let query = SignedUrlOptions::new().with_query([
            ("response-content-type", options.content_type.as_str()),
            ("response-content-disposition", disposition.as_str()),
        ]);
        // S3 counts in seconds.
        let expires = options
            .expires
            .max(Duration::from_secs(1))
            .min(MAX_LINK_AGE);
        let url = self
            .bucket
            .signed_url_opts(Method::GET, &location(key.as_str()), expires, &query)
            .await?;
        Ok(Some(url.into()))
    }

    async fn check(&self) -> Result<(), FileError> {
        // Requests the bucket: a missing one and wrong keys show here as well.
        let mut listed = self.bucket.list(Some(&location("waybill-check")));
        match listed.next().await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(FileError::storage(error)),
        }
    }
}

impl fmt::Debug for S3Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Store({})", self.bucket)
    }
}

fn location(key: &str) -> Location {
    Location::from(key)
}

impl From<Error> for FileError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { .. } => Self::NotFound,
            error => Self::storage(error),
        }
    }
}

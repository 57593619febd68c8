//! Adding a file: receive it, detect its type, re-encode pictures, store it, then write its row.

use std::{sync::OnceLock, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tempfile::TempPath;
use waybill_file_store::{MediaType, PictureError, Source, Upload, UploadError, pictures};
use waybill_primitives::{FieldErrors, FileId, OrderId, ProductId, Timestamp};
use waybill_proto::order as pb;
use waybill_service_kit::{
    AppError, CallContext, ErrorCode, ErrorKind,
    fair::Share,
    once::{self, Done, once},
};
use waybill_store::{EventContext, IdempotencyKey, StoreError, Tx, transact};

use super::{Files, ProductNow, described, reading::parsed};
use crate::{
    base::{
        audit::{self, Act},
        store::insert,
    },
    fulfilment::files::{
        domain::{self, Home, Purpose, StoredFile, file_name, may_add, may_add_some},
        events,
        shares::{Place, Uploader},
        store,
        wire::{self, bytes},
    },
    orders::{
        app::{actor, viewer},
        domain::Person,
        store as orders,
    },
};

/// An upload to the storage that takes longer than this is considered abandoned.
const PATIENCE: Duration = Duration::from_hours(1);
/// Bytes of a form besides its file that are not held against the file.
const FORM_SLACK: u64 = 128 * 1024;
/// The operation that idempotency keys of uploads are for.
const UPLOAD: &str = "upload_file";

/// The metadata of a new file.
#[derive(Debug, Clone)]
pub struct Target {
    pub home: Home,
    /// None: the sender gives it after the last byte, see [`Late`].
    pub purpose: Option<Purpose>,
    /// The uploader's file name.
    pub name: String,
    /// Text description of a product picture.
    pub alt: String,
    /// Size of the form that the file is in, if the client said it; else 0.
    pub form_bytes: u64,
}

/// Metadata sent after the last byte: forms may have their fields in any order.
#[derive(Debug, Default)]
pub struct Late {
    pub purpose: Option<Purpose>,
    pub alt: String,
}

/// The new file, for the answer.
#[derive(Debug)]
pub struct Uploaded {
    pub file: pb::File,
    /// It was uploaded by an earlier call with the same idempotency key.
    pub replayed: bool,
    pub product: ProductNow,
}

/// A processed file, ready for the storage. Dropping it deletes its local copy.
pub(super) struct Prepared {
    pub file: StoredFile,
    received: Upload,
    made: Option<(TempPath, TempPath)>,
}

impl Files {
    /// Receives a file. Permission is checked before the first byte; a file that is too large is refused as soon as it exceeds the
    /// limit.
    pub async fn upload(
        &self,
        ctx: &CallContext,
        mut target: Target,
        chunks: impl Stream<Item = Result<Bytes, AppError>> + Send,
        late: &OnceLock<Late>,
    ) -> Result<Uploaded, AppError> {
        let person = actor(ctx).ok_or_else(|| AppError::forbidden("this is for users"))?;
        // Checked before the first byte is read; the digest of the request is known only after the last.
        once::key(ctx, UPLOAD, &[])?;
        let uploader = self.may_add(ctx, &target, &person).await?;
        self.refuse_too_large(target.form_bytes)?;
        let place = self.storage.uploads.take(uploader)?;
        let received = self.receive(chunks, &place).await?;
        if let Some(late) = late.get() {
            target.purpose = target.purpose.or(late.purpose);
            if target.alt.is_empty() {
                target.alt.clone_from(&late.alt);
            }
        }
        let purpose = target
            .purpose
            .ok_or_else(|| FieldErrors::one("purpose", "is required"))?;
        let prepared = self
            .prepare(ctx, &target, purpose, person, received, uploader)
            .await?;
        let request = (
            target.home_text(),
            purpose.as_str(),
            target.name.as_str(),
            hex::encode(prepared.received.sha256()),
        );
        let key = once::key(ctx, UPLOAD, format!("{request:?}").as_bytes())?;
        if let Some(file) = once::earlier(&self.context.db, key.as_ref()).await? {
            return self.replayed(ctx, file).await;
        }
        let keys = prepared.file.keys();
        let due = self.context.now().plus(PATIENCE);
        self.note(&keys, due).await?;
        // A failed write may still complete later: the objects are removed when no write can be in flight any more.
        let put = tokio::time::timeout(PATIENCE / 2, self.put(&prepared)).await;
        put.map_err(|_| AppError::unavailable("storing the file took too long; send it again"))??;
        let mut product = None;
        let known = once(&self.context.db, key.as_ref(), async {
            product = self
                .make_known(ctx, &target, &prepared.file, due, key.as_ref())
                .await?;
            Ok(wire::file(&prepared.file))
        });
        match known.await {
            Ok(Done {
                answer: file,
                replayed: false,
            }) => Ok(Uploaded {
                file,
                replayed: false,
                product,
            }),
            outcome => {
                self.give_up(&keys, due).await;
                // A concurrent call with the same key may have been faster.
                self.replayed(ctx, outcome?.answer).await
            }
        }
    }

    /// Checks whether the caller may add this file; checked again when its row is written.
    async fn may_add(
        &self,
        ctx: &CallContext,
        target: &Target,
        person: &Person,
    ) -> Result<Uploader, AppError> {
        let user = ctx.user()?;
        match target.home {
            Home::Order(id) => {
                let (order, _) = self.order(ctx, id).await?;
                may_add_some(&order, person, target.purpose)?;
                let count = store::count(self.context.db.reader(), id).await?;
                self.has_room(count)?;
                Ok(Uploader::of(ctx, user, Some(&order)))
            }
            Home::Product(id) => {
                self.may_add_picture(ctx, id).await?;
                Ok(Uploader::of(ctx, user, None))
            }
        }
    }

    /// Refuses a form that is certainly too large before its file is received.
    fn refuse_too_large(&self, form_bytes: u64) -> Result<(), AppError> {
        let limit = self.context.shop().max_file_bytes.unsigned_abs();
        if form_bytes > limit.saturating_add(FORM_SLACK) {
            return Err(too_large(limit));
        }
        Ok(())
    }

    fn has_room(&self, count: u64) -> Result<(), AppError> {
        let most = self.context.shop().max_files_per_order;
        if count < most.unsigned_abs() {
            return Ok(());
        }
        let message = format!("an order has {most} files at most; delete one first");
        Err(AppError::conflict(ErrorCode::TooManyFiles, message)
            .with_meta("limit", most.to_string()))
    }

    async fn receive(
        &self,
        chunks: impl Stream<Item = Result<Bytes, AppError>> + Send,
        place: &Place,
    ) -> Result<Upload, AppError> {
        let limit = self.context.shop().max_file_bytes.unsigned_abs();
        let chunks = chunks.map(|chunk| {
            let chunk = chunk?;
            place.count(chunk.len())?;
            Ok(chunk)
        });
        let received = Upload::receive(&self.storage.spool, limit, chunks).await;
        let received = received.map_err(|error| match error {
            UploadError::TooLarge { limit } => too_large(limit),
            UploadError::Stream(error) => error,
            UploadError::Disk(error) => {
                AppError::unavailable("files cannot be received at present")
                    .with_retry_after(Duration::from_secs(5))
                    .with_source(error)
            }
        })?;
        if received.size() == 0 {
            return Err(AppError::invalid_field("file", "is empty"));
        }
        Ok(received)
    }

    /// Detects the type of the file, and re-encodes it if it is a picture.
    async fn prepare(
        &self,
        ctx: &CallContext,
        target: &Target,
        purpose: Purpose,
        uploaded_by: Person,
        received: Upload,
        uploader: Uploader,
    ) -> Result<Prepared, AppError> {
        let pictures_only = matches!(target.home, Home::Product(_));
        let allowed = self.context.shop();
        let allowed = allowed.allowed_file_types.media_types();
        let allowed: Vec<_> = allowed
            .filter(|kind| kind.is_picture() || !pictures_only)
            .collect();
        let kind = received.media_type().filter(|kind| allowed.contains(kind));
        let kind = kind.ok_or_else(|| unsupported(&allowed))?;
        let id = FileId::new();
        let (order_id, product_id) = target.home.ids();
        let mut file = StoredFile {
            id,
            order_id,
            product_id,
            object_key: domain::key(target.home, id),
            purpose,
            name: file_name(&target.name, kind),
            content_type: kind.mime().to_owned(),
            size: bytes(received.size()),
            sha256: hex::encode(received.sha256()),
            width: None,
            height: None,
            thumbnail_type: None,
            thumbnail_size: None,
            uploader_id: uploaded_by.id,
            uploader_name: uploaded_by.name,
            uploader_role: uploaded_by.role,
            created_at: self.context.now(),
        };
        tracing::debug!(file = %file.id, size = file.size, kind = %kind, request_id = %ctx.request_id, "received a file");
        let made = if kind.is_picture() {
            Some(
                self.encode(&received, kind, &mut file, &target.name, uploader)
                    .await?,
            )
        } else {
            None
        };
        Ok(Prepared {
            file,
            received,
            made,
        })
    }

    /// Re-encodes a picture; few at a time, shared fairly, and not on the threads that serve calls.
    async fn encode(
        &self,
        received: &Upload,
        kind: MediaType,
        file: &mut StoredFile,
        name: &str,
        uploader: Uploader,
    ) -> Result<(TempPath, TempPath), AppError> {
        let share = if uploader.is_trusted() {
            Share::Full
        } else {
            Share::Small
        };
        let permit = self.storage.pictures.acquire(uploader, share).await;
        let permit = permit.map_err(|error| {
            AppError::unavailable("pictures cannot be processed at present").with_source(error)
        })?;
        let (input, limits) = (received.path().to_owned(), self.storage.limits);
        let spool = self.storage.spool.clone();
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let made = pictures::process(&input, kind, &limits, &spool)?;
            let sha256 = sha256_of(&made.picture.path).map_err(PictureError::Disk)?;
            Ok::<_, PictureError>((made, sha256))
        });
        let (made, sha256) = work.await.map_err(AppError::internal)?.map_err(|error| {
            if error.is_of_the_picture() {
                AppError::invalid_field("file", error.to_string()).with_source(error)
            } else {
                AppError::unavailable("pictures cannot be processed at present").with_source(error)
            }
        })?;
        made.picture
            .media_type
            .mime()
            .clone_into(&mut file.content_type);
        file.name = file_name(name, made.picture.media_type);
        file.size = bytes(made.picture.size);
        file.sha256 = sha256;
        let side = |pixels: u32| Some(i32::try_from(pixels).unwrap_or(i32::MAX));
        (file.width, file.height) = (side(made.picture.width), side(made.picture.height));
        file.thumbnail_type = Some(made.thumbnail.media_type.mime().to_owned());
        file.thumbnail_size = Some(bytes(made.thumbnail.size));
        Ok((made.picture.path, made.thumbnail.path))
    }

    /// Schedules the removal of the objects, unless the row of the file is written before.
    async fn note(&self, keys: &[String], due: Timestamp) -> Result<(), AppError> {
        let db = &self.context.db;
        transact!(db, EventContext::default(), async |tx| store::remove_at(
            tx, keys, due
        )
        .await)
        .await
        .map_err(AppError::from)
    }

    async fn put(&self, prepared: &Prepared) -> Result<(), AppError> {
        let (file, store) = (&prepared.file, &self.storage.store);
        let main = match &prepared.made {
            Some((picture, _)) => &**picture,
            None => prepared.received.path(),
        };
        let key = parsed(&file.object_key)?;
        store
            .put(&key, Source::Path(main), &file.content_type)
            .await?;
        if let (Some((_, path)), Some((kind, _))) = (&prepared.made, file.thumbnail()) {
            let key = parsed(&file.thumbnail_key())?;
            store.put(&key, Source::Path(path), kind).await?;
        }
        Ok(())
    }

    /// The transaction that writes the row of a stored file.
    async fn make_known(
        &self,
        ctx: &CallContext,
        target: &Target,
        file: &StoredFile,
        due: Timestamp,
        key: Option<&IdempotencyKey>,
    ) -> Result<ProductNow, AppError> {
        match target.home {
            Home::Order(id) => {
                let db = &self.context.db;
                transact!(db, ctx, async |tx| self
                    .write(tx, ctx, id, file, due, key)
                    .await)
                .await?;
                Ok(None)
            }
            Home::Product(id) => {
                let product = self.add_picture(ctx, id, target, file, due, key).await?;
                Ok(Some(product))
            }
        }
    }

    async fn write(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        id: OrderId,
        file: &StoredFile,
        due: Timestamp,
        key: Option<&IdempotencyKey>,
    ) -> Result<(), AppError> {
        once::remember(tx, key, &wire::file(file)).await?;
        // The order is locked: neither the order nor its files change from here on.
        let found = orders::find_locked(tx, viewer(ctx)?, id).await?;
        let order = found.ok_or_else(|| AppError::not_found("order"))?;
        may_add(&order, &file.uploaded_by(), file.purpose)?;
        self.has_room(store::count(tx.conn(), id).await?)?;
        self.keep(tx, file, due).await?;
        events::file_added(tx, file, Some(&order));
        if ctx.user()?.is_admin() {
            audit::record(tx, ctx, added(file));
        }
        Ok(())
    }

    /// Writes the row, and cancels the removal of its objects.
    pub(super) async fn keep(
        &self,
        tx: &Tx,
        file: &StoredFile,
        due: Timestamp,
    ) -> Result<(), AppError> {
        insert(tx, file).await?;
        if !store::keep(tx, &file.keys(), due).await? {
            return Err(AppError::unavailable(
                "storing the file took too long; send it again",
            ));
        }
        Ok(())
    }

    /// Removes the objects of a failed upload soon instead of in an hour. If this fails, too, they are removed in an hour.
    async fn give_up(&self, keys: &[String], due: Timestamp) {
        let (db, now) = (&self.context.db, self.context.now());
        let hastened = transact!(db, EventContext::default(), async |tx| store::hasten(
            tx, keys, due, now
        )
        .await);
        let outcome: Result<(), StoreError> = hastened.await;
        if let Err(error) = outcome {
            tracing::warn!(%error, "objects of a failed upload will be removed later");
        }
        self.storage.removals.notify_one();
    }

    async fn replayed(&self, ctx: &CallContext, file: pb::File) -> Result<Uploaded, AppError> {
        let product = match &file.product_id {
            Some(id) => {
                let id: ProductId = id.parse().map_err(AppError::internal)?;
                Some(self.product(ctx, id).await?)
            }
            None => None,
        };
        Ok(Uploaded {
            file,
            replayed: true,
            product,
        })
    }
}

impl Target {
    fn home_text(&self) -> String {
        match self.home {
            Home::Order(id) => format!("order {id}"),
            Home::Product(id) => format!("product {id} {}", self.alt),
        }
    }
}

/// The record of an administrator's upload.
fn added(file: &StoredFile) -> Act {
    Act {
        action: "file.add",
        target_kind: "file",
        target_id: file.id.to_string(),
        before: None,
        after: Some(described(file)),
    }
}

fn too_large(limit: u64) -> AppError {
    let message = format!("the file is too large; the limit is {}", readable(limit));
    AppError::new(
        ErrorKind::PayloadTooLarge,
        ErrorCode::PayloadTooLarge,
        message,
    )
    .with_meta("limit", limit.to_string())
}

fn readable(bytes: u64) -> String {
    const MEGABYTE: u64 = 1024 * 1024;
    if bytes >= MEGABYTE && bytes.is_multiple_of(MEGABYTE) {
        format!("{} MB", bytes / MEGABYTE)
    } else {
        format!("{bytes} bytes")
    }
}

fn unsupported(allowed: &[MediaType]) -> AppError {
    let types: Vec<_> = allowed.iter().map(|kind| kind.mime()).collect();
    let types = types.join(", ");
    let message =
        format!("files of this type (by content) are not accepted; accepted types are {types}");
    AppError::new(
        ErrorKind::UnsupportedMediaType,
        ErrorCode::UnsupportedMediaType,
        message,
    )
    .with_meta("allowed", types.replace(", ", ","))
}

/// Blocks.
fn sha256_of(path: &std::path::Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(path)?;
    let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finish())),
            read => hash.update(&buffer[..read]),
        }
    }
}

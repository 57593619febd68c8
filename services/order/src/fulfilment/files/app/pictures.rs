//! Pictures of products. A change of them is a change of the product, with a new version and an event.

use serde_json::json;
use waybill_primitives::{FieldErrors, FileId, ProductId, Role, Timestamp};
use waybill_proto::order::{self as pb, ProductEvent};
use waybill_service_kit::{AppError, CallContext, ErrorCode, once};
use waybill_store::{IdempotencyKey, Tx, optimistic, transact};

use super::{Files, upload::Target};
use crate::{
    base::{
        audit::{self, Act},
        callers::sees_all,
    },
    fulfilment::files::{
        domain::{MAX_IMAGES, StoredFile},
        events, store, wire,
    },
    shop::{
        catalogue::{events::product_changed, store as catalogue},
        products::domain::{Image, Product},
        stock::{domain::Offer, store::offers::offer},
    },
};

/// Longest description of a picture, in characters.
const MAX_ALT: usize = 200;

/// The effect of a picture change on stored files.
#[derive(Debug, Clone, Copy)]
enum Along<'a> {
    /// A stored file with pending removals at `due`.
    Added {
        file: &'a StoredFile,
        due: Timestamp,
        key: Option<&'a IdempotencyKey>,
    },
    Deleted(&'a StoredFile),
    Nothing,
}

impl Files {
    pub(super) async fn product(
        &self,
        ctx: &CallContext,
        id: ProductId,
    ) -> Result<Offer, AppError> {
        let found = offer(self.context.db.reader(), id, sees_all(ctx)).await?;
        found.ok_or_else(|| AppError::not_found("product"))
    }

    pub(super) async fn may_add_picture(
        &self,
        ctx: &CallContext,
        id: ProductId,
    ) -> Result<(), AppError> {
        ctx.require(&[Role::Admin])?;
        let offer = self.product(ctx, id).await?;
        has_room(&offer.product)
    }

    /// Adds a stored picture at the end.
    pub(super) async fn add_picture(
        &self,
        ctx: &CallContext,
        id: ProductId,
        target: &Target,
        file: &StoredFile,
        due: Timestamp,
        key: Option<&IdempotencyKey>,
    ) -> Result<Offer, AppError> {
        let mut errors = FieldErrors::default();
        let alt = errors.line("alt", &target.alt, MAX_ALT);
        let pixels = |side: Option<i32>| side.unwrap_or(0).unsigned_abs();
        let image = errors.or(Image {
            id: file.id,
            alt,
            width: pixels(file.width),
            height: pixels(file.height),
        })?;
        let step = |product: &Product| {
            has_room(product)?;
            let mut images = product.images().to_vec();
            images.push(image.clone());
            Ok(Some(images))
        };
        let along = Along::Added { file, due, key };
        self.change(ctx, id, None, step, along).await
    }

    /// Removes a picture from its product.
    pub(super) async fn remove_picture(
        &self,
        ctx: &CallContext,
        id: ProductId,
        file: &StoredFile,
    ) -> Result<Offer, AppError> {
        ctx.require(&[Role::Admin])?;
        let step = |product: &Product| {
            let mut images = product.images().to_vec();
            images.retain(|image| image.id != file.id);
            Ok(Some(images))
        };
        let along = Along::Deleted(file);
        let offer = self.change(ctx, id, None, step, along).await?;
        self.storage.removals.notify_one();
        Ok(offer)
    }

    /// Changes the order of a product's pictures; `ids` must contain each of them once.
    pub async fn arrange(
        &self,
        ctx: &CallContext,
        id: ProductId,
        ids: &[FileId],
        version: Option<i64>,
    ) -> Result<Offer, AppError> {
        ctx.require(&[Role::Admin])?;
        if ids.len() < pb::ArrangeProductImagesRequest::MIN_IDS {
            return Err(FieldErrors::one("ids", "must not be empty").into());
        }
        let step = |product: &Product| {
            let arranged = ids.iter().map(|id| {
                product
                    .images()
                    .iter()
                    .find(|image| image.id == *id)
                    .cloned()
            });
            let images: Option<Vec<Image>> = arranged.collect();
            let mut once = ids.to_vec();
            once.sort_unstable();
            once.dedup();
            let complete = once.len() == ids.len() && ids.len() == product.images().len();
            let images = images.filter(|_| complete).ok_or_else(|| {
                FieldErrors::one("ids", "must name every picture of the product, each once")
            })?;
            Ok((images != product.images()).then_some(images))
        };
        self.change(ctx, id, version, step, Along::Nothing).await
    }

    /// Applies `step` to the product's pictures and writes the product, its event and its record. Retries after a concurrent change,
    /// unless the caller gave a version.
    async fn change(
        &self,
        ctx: &CallContext,
        id: ProductId,
        version: Option<i64>,
        step: impl Fn(&Product) -> Result<Option<Vec<Image>>, AppError>,
        along: Along<'_>,
    ) -> Result<Offer, AppError> {
        let db = &self.context.db;
        optimistic(db, || async {
            let before = self.product(ctx, id).await?;
            if version.is_some_and(|version| version != before.product.version) {
                return Err(AppError::version_conflict(before.product.version));
            }
            let Some(images) = step(&before.product)? else {
                return Ok(before);
            };
            let after = Offer {
                product: before.product.with_images(images, self.context.now()),
                ..before.clone()
            };
            transact!(db, ctx, async |tx| self
                .write_pictures(tx, ctx, &before, &after, along)
                .await)
            .await?;
            Ok(after)
        })
        .await
    }

    async fn write_pictures(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        before: &Offer,
        after: &Offer,
        along: Along<'_>,
    ) -> Result<(), AppError> {
        match along {
            Along::Added { file, due, key } => {
                once::remember(tx, key, &wire::file(file)).await?;
                self.keep(tx, file, due).await?;
                events::file_added(tx, file, None);
            }
            Along::Deleted(file) => {
                if !store::delete(tx, file.id).await? {
                    return Err(AppError::not_found("file"));
                }
                store::remove_at(tx, &file.keys(), self.context.now()).await?;
                events::file_deleted(tx, file, None);
            }
            Along::Nothing => {}
        }
        if !catalogue::update(tx, &before.product, &after.product).await? {
            return Err(AppError::too_busy("product"));
        }
        let product = &after.product;
        product_changed(tx, after, ProductEvent::Updated);
        let act = Act {
            action: "product.pictures",
            target_kind: "product",
            target_id: product.id.to_string(),
            before: Some(json!({ "images": before.product.images() })),
            after: Some(json!({ "images": product.images() })),
        };
        audit::record(tx, ctx, act);
        Ok(())
    }
}

fn has_room(product: &Product) -> Result<(), AppError> {
    if product.images().len() < MAX_IMAGES {
        return Ok(());
    }
    let message = format!("a product has {MAX_IMAGES} pictures at most; delete one first");
    Err(AppError::conflict(ErrorCode::TooManyFiles, message)
        .with_meta("limit", MAX_IMAGES.to_string()))
}

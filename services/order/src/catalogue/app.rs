//! Use cases of the catalogue.

use std::sync::Arc;

use waybill_primitives::{ProductId, Role};
use waybill_proto::order::{ProductArchived, ProductCreated, ProductUpdated};
use waybill_service_kit::{AppError, CallContext, Caller};
use waybill_store::{StoreError, retrying};

use super::{
    domain::{Filter, NewProduct, Offer, Product, ProductKind, ProductPatch, Sort},
    store,
};
use crate::{
    parts::{Page, PageQuery, Parts},
    stock::{
        app::movement,
        domain::{Level, MovementKind},
        store as stock,
    },
    wire,
};

/// The code of a refused SKU.
pub const SKU_TAKEN: &str = "SKU_TAKEN";
/// How often a change is tried again that lost against another one.
const ATTEMPTS: u32 = 16;

/// The catalogue: everybody reads, administrators write.
#[derive(Debug, Clone)]
pub struct Catalogue {
    parts: Arc<Parts>,
}

/// Whether the caller sees archived products and the parts of the stock.
pub fn sees_all(ctx: &CallContext) -> bool {
    match &ctx.caller {
        Caller::Anonymous => false,
        Caller::User(user) => user.is_admin(),
        Caller::Service(_) => true,
    }
}

impl Catalogue {
    pub fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }

    pub async fn list(
        &self,
        ctx: &CallContext,
        filter: Filter,
        sort: Sort,
        query: &PageQuery,
    ) -> Result<Page<Offer>, AppError> {
        let with_archived = filter.with_archived && sees_all(ctx);
        let filter = Filter {
            with_archived,
            ..filter
        };
        let cursor = store::cursor(&query.cursor, sort)?;
        Ok(store::page(self.parts.db.reader(), &filter, sort, query, cursor).await?)
    }

    pub async fn get(&self, ctx: &CallContext, id: ProductId) -> Result<Offer, AppError> {
        let found = store::offer(self.parts.db.reader(), id, sees_all(ctx)).await?;
        found.ok_or_else(|| AppError::not_found("product"))
    }

    pub async fn create(&self, ctx: &CallContext, new: NewProduct) -> Result<Offer, AppError> {
        let actor = ctx.require(&[Role::Admin])?.id;
        let now = self.parts.now();
        let (product, units) = new.build(self.parts.currency, now)?;
        let goods = product.kind == ProductKind::Goods;
        let stock = goods.then_some(Level {
            on_hand: units,
            reserved: 0,
            version: 0,
        });
        let offer = Offer { product, stock };
        let product = &offer.product;
        retrying(|| async {
            let tx = self.parts.db.begin(&ctx.event_context()).await?;
            store::insert(&tx, product)
                .await
                .map_err(|error| taken(error, product))?;
            if goods {
                stock::open(&tx, product.id, units, now).await?;
                if units > 0 {
                    let kind = MovementKind::Opening;
                    let line = movement(kind, product.id, units, None, Some(actor), now);
                    stock::record(&tx, vec![line]).await?;
                }
            }
            let message = Some(wire::product(&offer, false));
            tx.emit(
                product.id,
                product.version,
                &ProductCreated { product: message },
            );
            tx.commit().await?;
            Ok::<_, AppError>(())
        })
        .await?;
        Ok(offer)
    }

    pub async fn update(
        &self,
        ctx: &CallContext,
        id: ProductId,
        patch: &ProductPatch,
        version: Option<i64>,
    ) -> Result<Offer, AppError> {
        ctx.require(&[Role::Admin])?;
        let currency = self.parts.currency;
        self.change(ctx, id, version, |product, now| {
            Ok(product.patched(patch, currency, now)?)
        })
        .await
    }

    /// Takes a product out of the shop. Orders that have it keep it. Archiving twice changes nothing.
    pub async fn archive(
        &self,
        ctx: &CallContext,
        id: ProductId,
        version: Option<i64>,
    ) -> Result<Offer, AppError> {
        ctx.require(&[Role::Admin])?;
        self.change(ctx, id, version, |product, now| Ok(product.archived(now)))
            .await
    }

    /// Writes what `step` makes of the product, again if somebody else was faster and the caller named no version.
    async fn change(
        &self,
        ctx: &CallContext,
        id: ProductId,
        version: Option<i64>,
        step: impl Fn(&Product, waybill_primitives::Timestamp) -> Result<Option<Product>, AppError>,
    ) -> Result<Offer, AppError> {
        let db = &self.parts.db;
        for _ in 0..ATTEMPTS {
            let found = store::offer(db.reader(), id, true).await?;
            let before = found.ok_or_else(|| AppError::not_found("product"))?;
            if version.is_some_and(|version| version != before.product.version) {
                return Err(AppError::version_conflict(before.product.version));
            }
            let Some(product) = step(&before.product, self.parts.now())? else {
                return Ok(before);
            };
            let after = Offer {
                product,
                stock: before.stock,
            };
            let archived = before.product.active && !after.product.active;
            let written = retrying(|| async {
                let tx = db.begin(&ctx.event_context()).await?;
                let product = &after.product;
                let written = store::update(&tx, product).await;
                if !written.map_err(|error| taken(error, product))? {
                    tx.rollback().await?;
                    return Ok::<_, AppError>(false);
                }
                let message = Some(wire::product(&after, false));
                if archived {
                    tx.emit(
                        product.id,
                        product.version,
                        &ProductArchived { product: message },
                    );
                } else {
                    tx.emit(
                        product.id,
                        product.version,
                        &ProductUpdated { product: message },
                    );
                }
                tx.commit().await?;
                Ok(true)
            })
            .await?;
            if written {
                return Ok(after);
            }
        }
        Err(crate::error::too_busy("product"))
    }
}

fn taken(error: StoreError, product: &Product) -> AppError {
    if error.is_unique() {
        AppError::conflict(
            SKU_TAKEN,
            format!("another product has the SKU {}", product.sku),
        )
        .with_field("sku", "is taken by another product")
    } else {
        error.into()
    }
}

//! Use cases of the catalogue.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};
use waybill_primitives::{CategoryId, FieldErrors, ProductId, Role, Timestamp, UserId};
use waybill_proto::order::ProductEvent;
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{StoreError, Tx, optimistic, transact};

use super::{
    domain::{Filter, Sort},
    events, store,
};
use crate::{
    base::{
        audit::{self, Act},
        callers::sees_all,
        store::insert_all,
    },
    shop::{
        app_context::{AppContext, Page, PageQuery},
        categories::{app::Finder, store as categories},
        products::domain::{InCategory, NewProduct, Product, ProductKind, ProductPatch},
        stock::{
            app::{NotSet, adjustment, impossible, low, movement, set_on_hand},
            domain::{Level, MovementKind, Offer},
            store::offers::offer,
        },
    },
};

/// The ledger's reason for stock that was set with the product.
const EDITED: &str = "product edited";

/// The catalogue: everyone reads, administrators write.
#[derive(Debug, Clone)]
pub struct Catalogue {
    context: Arc<AppContext>,
}

/// The change of a product, once its category was found (see [`Product::patched`]).
type Step<'a> = &'a (
        dyn Fn(
    &Product,
    Option<Option<InCategory>>,
    Timestamp,
) -> Result<Option<Product>, FieldErrors>
            + Send
            + Sync
    );

/// The parts of a change that are not in the product's own row.
#[derive(Debug, Clone, Copy, Default)]
struct Request<'a> {
    patch: Option<&'a ProductPatch>,
    /// The new units on hand.
    units: Option<i64>,
}

impl<'a> Request<'a> {
    /// Id, slug or name of the requested category; empty for none.
    fn category(&self, product: &Product) -> Option<&'a str> {
        product.asked_category(self.patch?)
    }
}

impl Catalogue {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }

    pub async fn list(
        &self,
        ctx: &CallContext,
        filter: Filter,
        sort: Sort,
        query: &PageQuery,
    ) -> Result<Page<Offer>, AppError> {
        let sees_all = sees_all(ctx);
        let filter = Filter {
            with_archived: filter.with_archived && sees_all,
            low_stock: filter.low_stock.filter(|_| sees_all),
            ..filter
        };
        let reader = self.context.db.reader();
        let categories = self.categories(&filter).await?;
        let ids = categories.as_deref();
        Ok(store::page(reader, &filter, ids, sort, query).await?)
    }

    /// The categories of the filter with their subcategories; empty if the filter's category does not exist.
    async fn categories(&self, filter: &Filter) -> Result<Option<Vec<CategoryId>>, AppError> {
        let Some(text) = &filter.category else {
            return Ok(None);
        };
        let tree = categories::tree(self.context.db.reader()).await?;
        let found = tree.find(text);
        Ok(Some(found.map_or_else(Vec::new, |category| {
            tree.with_descendants(category.id)
        })))
    }

    pub async fn get(&self, ctx: &CallContext, id: ProductId) -> Result<Offer, AppError> {
        let found = offer(self.context.db.reader(), id, sees_all(ctx)).await?;
        found.ok_or_else(|| AppError::not_found("product"))
    }

    pub async fn create(&self, ctx: &CallContext, new: NewProduct) -> Result<Offer, AppError> {
        let actor = ctx.require(&[Role::Admin])?.id;
        let now = self.context.now();
        let category = new.category.clone();
        let (product, units) = new.build(self.context.shop().currency, now)?;
        transact!(self.context.db, ctx, async |tx| self
            .create_in(tx, ctx, &product, &category, units, actor)
            .await)
        .await
    }

    async fn create_in(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        product: &Product,
        category: &str,
        units: i64,
        actor: UserId,
    ) -> Result<Offer, AppError> {
        let now = product.created_at;
        let mut finder = Finder::new(tx, ctx, now).await?;
        let mut product = product.clone();
        product.set_category(finder.find(category).await?);
        store::insert(tx, &product)
            .await
            .map_err(|error| taken(error, &product))?;
        let threshold = self.context.shop().low_stock_threshold;
        let offer = opened(product, units, threshold);
        open_stock(tx, [&offer], actor, now).await?;
        record_change(tx, ctx, None, &offer);
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
        let currency = self.context.shop().currency;
        let step =
            |product: &Product, category, now| product.patched(patch, category, currency, now);
        let request = Request {
            patch: Some(patch),
            units: patch.stock,
        };
        self.change(ctx, id, version, request, &step).await
    }

    /// Archives a product. Orders that have it keep it. Archiving twice changes nothing.
    pub async fn archive(
        &self,
        ctx: &CallContext,
        id: ProductId,
        version: Option<i64>,
    ) -> Result<Offer, AppError> {
        ctx.require(&[Role::Admin])?;
        let step = |product: &Product, _, now| Ok(product.archived(now));
        self.change(ctx, id, version, Request::default(), &step)
            .await
    }

    /// Applies `step` to the product and writes it. Retries after a concurrent change, unless the caller gave a version.
    async fn change(
        &self,
        ctx: &CallContext,
        id: ProductId,
        version: Option<i64>,
        request: Request<'_>,
        step: Step<'_>,
    ) -> Result<Offer, AppError> {
        let db = &self.context.db;
        optimistic(db, || async {
            let found = offer(db.reader(), id, true).await?;
            let before = found.ok_or_else(|| AppError::not_found("product"))?;
            if version.is_some_and(|version| version != before.product.version) {
                return Err(AppError::version_conflict(before.product.version));
            }
            let now = self.context.now();
            // Errors are reported before anything is written.
            let unchanged = step(&before.product, None, now)?.is_none();
            let enough = request
                .units
                .is_none_or(|units| before.stock.is_none_or(|stock| stock.on_hand == units));
            if unchanged && enough && request.category(&before.product).is_none() {
                return Ok(before);
            }
            transact!(db, ctx, async |tx| self
                .change_in(tx, ctx, &before, request, step, now)
                .await)
            .await
        })
        .await
    }

    async fn change_in(
        &self,
        tx: &Tx,
        ctx: &CallContext,
        before: &Offer,
        request: Request<'_>,
        step: Step<'_>,
        now: Timestamp,
    ) -> Result<Offer, AppError> {
        let category = match request.category(&before.product) {
            None => None,
            Some(text) => Some(Finder::new(tx, ctx, now).await?.find(text).await?),
        };
        let mut offer = before.clone();
        if let Some(product) = step(&before.product, category, now)? {
            let written = store::update(tx, &before.product, &product).await;
            if !written.map_err(|error| taken(error, &product))? {
                return Err(AppError::too_busy("product"));
            }
            offer.product = product;
            record_change(tx, ctx, Some(before), &offer);
        }
        let (was, is) = (&before.product, &offer.product);
        let mut look = was.low_stock_threshold != is.low_stock_threshold || was.active != is.active;
        if let Some(units) = request.units.filter(|_| before.stock.is_some()) {
            let actor = ctx.user()?.id;
            let targets = BTreeMap::from([(is.id, units)]);
            let set = match set_on_hand(tx, &targets, EDITED, actor, now).await {
                Ok(set) => set,
                Err(NotSet::Failed(error)) => return Err(error),
                Err(NotSet::Reserved(_, level)) => {
                    return Err(impossible(&level, "stock", units - level.on_hand));
                }
            };
            if let Some((had, has)) = set.get(&is.id) {
                let act = adjustment(is.id, had.on_hand, has.on_hand, EDITED);
                audit::record(tx, ctx, act);
                offer.stock = Some(*has);
                look = true;
            }
        }
        if look {
            low::check(
                tx,
                &[offer.product.id],
                self.context.shop().low_stock_threshold,
            )
            .await?;
        }
        Ok(offer)
    }
}

/// A new product with its opening stock. `threshold` is the shop's.
pub fn opened(product: Product, units: i64, threshold: i64) -> Offer {
    let goods = product.kind == ProductKind::Goods;
    // A product that starts below its threshold is not reported until it was restocked once.
    let low = units < product.low_stock_threshold.unwrap_or(threshold);
    Offer {
        stock: goods.then(|| Level::opening(product.id, units, low, product.created_at)),
        product,
    }
}

/// Creates the stock of new goods, with a ledger line for the opening stock.
pub async fn open_stock<'a>(
    tx: &Tx,
    offers: impl IntoIterator<Item = &'a Offer>,
    actor: UserId,
    now: Timestamp,
) -> Result<(), AppError> {
    let (mut levels, mut lines) = (Vec::new(), Vec::new());
    for level in offers.into_iter().filter_map(|offer| offer.stock) {
        levels.push(level);
        let (id, units) = (level.product_id, level.on_hand);
        if units > 0 {
            let kind = MovementKind::Opening;
            lines.push(movement(kind, id, units, None, Some(actor), now));
        }
    }
    insert_all(tx, &levels).await?;
    Ok(insert_all(tx, &lines).await?)
}

/// Writes the event and the audit record of a change.
pub fn record_change(tx: &Tx, ctx: &CallContext, before: Option<&Offer>, after: &Offer) {
    let action = announce(tx, before, after);
    let (before, after_record) = changes(before.map(|offer| &offer.product), &after.product);
    let act = Act {
        action,
        target_kind: "product",
        target_id: after.product.id.to_string(),
        before,
        after: Some(after_record),
    };
    audit::record(tx, ctx, act);
}

/// The event of a change, and its action in the audit log.
fn announce(tx: &Tx, before: Option<&Offer>, after: &Offer) -> &'static str {
    let (kind, act) = match before {
        None => (ProductEvent::Created, "product.create"),
        Some(before) if before.product.active && !after.product.active => {
            (ProductEvent::Archived, "product.archive")
        }
        Some(_) => (ProductEvent::Updated, "product.update"),
    };
    events::product_changed(tx, after, kind);
    act
}

/// The changed fields before and after; for a new product all fields.
fn changes(before: Option<&Product>, after: &Product) -> (Option<Value>, Value) {
    let fields = |product: &Product| match record(product) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let mut is = fields(after);
    let Some(before) = before else {
        return (None, Value::Object(is));
    };
    let mut was = fields(before);
    was.retain(|name, value| is.get(name) != Some(value));
    is.retain(|name, _| was.contains_key(name));
    (Some(Value::Object(was)), Value::Object(is))
}

fn record(product: &Product) -> Value {
    json!({
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "kind": product.kind.as_str(),
        "price": { "amount": product.price, "currency": product.currency },
        "category": product.category_id.map(|_| &product.category),
        "lowStockThreshold": product.low_stock_threshold,
        "active": product.active,
    })
}

fn taken(error: StoreError, product: &Product) -> AppError {
    if error.is_unique() {
        AppError::conflict(
            ErrorCode::SkuTaken,
            format!("another product has the SKU {}", product.sku),
        )
        .with_field("sku", "is taken by another product")
    } else {
        error.into()
    }
}

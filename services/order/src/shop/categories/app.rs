//! Use cases of categories, and of products' categories.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Value, json};
use waybill_primitives::{CategoryId, FieldErrors, Role, Timestamp};
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{StoreError, Tx, transact};

use super::{
    domain::{Category, CategoryPatch, MAX_CATEGORIES, NewCategory, Tree},
    events, store,
};
use crate::{
    base::{
        audit::{self, Act},
        callers::sees_all,
        store::insert,
    },
    shop::{
        app_context::AppContext,
        products::domain::{InCategory, MAX_CATEGORY_NAME},
    },
};

/// Categories: everyone reads, administrators write.
#[derive(Debug, Clone)]
pub struct Categories {
    context: Arc<AppContext>,
}

/// A category with the number of active products in it.
pub type Counted = (Category, i64);

impl Categories {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self { context }
    }

    /// All of them, by position and name. Inactive ones only for administrators who ask.
    pub async fn list(&self, ctx: &CallContext, inactive: bool) -> Result<Vec<Counted>, AppError> {
        let reader = self.context.db.reader();
        let (tree, counts) = (store::tree(reader).await?, store::counts(reader).await?);
        let inactive = inactive && sees_all(ctx);
        Ok(tree
            .into_all()
            .into_iter()
            .filter(|category| category.active || inactive)
            .map(|category| {
                let count = counts.get(&category.id).copied().unwrap_or(0);
                (category, count)
            })
            .collect())
    }

    pub async fn create(&self, ctx: &CallContext, new: NewCategory) -> Result<Counted, AppError> {
        ctx.require(&[Role::Admin])?;
        let now = self.context.now();
        let category = transact!(self.context.db, ctx, async |tx| create(
            tx,
            ctx,
            new.clone(),
            now
        )
        .await)
        .await?;
        Ok((category, 0))
    }

    pub async fn update(
        &self,
        ctx: &CallContext,
        id: CategoryId,
        patch: &CategoryPatch,
        version: Option<i64>,
    ) -> Result<Counted, AppError> {
        ctx.require(&[Role::Admin])?;
        let (db, now) = (&self.context.db, self.context.now());
        let category = transact!(db, ctx, async |tx| update(tx, ctx, id, patch, version, now)
            .await)
        .await?;
        let count = store::count(db.reader(), id).await?;
        Ok((category, count))
    }

    /// Refused while products (archived ones too) or other categories are in it.
    pub async fn delete(
        &self,
        ctx: &CallContext,
        id: CategoryId,
        version: Option<i64>,
    ) -> Result<(), AppError> {
        ctx.require(&[Role::Admin])?;
        transact!(self.context.db, ctx, async |tx| delete(
            tx, ctx, id, version
        )
        .await)
        .await
    }
}

async fn create(
    tx: &Tx,
    ctx: &CallContext,
    new: NewCategory,
    now: Timestamp,
) -> Result<Category, AppError> {
    let tree = store::locked_tree(tx).await?;
    has_room(&tree)?;
    let made = new.slug.trim().is_empty();
    let category = new.build(&tree, now)?;
    unique_name(&tree, &category)?;
    if tree.all().iter().any(|other| other.slug == category.slug) {
        return Err(slug_taken(&category));
    }
    if made {
        store::insert_or_retry(tx, &category).await?;
    } else {
        insert(tx, &category)
            .await
            .map_err(|error| taken(error, &category))?;
    }
    record_change(tx, ctx, "category.create", None, Some(&category));
    Ok(category)
}

async fn update(
    tx: &Tx,
    ctx: &CallContext,
    id: CategoryId,
    patch: &CategoryPatch,
    version: Option<i64>,
    now: Timestamp,
) -> Result<Category, AppError> {
    let tree = store::locked_tree(tx).await?;
    let before = current(&tree, id, version)?;
    let Some(category) = before.patched(patch, &tree, now)? else {
        return Ok(before.clone());
    };
    // Of older ones, there may be two already.
    if (&category.name, category.parent_id) != (&before.name, before.parent_id) {
        unique_name(&tree, &category)?;
    }
    let other = |other: &Category| other.id != id && other.slug == category.slug;
    if tree.all().iter().any(other) {
        return Err(slug_taken(&category));
    }
    let written = store::update(tx, &category).await;
    if !written.map_err(|error| taken(error, &category))? {
        return Err(AppError::version_conflict(before.version));
    }
    record_change(tx, ctx, "category.update", Some(before), Some(&category));
    Ok(category)
}

async fn delete(
    tx: &Tx,
    ctx: &CallContext,
    id: CategoryId,
    version: Option<i64>,
) -> Result<(), AppError> {
    let tree = store::locked_tree(tx).await?;
    let before = current(&tree, id, version)?;
    if tree.has_children(id) {
        return Err(in_use(
            "other categories are below it; move or delete them first",
        ));
    }
    if store::is_used(tx, id).await? {
        return Err(in_use(
            "products are in it (archived ones count); move them first",
        ));
    }
    store::delete(tx, id).await?;
    record_change(tx, ctx, "category.delete", Some(before), None);
    Ok(())
}

fn current(tree: &Tree, id: CategoryId, version: Option<i64>) -> Result<&Category, AppError> {
    let found = tree.get(id);
    let before = found.ok_or_else(|| AppError::not_found("category"))?;
    if version.is_some_and(|version| version != before.version) {
        return Err(AppError::version_conflict(before.version));
    }
    Ok(before)
}

fn has_room(tree: &Tree) -> Result<(), AppError> {
    if tree.all().len() < MAX_CATEGORIES {
        return Ok(());
    }
    Err(AppError::conflict(
        ErrorCode::Conflict,
        format!("a shop has at most {MAX_CATEGORIES} categories"),
    )
    .with_field("category", "there are too many categories already"))
}

fn in_use(why: &str) -> AppError {
    AppError::conflict(
        ErrorCode::CategoryInUse,
        format!("the category cannot be deleted: {why}"),
    )
}

/// Below one category (or at the top), no two have the same name. The tree is locked.
fn unique_name(tree: &Tree, category: &Category) -> Result<(), AppError> {
    let Some(twin) = tree.twin(category) else {
        return Ok(());
    };
    Err(AppError::conflict(
        ErrorCode::NameTaken,
        format!("there is a category {} in the same place", twin.name),
    )
    .with_field("name", "is taken by another category"))
}

fn slug_taken(category: &Category) -> AppError {
    AppError::conflict(
        ErrorCode::SlugTaken,
        format!("another category has the slug {}", category.slug),
    )
    .with_field("slug", "is taken by another category")
}

fn taken(error: StoreError, category: &Category) -> AppError {
    if error.is_unique() {
        slug_taken(category)
    } else {
        error.into()
    }
}

/// Writes the event and the audit record of a change.
fn record_change(
    tx: &Tx,
    ctx: &CallContext,
    action: &'static str,
    before: Option<&Category>,
    after: Option<&Category>,
) {
    let Some(category) = after.or(before) else {
        return;
    };
    events::category_changed(tx, category, after.is_none());
    let act = Act {
        action,
        target_kind: "category",
        target_id: category.id.to_string(),
        before: before.map(record),
        after: after.map(record),
    };
    audit::record(tx, ctx, act);
}

fn record(category: &Category) -> Value {
    json!({
        "name": category.name,
        "slug": category.slug,
        "description": category.description,
        "parentId": category.parent_id.map(|id| id.to_string()),
        "position": category.position,
        "active": category.active,
    })
}

/// Finds categories for products within one transaction, and creates those with a new name.
pub struct Finder<'a> {
    tx: &'a Tx,
    ctx: &'a CallContext,
    now: Timestamp,
    tree: Tree,
    found: HashMap<String, InCategory>,
}

impl<'a> Finder<'a> {
    pub async fn new(tx: &'a Tx, ctx: &'a CallContext, now: Timestamp) -> Result<Self, AppError> {
        Ok(Self {
            tx,
            ctx,
            now,
            tree: store::tree(tx.conn()).await?,
            found: HashMap::new(),
        })
    }

    /// The category of this id, slug or name; none for empty text. A new name creates a top-level category. It cannot be deleted before
    /// the transaction ends.
    pub async fn find(&mut self, text: &str) -> Result<Option<InCategory>, AppError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.found.get(text) {
            return Ok(Some(known.clone()));
        }
        let found = match self.tree.find(text) {
            Some(category) => {
                let found = InCategory::from(category);
                if !store::hold(self.tx, found.id).await? {
                    return Err(unknown());
                }
                found
            }
            None => self.make(text).await?,
        };
        self.found.insert(text.to_owned(), found.clone());
        Ok(Some(found))
    }

    async fn make(&mut self, name: &str) -> Result<InCategory, AppError> {
        check_name(name)?;
        has_room(&self.tree)?;
        let new = NewCategory {
            name: name.to_owned(),
            active: true,
            ..NewCategory::default()
        };
        let category = new.build(&self.tree, self.now)?;
        // A concurrent creation of the same category uses the same slug: one of the two transactions is retried and finds it.
        store::insert_or_retry(self.tx, &category).await?;
        record_change(self.tx, self.ctx, "category.create", None, Some(&category));
        let made = InCategory::from(&category);
        self.tree.add(category);
        Ok(made)
    }
}

/// Checks whether this text can be the name of a new category.
pub fn check_name(text: &str) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    errors.line("category", text, MAX_CATEGORY_NAME);
    if text.trim().parse::<CategoryId>().is_ok() {
        errors.add("category", "no category has this id");
    }
    errors.or(())
}

fn unknown() -> AppError {
    AppError::invalid_field("category", "was deleted a moment ago; choose another")
}

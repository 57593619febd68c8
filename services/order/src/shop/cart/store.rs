//! Rows of carts. Writers lock the cart's row first ([`touch`]), so that its changes are serialised.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Condition, Expr},
};
use waybill_primitives::{CartId, ProductId, Timestamp, UserId};
use waybill_store::{StoreError, Tx, rows::one_of};

use super::{
    domain::{Cart, Item, Owner},
    entity::{cart, item},
};
use crate::base::store;

fn owned_by(owner: &Owner) -> Select<cart::Entity> {
    let all = cart::Entity::find();
    match owner {
        Owner::User(id) => all.filter(cart::Column::UserId.eq(*id)),
        Owner::Guest(hash) => all.filter(cart::Column::TokenHash.eq(hash.as_str())),
    }
}

/// The cart of an owner with its lines; also one that was merged into another.
pub async fn find(
    connection: &impl ConnectionTrait,
    owner: &Owner,
) -> Result<Option<Cart>, StoreError> {
    let mut cart = owned_by(owner).one(connection).await?;
    if let Some(cart) = &mut cart {
        cart.items = items(connection, cart.id).await?;
    }
    Ok(cart)
}

/// The lines of a cart, in the order in which they were put in.
pub async fn items(connection: &impl ConnectionTrait, id: CartId) -> Result<Vec<Item>, StoreError> {
    Ok(item::Entity::find()
        .filter(item::Column::CartId.eq(id))
        .order_by_asc(item::Column::AddedAt)
        .order_by_asc(item::Column::ProductId)
        .all(connection)
        .await?)
}

/// Locks a cart for the rest of the transaction and gives it its next version. False if it was deleted or merged, or is not at
/// `version` any more.
pub async fn touch(
    tx: &Tx,
    id: CartId,
    version: Option<i64>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    use cart::Column;
    let mut update = cart::Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1_i64))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::MergedInto.is_null());
    if let Some(version) = version {
        update = update.filter(Column::Version.eq(version));
    }
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// Writes a line of a locked cart.
pub async fn update_item(tx: &Tx, line: &Item) -> Result<(), StoreError> {
    store::update(tx, line, Condition::all()).await?;
    Ok(())
}

/// Removes these products from a locked cart.
pub async fn remove(
    tx: &Tx,
    id: CartId,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<(), StoreError> {
    item::Entity::delete_many()
        .filter(item::Column::CartId.eq(id))
        .filter(one_of(item::Column::ProductId, products))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Removes everything from a locked cart.
pub async fn clear(tx: &Tx, id: CartId) -> Result<(), StoreError> {
    item::Entity::delete_many()
        .filter(item::Column::CartId.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Marks a locked cart as merged; lines left in it did not fit.
pub async fn set_merged(tx: &Tx, id: CartId, into: UserId) -> Result<(), StoreError> {
    cart::Entity::update_many()
        .col_expr(cart::Column::MergedInto, Expr::value(into))
        .filter(cart::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Deletes up to `limit` carts that were not used since `cutoff`, with their lines; returns their number. The rows are locked in the
/// order of ids, so that concurrent clean-ups do not deadlock.
pub async fn prune(tx: &Tx, cutoff: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let ids: Vec<CartId> = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(cart::Column::UpdatedAt.lt(cutoff))
        .order_by_asc(cart::Column::UpdatedAt)
        .limit(limit)
        .into_tuple()
        .all(tx.conn())
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    // Checked again under the lock: a cart may have been used in the meantime.
    let ids: Vec<CartId> = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(one_of(cart::Column::Id, ids))
        .filter(cart::Column::UpdatedAt.lt(cutoff))
        .order_by_asc(cart::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(tx.conn())
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    item::Entity::delete_many()
        .filter(one_of(item::Column::CartId, ids.iter().copied()))
        .exec(tx.conn())
        .await?;
    let deleted = cart::Entity::delete_many()
        .filter(one_of(cart::Column::Id, ids))
        .exec(tx.conn())
        .await?;
    Ok(deleted.rows_affected)
}

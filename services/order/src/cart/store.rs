//! Rows of carts. Whoever changes a cart locks its row first ([`touch`]), so that its changes follow one another.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{CartId, Money, ProductId, Timestamp, UserId};
use waybill_store::{StoreError, Tx};

use super::{
    domain::{Cart, Item, Owner},
    entity::{cart, item},
};
use crate::store::money;

fn owned_by(owner: &Owner) -> Select<cart::Entity> {
    let all = cart::Entity::find();
    match owner {
        Owner::User(id) => all.filter(cart::Column::UserId.eq(id.uuid())),
        Owner::Guest(hash) => all.filter(cart::Column::TokenHash.eq(hash.as_str())),
    }
}

/// The cart of an owner with its lines; also one that was merged into another.
pub async fn find(
    connection: &impl ConnectionTrait,
    owner: &Owner,
) -> Result<Option<Cart>, StoreError> {
    let Some(row) = owned_by(owner).one(connection).await? else {
        return Ok(None);
    };
    let id = CartId::from_uuid(row.id);
    Ok(Some(Cart {
        id,
        merged_into: row.merged_into.map(UserId::from_uuid),
        version: row.version,
        updated_at: Timestamp::from_micros(row.updated_at),
        items: items(connection, id).await?,
    }))
}

/// The lines of a cart, in the order in which they were put in.
pub async fn items(connection: &impl ConnectionTrait, id: CartId) -> Result<Vec<Item>, StoreError> {
    let rows = item::Entity::find()
        .filter(item::Column::CartId.eq(id.uuid()))
        .order_by_asc(item::Column::AddedAt)
        .order_by_asc(item::Column::ProductId)
        .all(connection)
        .await?;
    let read = |row: item::Model| {
        Ok(Item {
            product_id: ProductId::from_uuid(row.product_id),
            quantity: row.quantity,
            seen: money(row.seen_price, &row.seen_currency)?,
            shown: money(row.shown_price, &row.shown_currency)?,
            shown_quantity: row.shown_quantity,
            added_at: Timestamp::from_micros(row.added_at),
        })
    };
    rows.into_iter().map(read).collect()
}

/// Writes a new, empty cart. [`StoreError::Unique`]: the owner has one.
pub async fn insert(tx: &Tx, id: CartId, owner: &Owner, now: Timestamp) -> Result<(), StoreError> {
    let (user, hash) = match owner {
        Owner::User(id) => (Some(id.uuid()), None),
        Owner::Guest(hash) => (None, Some(hash.clone())),
    };
    let row = cart::ActiveModel {
        id: Set(id.uuid()),
        user_id: Set(user),
        token_hash: Set(hash),
        merged_into: Set(None),
        version: Set(1),
        created_at: Set(now.micros()),
        updated_at: Set(now.micros()),
    };
    cart::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Locks a cart for the rest of the transaction and gives it its next version. False if it is gone, merged, or not at
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
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::MergedInto.is_null());
    if let Some(version) = version {
        update = update.filter(Column::Version.eq(version));
    }
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

fn values(id: CartId, line: &Item) -> item::ActiveModel {
    item::ActiveModel {
        cart_id: Set(id.uuid()),
        product_id: Set(line.product_id.uuid()),
        added_at: Set(line.added_at.micros()),
        ..changeable(line)
    }
}

fn changeable(line: &Item) -> item::ActiveModel {
    item::ActiveModel {
        quantity: Set(line.quantity),
        seen_price: Set(line.seen.amount),
        seen_currency: Set(line.seen.currency.as_str().to_owned()),
        shown_price: Set(line.shown.amount),
        shown_currency: Set(line.shown.currency.as_str().to_owned()),
        shown_quantity: Set(line.shown_quantity),
        ..item::ActiveModel::default()
    }
}

/// Puts lines into a locked cart that has none of their products.
pub async fn insert_items(tx: &Tx, id: CartId, lines: &[Item]) -> Result<(), StoreError> {
    if lines.is_empty() {
        return Ok(());
    }
    item::Entity::insert_many(lines.iter().map(|line| values(id, line)))
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Writes a line that a locked cart has.
pub async fn update_item(tx: &Tx, id: CartId, line: &Item) -> Result<(), StoreError> {
    item::Entity::update_many()
        .set(changeable(line))
        .filter(item::Column::CartId.eq(id.uuid()))
        .filter(item::Column::ProductId.eq(line.product_id.uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Remembers what a read of a locked cart shows of a line.
pub async fn show(
    tx: &Tx,
    id: CartId,
    product: ProductId,
    price: Money,
    quantity: i64,
) -> Result<(), StoreError> {
    use item::Column;
    item::Entity::update_many()
        .col_expr(Column::ShownPrice, Expr::value(price.amount))
        .col_expr(Column::ShownCurrency, Expr::value(price.currency.as_str()))
        .col_expr(Column::ShownQuantity, Expr::value(quantity))
        .filter(Column::CartId.eq(id.uuid()))
        .filter(Column::ProductId.eq(product.uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Takes these products out of a locked cart.
pub async fn remove(
    tx: &Tx,
    id: CartId,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<(), StoreError> {
    item::Entity::delete_many()
        .filter(item::Column::CartId.eq(id.uuid()))
        .filter(item::Column::ProductId.is_in(products.into_iter().map(ProductId::uuid)))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Takes everything out of a locked cart.
pub async fn clear(tx: &Tx, id: CartId) -> Result<(), StoreError> {
    item::Entity::delete_many()
        .filter(item::Column::CartId.eq(id.uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Marks a locked cart as merged; what is left in it found no room.
pub async fn set_merged(tx: &Tx, id: CartId, into: UserId) -> Result<(), StoreError> {
    cart::Entity::update_many()
        .col_expr(cart::Column::MergedInto, Expr::value(into.uuid()))
        .filter(cart::Column::Id.eq(id.uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Deletes up to `limit` carts that nobody has touched since `cutoff`, with their lines; how many there were. The rows are
/// locked in the order of ids: two that clean up at once do not wait for each other in a circle.
pub async fn prune(tx: &Tx, cutoff: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let ids: Vec<Uuid> = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(cart::Column::UpdatedAt.lt(cutoff.micros()))
        .order_by_asc(cart::Column::UpdatedAt)
        .limit(limit)
        .into_tuple()
        .all(tx.conn())
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    // Again under the lock: somebody may have touched one meanwhile.
    let ids: Vec<Uuid> = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(cart::Column::Id.is_in(ids))
        .filter(cart::Column::UpdatedAt.lt(cutoff.micros()))
        .order_by_asc(cart::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(tx.conn())
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    item::Entity::delete_many()
        .filter(item::Column::CartId.is_in(ids.iter().copied()))
        .exec(tx.conn())
        .await?;
    let deleted = cart::Entity::delete_many()
        .filter(cart::Column::Id.is_in(ids))
        .exec(tx.conn())
        .await?;
    Ok(deleted.rows_affected)
}

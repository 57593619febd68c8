//! Products, read together with their stock.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, SelectTwo};
use waybill_primitives::ProductId;
use waybill_store::StoreError;

use crate::shop::{
    categories::store as categories,
    products::{
        domain::Product,
        entity::{Column, Entity},
    },
    stock::{domain::Offer, entity::level},
};

/// A product with its stock.
type Row = (Product, Option<level::Model>);

/// The rows with the names that their categories have now.
pub async fn read_offers(
    connection: &impl ConnectionTrait,
    rows: Vec<Row>,
) -> Result<Vec<Offer>, StoreError> {
    let mut ids: Vec<_> = rows.iter().filter_map(|(row, _)| row.category_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = categories::names(connection, ids).await?;
    let offers = rows.into_iter().map(|(mut product, stock)| {
        match product.category_id {
            None => product.category.clear(),
            Some(id) => {
                if let Some(name) = names.get(&id) {
                    product.category.clone_from(name);
                }
            }
        }
        Offer { product, stock }
    });
    Ok(offers.collect())
}

/// All products with their stock; archived ones only on demand.
pub fn offers(with_archived: bool) -> SelectTwo<Entity, level::Entity> {
    let all = Entity::find().find_also_related(level::Entity);
    if with_archived {
        all
    } else {
        all.filter(Column::Active.eq(true))
    }
}

/// One product; archived ones only on demand.
pub async fn offer(
    connection: &impl ConnectionTrait,
    id: ProductId,
    with_archived: bool,
) -> Result<Option<Offer>, StoreError> {
    let found = offers(with_archived)
        .filter(Column::Id.eq(id))
        .one(connection)
        .await?;
    Ok(read_offers(connection, found.into_iter().collect())
        .await?
        .pop())
}

//! Rows of products, read together with their stock.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, SelectTwo, Set,
    sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use waybill_primitives::{ProductId, Timestamp};
use waybill_store::{StoreError, Tx, page};

use super::{
    domain::{Filter, Offer, Product, ProductKind, Sort},
    entity::{ActiveModel, Column, Entity, Model},
};
use crate::{
    orders::domain::Sellable,
    parts::{Page, PageQuery},
    stock::entity::level,
    store::{after, has_words, money, spelled},
};

fn read(row: Model) -> Result<Product, StoreError> {
    Ok(Product {
        id: ProductId::from_uuid(row.id),
        kind: spelled("product kind", &row.kind, ProductKind::parse)?,
        price: money(row.price, &row.currency)?,
        sku: row.sku,
        name: row.name,
        description: row.description,
        category: row.category,
        active: row.active,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

fn read_offer((product, stock): (Model, Option<level::Model>)) -> Result<Offer, StoreError> {
    Ok(Offer {
        product: read(product)?,
        stock: stock.as_ref().map(Into::into),
    })
}

fn offers(with_archived: bool) -> SelectTwo<Entity, level::Entity> {
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
        .filter(Column::Id.eq(id.uuid()))
        .one(connection)
        .await?;
    found.map(read_offer).transpose()
}

/// What placing needs to know of these products.
pub async fn sellables(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Sellable>, StoreError> {
    type Row = (Uuid, String, String, i64, String, bool);
    let rows: Vec<Row> = Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Name,
            Column::Kind,
            Column::Price,
            Column::Currency,
            Column::Active,
        ])
        .filter(Column::Id.is_in(ids.into_iter().map(ProductId::uuid)))
        .into_tuple()
        .all(connection)
        .await?;
    rows.into_iter()
        .map(|(id, name, kind, price, currency, active)| {
            let sellable = Sellable {
                name,
                kind: spelled("product kind", &kind, ProductKind::parse)?,
                price: money(price, &currency)?,
                active,
            };
            Ok((ProductId::from_uuid(id), sellable))
        })
        .collect()
}

/// Writes a new product. [`StoreError::Unique`]: the SKU is taken.
pub async fn insert(tx: &Tx, product: &Product) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(product.id.uuid()),
        kind: Set(product.kind.as_str().to_owned()),
        created_at: Set(product.created_at.micros()),
        ..changeable(product)
    };
    Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Writes the next version of a product. False if the version before is not the current one.
/// [`StoreError::Unique`]: the SKU is taken.
pub async fn update(tx: &Tx, product: &Product) -> Result<bool, StoreError> {
    let update = Entity::update_many()
        .set(changeable(product))
        .filter(Column::Id.eq(product.id.uuid()))
        .filter(Column::Version.eq(product.version - 1));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

fn changeable(product: &Product) -> ActiveModel {
    ActiveModel {
        sku: Set(product.sku.clone()),
        name: Set(product.name.clone()),
        name_key: Set(product.name_key()),
        description: Set(product.description.clone()),
        price: Set(product.price.amount),
        currency: Set(product.price.currency.as_str().to_owned()),
        category: Set(product.category.clone()),
        active: Set(product.active),
        search: Set(product.search()),
        version: Set(product.version),
        updated_at: Set(product.updated_at.micros()),
        ..ActiveModel::default()
    }
}

/// Where a page begins: the list's sort, the sort key (a number or a name) and the id of the row before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Position(String, i64, String, Uuid);

/// Reads a cursor of a list sorted like this.
pub fn cursor(text: &str, sort: Sort) -> Result<Option<Position>, page::BadCursor> {
    match page::decode::<Position>(text)? {
        Some(position) if position.0 != sort.as_str() => Err(page::BadCursor),
        position => Ok(position),
    }
}

/// A page of products.
pub async fn page(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    sort: Sort,
    query: &PageQuery,
    cursor: Option<Position>,
) -> Result<Page<Offer>, StoreError> {
    let all = offers(filter.with_archived).filter(condition(filter));
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let (key, descending) = match sort {
        Sort::Newest => (Column::CreatedAt, true),
        Sort::Name => (Column::NameKey, false),
        Sort::PriceAsc => (Column::Price, false),
        Sort::PriceDesc => (Column::Price, true),
    };
    let order = if descending {
        sea_orm::Order::Desc
    } else {
        sea_orm::Order::Asc
    };
    let mut select = all
        .order_by(key, order.clone())
        .order_by(Column::Id, order)
        .limit(query.limit.fetch());
    if let Some(Position(_, number, name, id)) = cursor {
        select = select.filter(match sort {
            Sort::Name => after(key, Column::Id, descending, name, id),
            _ => after(key, Column::Id, descending, number, id),
        });
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |(row, _)| {
        let (number, name) = match sort {
            Sort::Newest => (row.created_at, String::new()),
            Sort::Name => (0, row.name_key.clone()),
            Sort::PriceAsc | Sort::PriceDesc => (row.price, String::new()),
        };
        Position(sort.as_str().to_owned(), number, name, row.id)
    });
    let rows = rows.into_iter().map(read_offer).collect::<Result<_, _>>()?;
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}

fn condition(filter: &Filter) -> Condition {
    let mut all = has_words(Column::Search, &filter.words);
    if let Some(category) = &filter.category {
        all = all.add(Column::Category.eq(category.as_str()));
    }
    if let Some(price) = filter.min_price {
        all = all.add(Column::Price.gte(price));
    }
    if let Some(price) = filter.max_price {
        all = all.add(Column::Price.lte(price));
    }
    if let Some(kind) = filter.kind {
        all = all.add(Column::Kind.eq(kind.as_str()));
    }
    if let Some(in_stock) = filter.in_stock {
        let on_hand = Expr::col((level::Entity, level::Column::OnHand));
        let reserved = Expr::col((level::Entity, level::Column::Reserved));
        all = all.add(if in_stock {
            // A service is never out of stock.
            Condition::any()
                .add(level::Column::ProductId.is_null())
                .add(on_hand.gt(reserved))
        } else {
            Condition::all().add(on_hand.lte(reserved))
        });
    }
    all
}

//! Rows of products, read together with their stock.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    SelectTwo, Set, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use waybill_primitives::{CategoryId, ProductId, Timestamp};
use waybill_store::{StoreError, Tx, page};

use super::{
    domain::{Filter, Offer, Product, ProductKind, Sort},
    entity::{ActiveModel, Column, Entity, Model, word},
};
use crate::{
    categories::{domain::InCategory, store as categories},
    orders::domain::Sellable,
    parts::{Page, PageQuery},
    stock::entity::level,
    store::{after, money, spelled, unreadable},
};

/// Rows of one statement that writes words.
const WORDS_AT_ONCE: usize = 1_000;

/// A product's row with that of its stock.
type Row = (Model, Option<level::Model>);

fn read(row: Model, names: &HashMap<Uuid, String>) -> Result<Product, StoreError> {
    let category = row.category_id.map(|id| InCategory {
        id: CategoryId::from_uuid(id),
        name: names.get(&id).cloned().unwrap_or(row.category),
    });
    let images = row
        .images
        .as_deref()
        .map_or(Ok(Vec::new()), serde_json::from_str);
    Ok(Product {
        id: ProductId::from_uuid(row.id),
        kind: spelled("product kind", &row.kind, ProductKind::parse)?,
        price: money(row.price, &row.currency)?,
        sku: row.sku,
        name: row.name,
        description: row.description,
        images: images.map_err(|error| unreadable("pictures", &error.to_string()))?,
        category,
        low_stock_threshold: row.low_stock_threshold,
        active: row.active,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

/// The rows with the names that their categories have now.
async fn read_offers(
    connection: &impl ConnectionTrait,
    rows: Vec<Row>,
) -> Result<Vec<Offer>, StoreError> {
    let mut ids: Vec<Uuid> = rows.iter().filter_map(|(row, _)| row.category_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = categories::names(connection, ids).await?;
    rows.into_iter()
        .map(|(product, stock)| {
            Ok(Offer {
                product: read(product, &names)?,
                stock: stock.as_ref().map(Into::into),
            })
        })
        .collect()
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
    Ok(read_offers(connection, found.into_iter().collect())
        .await?
        .pop())
}

/// The products of these SKUs, archived ones too.
pub async fn by_skus(
    connection: &impl ConnectionTrait,
    skus: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, Offer>, StoreError> {
    let rows = offers(true)
        .filter(Column::Sku.is_in(skus))
        .all(connection)
        .await?;
    let found = read_offers(connection, rows).await?;
    Ok(found
        .into_iter()
        .map(|offer| (offer.product.sku.clone(), offer))
        .collect())
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
    insert_all(tx, &[product]).await
}

/// Writes new products. [`StoreError::Unique`]: a SKU is taken.
pub async fn insert_all(tx: &Tx, products: &[&Product]) -> Result<(), StoreError> {
    if products.is_empty() {
        return Ok(());
    }
    let rows = products.iter().map(|product| ActiveModel {
        id: Set(product.id.uuid()),
        kind: Set(product.kind.as_str().to_owned()),
        created_at: Set(product.created_at.micros()),
        ..changeable(product)
    });
    Entity::insert_many(rows)
        .exec_without_returning(tx.conn())
        .await?;
    insert_words(tx, products).await
}

async fn insert_words(tx: &Tx, products: &[&Product]) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for product in products {
        rows.extend(product.words().into_iter().map(|word| word::ActiveModel {
            word: Set(word),
            product_id: Set(product.id.uuid()),
        }));
    }
    for rows in rows.chunks(WORDS_AT_ONCE) {
        word::Entity::insert_many(rows.to_vec())
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// Writes the next version of a product. False if the version before is not the current one.
/// [`StoreError::Unique`]: the SKU is taken.
pub async fn update(tx: &Tx, before: &Product, product: &Product) -> Result<bool, StoreError> {
    let update = Entity::update_many()
        .set(changeable(product))
        .filter(Column::Id.eq(product.id.uuid()))
        .filter(Column::Version.eq(before.version));
    if update.exec(tx.conn()).await?.rows_affected != 1 {
        return Ok(false);
    }
    if before.words() != product.words() {
        word::Entity::delete_many()
            .filter(word::Column::ProductId.eq(product.id.uuid()))
            .exec(tx.conn())
            .await?;
        insert_words(tx, &[product]).await?;
    }
    Ok(true)
}

fn changeable(product: &Product) -> ActiveModel {
    ActiveModel {
        sku: Set(product.sku.clone()),
        name: Set(product.name.clone()),
        name_key: Set(product.name_key()),
        description: Set(product.description.clone()),
        price: Set(product.price.amount),
        currency: Set(product.price.currency.as_str().to_owned()),
        // Ids, numbers and text always serialise.
        images: Set((!product.images.is_empty())
            .then(|| serde_json::to_string(&product.images).unwrap_or_default())),
        category: Set(product
            .category
            .as_ref()
            .map(|category| category.name.clone())
            .unwrap_or_default()),
        category_id: Set(product.category.as_ref().map(|category| category.id.uuid())),
        low_stock_threshold: Set(product.low_stock_threshold),
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

/// A page of products; `categories` are the ids that the filter's category comes to.
pub async fn page(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    categories: Option<&[CategoryId]>,
    sort: Sort,
    query: &PageQuery,
    cursor: Option<Position>,
) -> Result<Page<Offer>, StoreError> {
    let mut all = offers(filter.with_archived).filter(condition(filter));
    if let Some(ids) = categories {
        all = all.filter(Column::CategoryId.is_in(ids.iter().map(|id| id.uuid())));
    }
    let total = if query.total {
        Some(all.clone().count(connection).await?)
    } else {
        None
    };
    let (key, descending) = match sort {
        Sort::Newest => (Column::CreatedAt, true),
        Sort::Oldest => (Column::CreatedAt, false),
        Sort::Name => (Column::NameKey, false),
        Sort::NameDesc => (Column::NameKey, true),
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
            Sort::Name | Sort::NameDesc => after(key, Column::Id, descending, name, id),
            _ => after(key, Column::Id, descending, number, id),
        });
    }
    let rows = select.all(connection).await?;
    let (rows, next_cursor) = query.limit.page(rows, |(row, _)| {
        let (number, name) = match sort {
            Sort::Newest | Sort::Oldest => (row.created_at, String::new()),
            Sort::Name | Sort::NameDesc => (0, row.name_key.clone()),
            Sort::PriceAsc | Sort::PriceDesc => (row.price, String::new()),
        };
        Position(sort.as_str().to_owned(), number, name, row.id)
    });
    let rows = read_offers(connection, rows).await?;
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}

fn condition(filter: &Filter) -> Condition {
    let mut all = Condition::all();
    for word in &filter.words {
        all = all.add(has_word(word));
    }
    if let Some(low) = filter.low_stock {
        all = all.add(Expr::col((level::Entity, level::Column::Low)).eq(low));
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

/// A word of the product begins with this one: a range of the index of words.
fn has_word(beginning: &str) -> Condition {
    let ids = word::Entity::find()
        .select_only()
        .column(word::Column::ProductId)
        .filter(word::Column::Word.gte(beginning))
        .filter(word::Column::Word.lt(format!("{beginning}{}", char::MAX)));
    Condition::all().add(Column::Id.in_subquery(ids.into_query()))
}

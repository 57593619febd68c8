//! Rows of products, read together with their stock.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QuerySelect as _, QueryTrait as _, sea_query::Expr,
};
use waybill_primitives::{CategoryId, Currency, Money, ProductId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::one_of,
};

use super::domain::{Filter, Sort};
use crate::{
    base::store,
    shop::{
        products::{
            domain::{Product, ProductKind, Sellable},
            entity::{Column, Entity, word},
        },
        stock::{
            domain::Offer,
            entity::level,
            store::offers::{offers, read_offers},
        },
    },
};

/// Rows per statement that writes words.
const WORDS_AT_ONCE: usize = 1_000;

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

/// The data of these products that placing needs.
pub async fn sellables(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Sellable>, StoreError> {
    let all = sellables_in_stock(connection, ids).await?;
    Ok(all
        .into_iter()
        .map(|(id, (sellable, _))| (id, sellable))
        .collect())
}

/// As [`sellables`], with the available units of those that have stock.
pub async fn sellables_in_stock(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, (Sellable, i64)>, StoreError> {
    type Row = (
        ProductId,
        String,
        ProductKind,
        i64,
        Currency,
        bool,
        Option<i64>,
        Option<i64>,
    );
    let ids: Vec<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
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
        .column(level::Column::OnHand)
        .column(level::Column::Reserved)
        .left_join(level::Entity)
        .filter(one_of(Column::Id, ids))
        .into_tuple()
        .all(connection)
        .await?;
    let sellables = rows.into_iter().map(|row| {
        let (id, name, kind, price, currency, active, on_hand, reserved) = row;
        let sellable = Sellable {
            name,
            kind,
            price: Money::new(price, currency),
            active,
        };
        (id, (sellable, on_hand.unwrap_or(0) - reserved.unwrap_or(0)))
    });
    Ok(sellables.collect())
}

/// Writes a new product. [`StoreError::Unique`]: the SKU is taken.
pub async fn insert(tx: &Tx, product: &Product) -> Result<(), StoreError> {
    insert_all(tx, &[product]).await
}

/// Writes new products. [`StoreError::Unique`]: a SKU is taken.
pub async fn insert_all(tx: &Tx, products: &[&Product]) -> Result<(), StoreError> {
    let rows: Vec<_> = products.iter().map(|product| product.indexed()).collect();
    store::insert_all(tx, &rows).await?;
    insert_words(tx, products).await
}

async fn insert_words(tx: &Tx, products: &[&Product]) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for product in products {
        let words = product.words().into_iter();
        rows.extend(words.map(|word| word::Model {
            word,
            product_id: product.id,
        }));
    }
    for rows in rows.chunks(WORDS_AT_ONCE) {
        store::insert_all(tx, rows).await?;
    }
    Ok(())
}

/// Writes the next version of a product. False if the version before is not the current one.
/// [`StoreError::Unique`]: the SKU is taken.
pub async fn update(tx: &Tx, before: &Product, product: &Product) -> Result<bool, StoreError> {
    let current = Column::Version.eq(before.version);
    if !store::update(tx, &product.indexed(), current).await? {
        return Ok(false);
    }
    if before.words() != product.words() {
        word::Entity::delete_many()
            .filter(word::Column::ProductId.eq(product.id))
            .exec(tx.conn())
            .await?;
        insert_words(tx, &[product]).await?;
    }
    Ok(true)
}

/// A page of products; `categories` are the ids of the filter's category and its subcategories.
pub async fn page(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    categories: Option<&[CategoryId]>,
    sort: Sort,
    query: &PageQuery,
) -> Result<Page<Offer>, PageError> {
    let mut all = offers(filter.with_archived).filter(condition(filter));
    if let Some(ids) = categories {
        all = all.filter(Column::CategoryId.is_in(ids.iter().copied()));
    }
    let order = match sort {
        Sort::Newest => Keyset::desc("products-newest", Column::CreatedAt),
        Sort::Oldest => Keyset::asc("products-oldest", Column::CreatedAt),
        Sort::Name => Keyset::asc("products-name", Column::NameKey),
        Sort::NameDesc => Keyset::desc("products-name-desc", Column::NameKey),
        Sort::PriceAsc => Keyset::asc("products-price", Column::Price),
        Sort::PriceDesc => Keyset::desc("products-price-desc", Column::Price),
    };
    let page = page::fetch(connection, all, order.then(Column::Id), query).await?;
    Ok(page
        .try_map_all(|rows| read_offers(connection, rows))
        .await?)
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
    if !filter.kinds.is_empty() {
        all = all.add(Column::Kind.is_in(filter.kinds.iter().copied()));
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

/// A word of the product starts with this prefix: a range of the index of words.
fn has_word(beginning: &str) -> Condition {
    let ids = word::Entity::find()
        .select_only()
        .column(word::Column::ProductId)
        .filter(word::Column::Word.gte(beginning))
        .filter(word::Column::Word.lt(format!("{beginning}{}", char::MAX)));
    Condition::all().add(Column::Id.in_subquery(ids.into_query()))
}

/// Whether there is any product, which then has a price.
pub async fn any(tx: &Tx) -> Result<bool, StoreError> {
    let found: Option<ProductId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .limit(1)
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(found.is_some())
}

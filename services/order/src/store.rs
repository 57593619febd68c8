//! What the slices' stores share: keyset conditions, text search, reading enumerations and money back.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoSimpleExpr as _,
    QuerySelect as _, QueryTrait as _, Select, Value,
    sea_query::{Expr, ExprTrait as _, LikeExpr, Query},
};
use uuid::Uuid;
use waybill_primitives::{Currency, Money};
use waybill_store::StoreError;

use crate::fields::contains_pattern;

/// Rows after the one with this sort key and id. The first part lets the index of the key find them.
pub fn after<C: ColumnTrait>(
    key: C,
    id: C,
    descending: bool,
    value: impl Into<Value> + Clone,
    last: Uuid,
) -> Condition {
    let (edge, beyond, further) = if descending {
        (key.lte(value.clone()), key.lt(value), id.lt(last))
    } else {
        (key.gte(value.clone()), key.gt(value), id.gt(last))
    };
    Condition::all()
        .add(edge)
        .add(Condition::any().add(beyond).add(further))
}

/// Rows whose search column has every word.
pub fn has_words<C: ColumnTrait>(column: C, words: &[String]) -> Condition {
    words.iter().fold(Condition::all(), |all, word| {
        all.add(like(column, contains_pattern(word)))
    })
}

/// Rows that a total counts; beyond them it only says that there are more. The cost of a count grows with what it counts.
pub const MOST_COUNTED: u64 = 10_000;

/// How many rows there are, up to one more than [`MOST_COUNTED`].
pub async fn count<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    all: Select<E>,
) -> Result<u64, StoreError> {
    let some = all
        .select_only()
        .expr_as(Expr::val(1), "one")
        .limit(MOST_COUNTED + 1)
        .into_query();
    let mut counting = Query::select();
    counting
        .expr_as(Expr::cust("COUNT(*)"), "total")
        .from_subquery(some, "some");
    let row = connection.query_one(&counting).await?;
    let total: i64 = row.map_or(Ok(0), |row| row.try_get("", "total"))?;
    Ok(u64::try_from(total).unwrap_or(0))
}

/// `LIKE` with `!` as the escape.
pub fn like<C: ColumnTrait>(column: C, pattern: String) -> Expr {
    column
        .into_simple_expr()
        .like(LikeExpr::new(pattern).escape('!'))
}

/// The database holds what this version does not know.
pub fn unreadable(what: &str, value: &str) -> StoreError {
    StoreError::from(DbErr::Custom(format!(
        "unknown {what} in the database: {value:?}"
    )))
}

/// Reads an enumeration by its spelling.
pub fn spelled<T>(
    what: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, StoreError> {
    parse(text).ok_or_else(|| unreadable(what, text))
}

/// Reads an amount with its currency.
pub fn money(amount: i64, currency: &str) -> Result<Money, StoreError> {
    let currency: Currency = currency
        .parse()
        .map_err(|_| unreadable("currency", currency))?;
    Ok(Money::new(amount, currency))
}

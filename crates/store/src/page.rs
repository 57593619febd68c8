//! Keyset pages: a page begins after the last row of the previous one, so its cost does not grow with its number, and rows that
//! are added or removed in between shift nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{
    ColumnTrait, ColumnType, Condition, ConnectionTrait, DbErr, EntityTrait, ModelTrait as _,
    Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, SelectTwo,
    sea_query::{Expr, Query, SelectStatement, Value},
};
use serde_json::{Value as Json, json};
use waybill_proto::common::PageInfo;

use crate::StoreError;

/// A total counts up to this many rows; beyond that it only says that there are more. The cost of a count grows with the rows it
/// counts.
pub const MAX_COUNTED: u64 = 10_000;
/// Longest cursor, in bytes.
const MAX_CURSOR: usize = 1024;

/// How many rows a page has: 1 to 100, 20 by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u64);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 and 100")]
pub struct BadLimit;

impl Limit {
    pub const DEFAULT: Self = Self(20);
    pub const MAX: u32 = 100;
    /// For processing whole lists, such as exports: no caller can request so many.
    pub const BATCH: Self = Self(500);

    /// For internal lists, which no caller requests.
    pub const fn of(rows: u64) -> Self {
        Self(rows)
    }

    /// 0 stands for the default.
    pub fn new(limit: u32) -> Result<Self, BadLimit> {
        match limit {
            0 => Ok(Self::DEFAULT),
            1..=Self::MAX => Ok(Self(u64::from(limit))),
            _ => Err(BadLimit),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not a cursor of this list; take it from nextCursor of the page before")]
pub struct BadCursor;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DbErr> for PageError {
    fn from(error: DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// The requested page of a list.
#[derive(Debug, Clone)]
pub struct PageQuery {
    pub limit: Limit,
    /// `next_cursor` of the page before; empty for the first page.
    pub cursor: String,
    /// Whether to count all rows of the list.
    pub total: bool,
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// None on the last page.
    pub next_cursor: Option<String>,
    /// How many rows the list has, if that was requested.
    pub total: Option<Total>,
}

/// How many rows a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    pub rows: u64,
    /// There are more than `rows`: counting ended there.
    pub capped: bool,
}

impl Total {
    pub const fn exactly(rows: u64) -> Self {
        Self {
            rows,
            capped: false,
        }
    }
}

impl<T> Page<T> {
    /// The page of a list without rows.
    pub fn empty(query: &PageQuery) -> Self {
        Self {
            rows: Vec::new(),
            next_cursor: None,
            total: query.total.then_some(Total::exactly(0)),
        }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(f).collect(),
            next_cursor: self.next_cursor,
            total: self.total,
        }
    }

    pub fn try_map<U, E>(self, f: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        Ok(Page {
            rows: self.rows.into_iter().map(f).collect::<Result<_, _>>()?,
            next_cursor: self.next_cursor,
            total: self.total,
        })
    }

    /// As [`Page::try_map`], with all rows at once: for data that is loaded together.
    pub async fn try_map_all<U, E, F>(self, f: impl FnOnce(Vec<T>) -> F) -> Result<Page<U>, E>
    where
        F: Future<Output = Result<Vec<U>, E>>,
    {
        Ok(Page {
            rows: f(self.rows).await?,
            next_cursor: self.next_cursor,
            total: self.total,
        })
    }

    /// The page as responses describe it.
    pub fn info(&self) -> PageInfo {
        PageInfo {
            next_cursor: self.next_cursor.clone(),
            total: self.total.map(|total| total.rows),
            total_capped: self.total.is_some_and(|total| total.capped),
        }
    }
}

/// The order of a list: by one column, and by a second one where the first is not unique. Both are `BIGINT`, text or UUID, and
/// not null in any row of the list.
#[derive(Debug, Clone, Copy)]
pub struct Keyset<C> {
    list: &'static str,
    key: C,
    unique: Option<C>,
    direction: Direction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Asc,
    Desc,
}

impl<C: ColumnTrait> Keyset<C> {
    /// `list` names the list with its order: a cursor of one list is refused by another.
    pub fn asc(list: &'static str, key: C) -> Self {
        Self {
            list,
            key,
            unique: None,
            direction: Direction::Asc,
        }
    }

    /// The same in descending order.
    pub fn desc(list: &'static str, key: C) -> Self {
        Self {
            direction: Direction::Desc,
            ..Self::asc(list, key)
        }
    }

    /// Breaks ties of the key by this column.
    #[must_use]
    pub fn then(self, unique: C) -> Self {
        Self {
            unique: Some(unique),
            ..self
        }
    }

    fn columns(self) -> impl Iterator<Item = C> {
        std::iter::once(self.key).chain(self.unique)
    }

    /// The position of a row in the list, as opaque text.
    fn cursor(self, mut value: impl FnMut(C) -> Value) -> Result<String, DbErr> {
        let mut place = vec![Json::from(self.list)];
        for column in self.columns() {
            place.push(match value(column) {
                Value::BigInt(Some(number)) => json!(number),
                Value::String(Some(text)) => json!(text),
                Value::Uuid(Some(id)) => json!(id),
                other => {
                    let problem = format!("{column:?} cannot be part of a cursor: {other:?}");
                    return Err(DbErr::Custom(problem));
                }
            });
        }
        Ok(URL_SAFE_NO_PAD.encode(Json::Array(place).to_string()))
    }

    /// The condition for the rows after the position.
    fn after(self, cursor: &str) -> Result<Condition, BadCursor> {
        if cursor.len() > MAX_CURSOR {
            return Err(BadCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let place: Vec<Json> = serde_json::from_slice(&bytes).map_err(|_| BadCursor)?;
        let mut place = place.into_iter();
        if place.next() != Some(Json::from(self.list)) {
            return Err(BadCursor);
        }
        let values = self.columns().map(|column| {
            let json = place.next().ok_or(BadCursor)?;
            value(&column, json).map(|value| (column, value))
        });
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let beyond = |(column, value): (C, Value)| match self.direction {
            Direction::Asc => column.gt(value),
            Direction::Desc => column.lt(value),
        };
        let mut values = values.into_iter();
        let key = values.next().ok_or(BadCursor)?;
        let Some(unique) = values.next() else {
            return Ok(Condition::all().add(beyond(key)));
        };
        // The first part lets the database use the index of the key.
        let edge = match self.direction {
            Direction::Asc => key.0.gte(key.1.clone()),
            Direction::Desc => key.0.lte(key.1.clone()),
        };
        let further = Condition::any().add(beyond(key)).add(beyond(unique));
        Ok(Condition::all().add(edge).add(further))
    }
}

/// Reads a cursor of some list; for `crates/fuzz`. Whatever a client sends, this answers, and a cursor of ours is read again.
///
/// # Panics
/// If a cursor is not read as it was written.
#[doc(hidden)]
pub fn fuzz(cursor: &str) {
    use crate::entity::dead_letter::Column;
    let list = Keyset::desc("dead-letters", Column::At).then(Column::Id);
    let _ = list.after(cursor);
    let row = |column: Column| match column {
        Column::At => Value::from(i64::try_from(cursor.len()).unwrap_or(i64::MAX)),
        _ => Value::from(uuid::Uuid::from_u128(cursor.len() as u128)),
    };
    let own = list.cursor(row);
    assert!(own.is_ok_and(|own| list.after(&own).is_ok()));
}

/// Reads a part of a cursor as the type of the column.
fn value(column: &impl ColumnTrait, json: Json) -> Result<Value, BadCursor> {
    match (column.def().get_column_type(), json) {
        (ColumnType::Uuid, Json::String(text)) => {
            let id: uuid::Uuid = text.parse().map_err(|_| BadCursor)?;
            Ok(id.into())
        }
        (ColumnType::BigInteger, Json::Number(number)) => {
            number.as_i64().map(Value::from).ok_or(BadCursor)
        }
        // PostgreSQL accepts NUL in no value; no row has one, so none of our cursors has.
        (ColumnType::String(_) | ColumnType::Text, Json::String(text)) if !text.contains('\0') => {
            Ok(text.into())
        }
        _ => Err(BadCursor),
    }
}

/// A query for the rows of a list.
pub trait Rows: QueryFilter + QueryOrder + QuerySelect + Clone + Send {
    type Column: ColumnTrait;
    type Row: Send;

    fn all(
        self,
        connection: &impl ConnectionTrait,
    ) -> impl Future<Output = Result<Vec<Self::Row>, DbErr>> + Send;

    fn statement(self) -> SelectStatement;

    /// The value of a column of the (first) entity in the row.
    fn value(row: &Self::Row, column: Self::Column) -> Value;
}

impl<E: EntityTrait<Model: Sync>> Rows for Select<E> {
    type Column = E::Column;
    type Row = E::Model;

    async fn all(self, connection: &impl ConnectionTrait) -> Result<Vec<E::Model>, DbErr> {
        Self::all(self, connection).await
    }

    fn statement(self) -> SelectStatement {
        self.into_query()
    }

    fn value(row: &E::Model, column: E::Column) -> Value {
        row.get(column)
    }
}

impl<E: EntityTrait<Model: Sync>, F: EntityTrait<Model: Sync>> Rows for SelectTwo<E, F> {
    type Column = E::Column;
    type Row = (E::Model, Option<F::Model>);

    async fn all(self, connection: &impl ConnectionTrait) -> Result<Vec<Self::Row>, DbErr> {
        Self::all(self, connection).await
    }

    fn statement(self) -> SelectStatement {
        self.into_query()
    }

    fn value((row, _): &Self::Row, column: E::Column) -> Value {
        row.get(column)
    }
}

/// Fetches a page of `rows` in the order of `keyset`, and counts all of them if requested.
pub async fn fetch<R: Rows>(
    connection: &impl ConnectionTrait,
    rows: R,
    keyset: Keyset<R::Column>,
    query: &PageQuery,
) -> Result<Page<R::Row>, PageError> {
    let after = match query.cursor.as_str() {
        "" => None,
        cursor => Some(keyset.after(cursor)?),
    };
    let total = if query.total {
        Some(count(connection, rows.clone()).await?)
    } else {
        None
    };
    let Limit(limit) = query.limit;
    let mut page = rows;
    for column in keyset.columns() {
        page = match keyset.direction {
            Direction::Asc => page.order_by(column, Order::Asc),
            Direction::Desc => page.order_by(column, Order::Desc),
        };
    }
    if let Some(after) = after {
        page = page.filter(after);
    }
    // One row more than the page has shows whether there is a next page.
    let mut rows = page.limit(limit + 1).all(connection).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next_cursor = match rows.last() {
        Some(last) if more => Some(keyset.cursor(|column| R::value(last, column))?),
        _ => None,
    };
    Ok(Page {
        rows,
        next_cursor,
        total,
    })
}

async fn count<R: Rows>(connection: &impl ConnectionTrait, rows: R) -> Result<Total, StoreError> {
    let some = rows
        .select_only()
        .expr_as(Expr::val(1), "one")
        .limit(MAX_COUNTED + 1)
        .statement();
    let mut counting = Query::select();
    counting
        .expr_as(Expr::cust("COUNT(*)"), "total")
        .from_subquery(some, "some");
    let row = connection.query_one(&counting).await?;
    let total: i64 = row.map_or(Ok(0), |row| row.try_get("", "total"))?;
    let total = u64::try_from(total).unwrap_or(0);
    Ok(Total {
        rows: total.min(MAX_COUNTED),
        capped: total > MAX_COUNTED,
    })
}

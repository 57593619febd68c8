//! Reading the rollups.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, Order as Direction,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Statement,
    sea_query::{CaseStatement, Expr, ExprTrait as _},
};
use waybill_primitives::{Currency, ProductId, Span, UserId};
use waybill_store::{StoreError, rows::sum};

use crate::{
    derived::analytics::{
        domain::{Figure, Metric, NO_DAY},
        entity::daily::{Column, Entity},
    },
    shop::products::entity as product,
};

/// The metrics of order totals.
const TOTALS: [Metric; 5] = [
    Metric::Placed,
    Metric::Paid,
    Metric::Refunded,
    Metric::Completed,
    Metric::Cancelled,
];

fn of(generation: i64, metrics: &[Metric], currency: Currency) -> Select<Entity> {
    Entity::find()
        .select_only()
        .filter(Column::Generation.eq(generation))
        .filter(Column::Metric.is_in(metrics.iter().copied()))
        .filter(Column::Currency.eq(currency))
}

fn within(select: Select<Entity>, span: Option<Span>) -> Select<Entity> {
    match span {
        None => select,
        Some(span) => select
            .filter(Column::Day.gte(span.first))
            .filter(Column::Day.lt(span.end)),
    }
}

/// The figures of each day of a span that has any.
pub async fn days(
    connection: &impl ConnectionTrait,
    generation: i64,
    currency: Currency,
    span: Span,
) -> Result<Vec<(i32, String, Figure)>, StoreError> {
    let rows: Vec<(i32, String, i64, i64)> = within(of(generation, &TOTALS, currency), Some(span))
        .column(Column::Day)
        .column(Column::Metric)
        .column(Column::Quantity)
        .column(Column::Amount)
        .into_tuple()
        .all(connection)
        .await?;
    let figure = |(day, metric, quantity, amount)| (day, metric, Figure { quantity, amount });
    Ok(rows.into_iter().map(figure).collect())
}

/// The figures of all time.
pub async fn totals(
    connection: &impl ConnectionTrait,
    generation: i64,
    currency: Currency,
) -> Result<Vec<(String, Figure)>, StoreError> {
    let rows: Vec<(String, i64, i64)> = of(generation, &TOTALS, currency)
        .column(Column::Metric)
        .column_as(sum(Expr::col(Column::Quantity), connection), "quantity")
        .column_as(sum(Expr::col(Column::Amount), connection), "amount")
        .group_by(Column::Metric)
        .into_tuple()
        .all(connection)
        .await?;
    let figure = |(metric, quantity, amount)| (metric, Figure { quantity, amount });
    Ok(rows.into_iter().map(figure).collect())
}

/// Orders by their status, of every currency.
pub async fn statuses(
    connection: &impl ConnectionTrait,
    generation: i64,
) -> Result<HashMap<String, i64>, StoreError> {
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .filter(Column::Generation.eq(generation))
        .filter(Column::Metric.eq(Metric::Status))
        .filter(Column::Day.eq(NO_DAY))
        .column(Column::Dimension)
        .column_as(sum(Expr::col(Column::Quantity), connection), "quantity")
        .group_by(Column::Dimension)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Sales of a product.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ProductFigures {
    pub product: String,
    pub units: i64,
    pub amount: i64,
}

/// The products with the highest revenue of a span.
pub async fn products(
    connection: &impl ConnectionTrait,
    generation: i64,
    currency: Currency,
    span: Span,
    limit: u64,
) -> Result<Vec<ProductFigures>, StoreError> {
    let amount = sum(Expr::col(Column::Amount), connection);
    let units = sum(Expr::col(Column::Quantity), connection);
    let rows = within(of(generation, &[Metric::Product], currency), Some(span))
        .column_as(Expr::col(Column::Dimension), "product")
        .column_as(units.clone(), "units")
        .column_as(amount.clone(), "amount")
        .group_by(Column::Dimension)
        .order_by(amount, Direction::Desc)
        .order_by(units, Direction::Desc)
        .order_by_asc(Column::Dimension)
        .limit(limit)
        .into_model()
        .all(connection)
        .await?;
    Ok(rows)
}

/// Work of a worker.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct WorkerFigures {
    pub worker: String,
    pub assigned: i64,
    pub finished: i64,
    pub amount: i64,
    pub worked: i64,
    pub seconds: i64,
}

/// The workers who completed most in a span.
pub async fn workers(
    connection: &impl ConnectionTrait,
    generation: i64,
    currency: Currency,
    span: Span,
    limit: u64,
) -> Result<Vec<WorkerFigures>, StoreError> {
    let part = |metric: Metric, column: Column| {
        let this = Expr::col(Column::Metric).eq(metric);
        let value = CaseStatement::new()
            .case(this, Expr::col(column))
            .finally(0_i64);
        sum(value.into(), connection)
    };
    let metrics = [Metric::Assigned, Metric::Finished, Metric::Worked];
    let finished = part(Metric::Finished, Column::Quantity);
    let assigned = part(Metric::Assigned, Column::Quantity);
    let rows = within(of(generation, &metrics, currency), Some(span))
        .column_as(Expr::col(Column::Dimension), "worker")
        .column_as(assigned.clone(), "assigned")
        .column_as(finished.clone(), "finished")
        .column_as(part(Metric::Finished, Column::Amount), "amount")
        .column_as(part(Metric::Worked, Column::Quantity), "worked")
        .column_as(part(Metric::Worked, Column::Amount), "seconds")
        .group_by(Column::Dimension)
        .order_by(finished, Direction::Desc)
        .order_by(assigned, Direction::Desc)
        .order_by_asc(Column::Dimension)
        .limit(limit)
        .into_model()
        .all(connection)
        .await?;
    Ok(rows)
}

/// Current names of products.
pub async fn product_names(
    connection: &impl ConnectionTrait,
    ids: Vec<ProductId>,
) -> Result<HashMap<ProductId, String>, StoreError> {
    let rows: Vec<(ProductId, String)> = product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .column(product::Column::Name)
        .filter(product::Column::Id.is_in(ids))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Names of workers as in their latest order; one statement for all.
pub async fn worker_names(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
) -> Result<HashMap<UserId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = connection.get_database_backend();
    let one = |(number, _): (usize, &UserId)| {
        let mark = match backend {
            sea_orm::DbBackend::Postgres => format!("${}", number + 1),
            _ => "?".to_owned(),
        };
        format!(
            "SELECT * FROM (SELECT assignee_id, assignee_name FROM orders WHERE assignee_id = {mark} \
             ORDER BY created_at DESC, id DESC LIMIT 1) AS w{number}"
        )
    };
    let parts: Vec<_> = ids.iter().enumerate().map(one).collect();
    let values = ids.iter().map(|id| sea_orm::Value::from(*id));
    let statement = Statement::from_sql_and_values(backend, parts.join(" UNION ALL "), values);
    let rows = connection.query_all_raw(statement).await?;
    let read = rows.iter().map(|row| {
        let id: UserId = row.try_get("", "assignee_id")?;
        let name: Option<String> = row.try_get("", "assignee_name")?;
        Ok::<_, sea_orm::DbErr>((id, name.unwrap_or_default()))
    });
    Ok(read.collect::<Result<_, _>>()?)
}

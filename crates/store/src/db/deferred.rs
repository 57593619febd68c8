//! What a transaction writes with its commit: new rows, and numbers that are added to columns of existing ones.
//!
//! Rows that nothing else in the transaction reads need no round trip of their own. On PostgreSQL they are one statement, and if the
//! transaction ran no other, that statement is the whole transaction. On SQLite they are one call to the driver's thread, on MySQL one
//! statement per table.

use std::{collections::BTreeMap, fmt::Write as _, mem};

use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityName as _,
    EntityTrait, IdenStatic as _, IntoActiveModel, Iterable as _, RuntimeErr, Statement, Value,
    sqlx::{self, Arguments as _, postgres::PgArguments},
};
use uuid::Uuid;

use crate::StoreError;

/// Upper limit of the parameters of one statement; SQLite takes 32,766, MySQL 65,535.
const MAX_PARAMETERS: usize = 30_000;

/// Rows and sums, by table, in the order in which the tables were first named.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    inserts: Vec<Insert>,
    sums: Vec<Sums>,
}

/// New rows of one table.
#[derive(Debug)]
struct Insert {
    table: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

/// Numbers to add to columns of one table.
#[derive(Debug)]
struct Sums {
    table: &'static str,
    key: &'static str,
    columns: Vec<&'static str>,
    /// A column that each changed row gets a value in, such as the time of the change.
    stamp: (&'static str, Value),
    /// By key, so that rows are locked in the same order everywhere.
    rows: BTreeMap<Uuid, Vec<i64>>,
}

/// Numbers to add to the row with the key `id`.
#[derive(Debug, Clone)]
pub struct Addition<C, const N: usize> {
    pub key: C,
    pub id: Uuid,
    pub amounts: [(C, i64); N],
    /// A column that is set on the way, such as the time of the change.
    pub stamp: (C, Value),
}

impl Deferred {
    pub(crate) fn is_empty(&self) -> bool {
        self.inserts.is_empty() && self.sums.is_empty()
    }

    pub(crate) fn insert<M, A>(&mut self, rows: impl IntoIterator<Item = M>)
    where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait,
    {
        type Column<A> = <<A as ActiveModelTrait>::Entity as EntityTrait>::Column;
        let table = A::Entity::default().table_name();
        let rows = rows.into_iter().map(|row| {
            let mut row = row.into_active_model();
            let value = |column| match row.take(column) {
                ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value,
                // A model has a value for each column.
                ActiveValue::NotSet => Value::String(None),
            };
            Column::<A>::iter().map(value).collect()
        });
        let rows: Vec<Vec<Value>> = rows.collect();
        if rows.is_empty() {
            return;
        }
        match self.inserts.iter_mut().find(|other| other.table == table) {
            Some(insert) => insert.rows.extend(rows),
            None => self.inserts.push(Insert {
                table,
                columns: Column::<A>::iter().map(|column| column.as_str()).collect(),
                rows,
            }),
        }
    }

    pub(crate) fn add<C: ColumnTrait, const N: usize>(&mut self, addition: Addition<C, N>) {
        let table = C::EntityName::default().table_name();
        let columns: Vec<_> = addition.amounts.iter().map(|it| it.0.as_str()).collect();
        let same = |sums: &Sums| sums.table == table && sums.columns == columns;
        let place = match self.sums.iter().position(same) {
            Some(place) => place,
            None => {
                self.sums.push(Sums {
                    table,
                    key: addition.key.as_str(),
                    columns,
                    stamp: (addition.stamp.0.as_str(), addition.stamp.1.clone()),
                    rows: BTreeMap::new(),
                });
                self.sums.len() - 1
            }
        };
        let sums = &mut self.sums[place];
        sums.stamp.1 = addition.stamp.1;
        let row = sums.rows.entry(addition.id).or_insert_with(|| vec![0; N]);
        for (sum, (_, amount)) in row.iter_mut().zip(addition.amounts) {
            *sum += amount;
        }
    }

    /// Runs all of it as one statement on PostgreSQL, which is a transaction of its own.
    pub(crate) async fn commit_on(self, pool: &sqlx::PgPool) -> Result<(), StoreError> {
        let (sql, arguments) = self.one_statement()?;
        let run = sqlx::query_with(sqlx::AssertSqlSafe(sql), arguments).execute(pool);
        let failed = |error: sqlx::Error| DbErr::Exec(RuntimeErr::SqlxError(error.into()));
        run.await.map_err(failed)?;
        Ok(())
    }

    /// Runs it inside a transaction.
    pub(crate) async fn run(self, conn: &impl ConnectionTrait) -> Result<(), StoreError> {
        let backend = conn.get_database_backend();
        let mut statements = Vec::new();
        for Insert {
            table,
            columns,
            rows,
        } in self.inserts
        {
            let at_once = MAX_PARAMETERS / columns.len();
            let mut rows = rows.into_iter().peekable();
            while rows.peek().is_some() {
                let mut sql = Sql::new(backend);
                sql.text = insert_into(backend, table, &columns);
                sql.text.push_str(" VALUES ");
                for (index, row) in rows.by_ref().take(at_once).enumerate() {
                    sql.tuple(index, row);
                }
                statements.push(sql);
            }
        }
        statements.extend(self.sums.iter().map(|sums| sums.statement(backend)));
        if backend == DbBackend::Sqlite {
            // Each call to the driver's thread costs more than a statement.
            statements = Sql::joined(statements);
        }
        for sql in statements {
            sql.run(conn).await?;
        }
        Ok(())
    }

    /// `WITH … INSERT … SELECT * FROM UNNEST(…)`: the text depends on the tables alone, not on the number of rows, so it is prepared
    /// once.
    fn one_statement(self) -> Result<(String, PgArguments), DbErr> {
        let (mut parts, mut arguments) = (Vec::new(), PgArguments::default());
        for (index, mut insert) in self.inserts.into_iter().enumerate() {
            let mut arrays = Vec::with_capacity(insert.columns.len());
            for column in 0..insert.columns.len() {
                let rows = insert.rows.iter_mut();
                let values = rows.map(|row| mem::replace(&mut row[column], Value::Bool(None)));
                arrays.push(bind(&mut arguments, values.collect())?);
            }
            let into = insert_into(DbBackend::Postgres, insert.table, &insert.columns);
            let arrays = arrays.join(", ");
            parts.push(format!(
                "i{index} AS ({into} SELECT * FROM UNNEST({arrays}))"
            ));
        }
        for (index, sums) in self.sums.iter().enumerate() {
            parts.push(sums.part(index, &mut arguments)?);
        }
        Ok((format!("WITH {} SELECT 1", parts.join(", ")), arguments))
    }
}

impl Sums {
    /// The part of a statement of PostgreSQL. The rows are locked in the order of their keys before any of them is changed.
    fn part(&self, index: usize, arguments: &mut PgArguments) -> Result<String, DbErr> {
        let (table, key) = (self.table, self.key);
        let keys = bind(arguments, self.rows.keys().map(|id| (*id).into()).collect())?;
        let stamp = bind(arguments, vec![self.stamp.1.clone()])?;
        let mut changes = format!("{} = ({stamp})[1]", self.stamp.0);
        let (mut names, mut arrays) = (String::from("id"), keys.clone());
        for (place, column) in self.columns.iter().enumerate() {
            let amounts = self.rows.values().map(|row| row[place].into()).collect();
            let _ = write!(arrays, ", {}", bind(arguments, amounts)?);
            let _ = write!(names, ", a{place}");
            let _ = write!(changes, ", {column} = {table}.{column} + g.a{place}");
        }
        Ok(format!(
            "l{index} AS (SELECT {key} FROM {table} WHERE {key} = ANY({keys}) ORDER BY {key} FOR UPDATE), \
             s{index} AS (UPDATE {table} SET {changes} FROM UNNEST({arrays}) AS g({names}) \
             JOIN l{index} ON l{index}.{key} = g.id WHERE {table}.{key} = g.id)"
        ))
    }

    fn statement(&self, backend: DbBackend) -> Sql {
        let mut sql = Sql::new(backend);
        let _ = write!(sql.text, "UPDATE {} SET {} = ", self.table, self.stamp.0);
        sql.value(self.stamp.1.clone());
        for (place, column) in self.columns.iter().enumerate() {
            let _ = write!(sql.text, ", {column} = {column} + CASE {}", self.key);
            for (id, amounts) in &self.rows {
                sql.text.push_str(" WHEN ");
                sql.value((*id).into());
                sql.text.push_str(" THEN ");
                sql.value(amounts[place].into());
            }
            sql.text.push_str(" END");
        }
        let _ = write!(sql.text, " WHERE {} IN ", self.key);
        sql.tuple(0, self.rows.keys().map(|id| (*id).into()));
        sql
    }
}

fn insert_into(backend: DbBackend, table: &str, columns: &[&str]) -> String {
    let quote = match backend {
        DbBackend::MySql => '`',
        _ => '"',
    };
    let quoted = columns.iter().map(|name| format!("{quote}{name}{quote}"));
    let names: Vec<_> = quoted.collect();
    format!("INSERT INTO {table} ({})", names.join(", "))
}

/// A statement of MySQL, SQLite, or PostgreSQL within a transaction.
struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    fn new(backend: DbBackend) -> Self {
        Self {
            backend,
            text: String::new(),
            values: Vec::new(),
        }
    }

    fn value(&mut self, value: Value) {
        self.values.push(value);
        if self.backend == DbBackend::Postgres {
            let _ = write!(self.text, "${}", self.values.len());
        } else {
            self.text.push('?');
        }
    }

    /// The tuple number `index` of a list.
    fn tuple(&mut self, index: usize, values: impl IntoIterator<Item = Value>) {
        self.text.push_str(if index == 0 { "(" } else { ", (" });
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                self.text.push_str(", ");
            }
            self.value(value);
        }
        self.text.push(')');
    }

    /// As few texts as the limit of parameters allows, separated by semicolons.
    fn joined(statements: Vec<Self>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for next in statements {
            match all.last_mut() {
                Some(last) if last.values.len() + next.values.len() <= MAX_PARAMETERS => {
                    last.text.push_str("; ");
                    last.text.push_str(&next.text);
                    last.values.extend(next.values);
                }
                _ => all.push(next),
            }
        }
        all
    }

    async fn run(self, conn: &impl ConnectionTrait) -> Result<(), DbErr> {
        let statement = Statement::from_sql_and_values(self.backend, self.text, self.values);
        conn.execute_raw(statement).await?;
        Ok(())
    }
}

/// Binds the values of a column as one array; returns the expression for it, such as `$3::text[]`.
fn bind(arguments: &mut PgArguments, values: Vec<Value>) -> Result<String, DbErr> {
    macro_rules! array {
        ($variant:ident, $kind:literal) => {{
            let values = values.into_iter().map(|value| match value {
                Value::$variant(value) => Ok(value),
                other => Err(DbErr::Type(format!(
                    "{other:?} among values of the type {}",
                    $kind
                ))),
            });
            let values: Vec<_> = values.collect::<Result<_, _>>()?;
            arguments
                .add(values)
                .map_err(|error| DbErr::Type(error.to_string()))?;
            Ok(format!("${}::{}[]", arguments.len(), $kind))
        }};
    }
    match values.first() {
        Some(Value::Uuid(_)) => array!(Uuid, "uuid"),
        Some(Value::String(_)) => array!(String, "text"),
        Some(Value::BigInt(_)) => array!(BigInt, "int8"),
        Some(Value::Int(_)) => array!(Int, "int4"),
        Some(Value::Bool(_)) => array!(Bool, "bool"),
        Some(Value::Bytes(_)) => array!(Bytes, "bytea"),
        other => Err(DbErr::Type(format!(
            "{other:?} has no array type here; add it"
        ))),
    }
}

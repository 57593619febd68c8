//! What a transaction writes with its commit: new rows, and numbers that are added to columns of existing ones or replace them.
//!
//! Rows that nothing else in the transaction reads need no round trip of their own. On PostgreSQL they are one statement, and if the
//! transaction ran no other, that statement is the whole transaction. On SQLite they are one call to the driver's thread, on MySQL one
//! statement per table.

use std::{collections::BTreeMap, fmt::Write as _, mem};

use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityName as _,
    EntityTrait, IdenStatic, IntoActiveModel, Iterable as _, RuntimeErr, Statement, Value,
    sqlx::{self, Arguments as _, postgres::PgArguments},
};
use uuid::Uuid;

use crate::StoreError;

/// Upper limit of the parameters of one statement; SQLite takes 32,766, MySQL 65,535.
const MAX_PARAMETERS: usize = 30_000;
/// Rows that one `CASE` tells apart: each row is compared with all of them.
const MAX_CASES: usize = 64;

/// Rows and changes, by table, in the order in which the tables were first named.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    inserts: Vec<Insert>,
    changes: Vec<Changes>,
}

/// New rows of one table.
#[derive(Debug)]
struct Insert {
    table: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

/// Numbers for columns of one table.
#[derive(Debug)]
struct Changes {
    table: &'static str,
    key: &'static str,
    columns: Vec<&'static str>,
    /// They are added to sums of several writers, not set by one of them; then each changed row also gets a value in this column, such
    /// as the time of the change.
    sums: Option<(&'static str, Value)>,
    /// By key, so that rows with sums are locked in the same order everywhere.
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
        self.inserts.is_empty() && self.changes.is_empty()
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
        let columns = addition.amounts.map(|(column, _)| column);
        let changes = self.changes_of(addition.key, &columns, true);
        changes.sums = Some((addition.stamp.0.as_str(), addition.stamp.1));
        let row = changes.rows.entry(addition.id);
        let row = row.or_insert_with(|| vec![0; N]);
        for (sum, (_, amount)) in row.iter_mut().zip(addition.amounts) {
            *sum += amount;
        }
    }

    pub(crate) fn set<C: ColumnTrait>(&mut self, key: C, id: Uuid, (column, value): (C, i64)) {
        let changes = self.changes_of(key, &[column], false);
        changes.rows.insert(id, vec![value]);
    }

    fn changes_of<C: ColumnTrait>(&mut self, key: C, columns: &[C], sums: bool) -> &mut Changes {
        let table = C::EntityName::default().table_name();
        let columns: Vec<_> = columns.iter().map(IdenStatic::as_str).collect();
        let same = |other: &Changes| {
            (other.table, &other.columns, other.sums.is_some()) == (table, &columns, sums)
        };
        let place = self.changes.iter().position(same).unwrap_or_else(|| {
            self.changes.push(Changes {
                table,
                key: key.as_str(),
                columns,
                sums: None,
                rows: BTreeMap::new(),
            });
            self.changes.len() - 1
        });
        &mut self.changes[place]
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
        for changes in &self.changes {
            changes.statements(backend, &mut statements);
        }
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
        for (index, changes) in self.changes.iter().enumerate() {
            parts.push(changes.part(index, &mut arguments)?);
        }
        Ok((format!("WITH {} SELECT 1", parts.join(", ")), arguments))
    }
}

impl Changes {
    /// The part of a statement of PostgreSQL. Rows with sums are locked in the order of their keys before any of them is changed.
    fn part(&self, index: usize, arguments: &mut PgArguments) -> Result<String, DbErr> {
        let (table, key) = (self.table, self.key);
        let keys = bind(arguments, self.rows.keys().map(|id| (*id).into()).collect())?;
        let (mut names, mut arrays) = (String::from("id"), keys.clone());
        let (mut set, mut locks, mut locked) = (Vec::new(), String::new(), String::new());
        for (place, column) in self.columns.iter().enumerate() {
            let numbers = self.rows.values().map(|row| row[place].into()).collect();
            let _ = write!(arrays, ", {}", bind(arguments, numbers)?);
            let _ = write!(names, ", a{place}");
            set.push(match self.sums {
                Some(_) => format!("{column} = {table}.{column} + g.a{place}"),
                None => format!("{column} = g.a{place}"),
            });
        }
        if let Some((column, value)) = &self.sums {
            let value = bind(arguments, vec![value.clone()])?;
            set.push(format!("{column} = ({value})[1]"));
            locks = format!(
                "l{index} AS (SELECT {key} FROM {table} WHERE {key} = ANY({keys}) ORDER BY {key} FOR UPDATE), "
            );
            locked = format!(" JOIN l{index} ON l{index}.{key} = g.id");
        }
        let set = set.join(", ");
        Ok(format!(
            "{locks}s{index} AS (UPDATE {table} SET {set} FROM UNNEST({arrays}) AS g({names}){locked} \
             WHERE {table}.{key} = g.id)"
        ))
    }

    fn statements(&self, backend: DbBackend, statements: &mut Vec<Sql>) {
        let rows: Vec<_> = self.rows.iter().collect();
        for rows in rows.chunks(MAX_CASES) {
            statements.push(self.statement(backend, rows));
        }
    }

    fn statement(&self, backend: DbBackend, rows: &[(&Uuid, &Vec<i64>)]) -> Sql {
        let mut sql = Sql::new(backend);
        let _ = write!(sql.text, "UPDATE {} SET ", self.table);
        if let Some((column, value)) = &self.sums {
            let _ = write!(sql.text, "{column} = ");
            sql.value(value.clone());
            sql.text.push_str(", ");
        }
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                sql.text.push_str(", ");
            }
            let _ = write!(sql.text, "{column} = ");
            if self.sums.is_some() {
                let _ = write!(sql.text, "{column} + ");
            }
            let _ = write!(sql.text, "CASE {}", self.key);
            for (id, numbers) in rows {
                sql.text.push_str(" WHEN ");
                sql.value((**id).into());
                sql.text.push_str(" THEN ");
                sql.value(numbers[place].into());
            }
            sql.text.push_str(" END");
        }
        let _ = write!(sql.text, " WHERE {} IN ", self.key);
        sql.tuple(0, rows.iter().map(|(id, _)| (**id).into()));
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

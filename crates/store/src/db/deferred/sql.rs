//! The statements of what was deferred.

use std::{fmt::Write as _, mem};

use sea_orm::{
    DbBackend, DbErr, Statement, Value,
    sqlx::{self, Arguments as _, postgres::PgArguments},
};
use uuid::Uuid;

use super::{Changes, Conflict, Deferred, Insert};
use crate::{
    StoreError,
    driver::{DriverTransaction, failed},
};

/// Upper limit of the parameters of one statement; SQLite takes 32,766, MySQL 65,535.
const MAX_PARAMETERS: usize = 30_000;
/// Rows that one `CASE` tells apart: each row is compared with all of them.
const MAX_CASES: usize = 64;

/// A statement of SQLite with more parameters is not kept prepared: another one with as many rows in each table is rare, and its program
/// takes hundreds of kilobytes.
const MAX_KEPT: usize = 128;

impl Deferred {
    /// Runs all of it as one statement: in the transaction, or as one of its own.
    pub(crate) async fn run_on_postgres(
        self,
        pool: &sqlx::PgPool,
        open: Option<&DriverTransaction<sqlx::Postgres>>,
    ) -> Result<(), StoreError> {
        if self.is_empty() {
            return Ok(());
        }
        let (sql, arguments) = self.one_statement()?;
        match open {
            Some(transaction) => transaction.run(sql, arguments).await?,
            None => {
                let run = sqlx::query_with(sqlx::AssertSqlSafe(sql), arguments);
                run.execute(pool).await.map_err(failed)?;
            }
        }
        Ok(())
    }

    /// The statements for SQLite or MySQL, each with whether it is worth keeping prepared.
    pub(crate) fn statements(self, backend: DbBackend) -> impl Iterator<Item = (Statement, bool)> {
        let mut statements = Vec::new();
        for mut insert in self.inserts {
            let most = MAX_PARAMETERS / insert.columns.len();
            let mut rows = mem::take(&mut insert.rows).into_iter();
            while rows.len() > 0 {
                let at_once = at_once(backend, rows.len().min(most));
                let mut sql = Sql::new(backend);
                sql.text = insert.target(backend);
                sql.text.push_str(" VALUES ");
                for (index, row) in rows.by_ref().take(at_once).enumerate() {
                    sql.tuple(index, row);
                }
                sql.text.push_str(&insert.on_conflict(backend));
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
        statements.into_iter().map(Sql::statement)
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
            let into = insert.target(DbBackend::Postgres);
            let arrays = arrays.join(", ");
            let conflict = insert.on_conflict(DbBackend::Postgres);
            parts.push(format!(
                "i{index} AS ({into} SELECT * FROM UNNEST({arrays}){conflict})"
            ));
        }
        for (index, changes) in self.changes.iter().enumerate() {
            parts.push(changes.part(index, &mut arguments)?);
        }
        Ok((format!("WITH {} SELECT 1", parts.join(", ")), arguments))
    }
}

impl Insert {
    fn target(&self, backend: DbBackend) -> String {
        format!(
            "INSERT INTO {} ({})",
            self.table,
            list(backend, &self.columns)
        )
    }

    /// The clause for existing rows, with a space before it.
    fn on_conflict(&self, backend: DbBackend) -> String {
        if backend == DbBackend::MySql {
            return self.on_duplicate_key();
        }
        let table = self.table;
        match &self.conflict {
            Conflict::Refuse => String::new(),
            Conflict::Keep { key } => {
                format!(" ON CONFLICT ({}) DO NOTHING", list(backend, key))
            }
            Conflict::Replace {
                key,
                columns,
                version,
            } => {
                let set = |name| format!(r#""{name}" = excluded."{name}""#);
                let set: Vec<_> = columns.iter().map(set).collect();
                let (key, set) = (list(backend, key), set.join(", "));
                let newer = version.map_or_else(String::new, |name| {
                    format!(r#" WHERE {table}."{name}" < excluded."{name}""#)
                });
                format!(" ON CONFLICT ({key}) DO UPDATE SET {set}{newer}")
            }
            Conflict::Sum { key, columns } => {
                let sum =
                    |name: &&str| format!(r#""{name}" = {table}."{name}" + excluded."{name}""#);
                let sums: Vec<_> = columns.iter().map(sum).collect();
                let key = list(backend, key);
                format!(" ON CONFLICT ({key}) DO UPDATE SET {}", sums.join(", "))
            }
        }
    }

    fn on_duplicate_key(&self) -> String {
        let set: Vec<_> = match &self.conflict {
            Conflict::Refuse => return String::new(),
            Conflict::Keep { key } => {
                let unchanged = key.iter().take(1);
                unchanged
                    .map(|name| format!("`{name}` = `{name}`"))
                    .collect()
            }
            // Assignments are made from left to right: the version is last.
            Conflict::Replace {
                columns, version, ..
            } => {
                let set = |name| match version {
                    None => format!("`{name}` = VALUES(`{name}`)"),
                    Some(version) => format!(
                        "`{name}` = IF(`{version}` < VALUES(`{version}`), VALUES(`{name}`), `{name}`)"
                    ),
                };
                columns.iter().map(set).collect()
            }
            Conflict::Sum { columns, .. } => {
                let sum = |name| format!("`{name}` = `{name}` + VALUES(`{name}`)");
                columns.iter().map(sum).collect()
            }
        };
        format!(" ON DUPLICATE KEY UPDATE {}", set.join(", "))
    }
}

/// How many of `rows` rows one statement takes. MySQL gets powers of two: few different statements, which stay prepared. On SQLite several
/// are one call anyway.
fn at_once(backend: DbBackend, rows: usize) -> usize {
    match backend {
        DbBackend::MySql => 1 << rows.ilog2(),
        _ => rows,
    }
}

/// The quoted names.
fn list(backend: DbBackend, names: &[&str]) -> String {
    let quote = match backend {
        DbBackend::MySql => '`',
        _ => '"',
    };
    let quoted: Vec<_> = names
        .iter()
        .map(|name| format!("{quote}{name}{quote}"))
        .collect();
    quoted.join(", ")
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
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let (rows, others) = rest.split_at(at_once(backend, rest.len().min(MAX_CASES)));
            statements.push(self.statement(backend, rows));
            rest = others;
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

/// A statement of MySQL or SQLite.
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
        self.text.push('?');
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

    /// With whether it is worth keeping prepared.
    fn statement(self) -> (Statement, bool) {
        let is_kept = self.backend != DbBackend::Sqlite || self.values.len() <= MAX_KEPT;
        let statement = Statement::from_sql_and_values(self.backend, self.text, self.values);
        (statement, is_kept)
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

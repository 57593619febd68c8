//! Dumps a SQLite database as lines of JSON, and loads them into a database of any kind.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement, Value as Bound,
    sea_query::{Alias, Expr, Query},
};
use sea_orm_migration::MigratorTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use waybill_testkit::DatabaseKind;

/// The migration tables of the store and of the service.
const MIGRATIONS: [&str; 2] = ["waybill_store_migrations", "seaql_migrations"];

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    /// The schema of a table or an index in SQLite.
    Schema {
        schema: String,
    },
    Table {
        table: String,
        columns: Vec<Column>,
    },
    Row(Vec<Value>),
}

#[derive(Debug, Serialize, Deserialize)]
struct Column {
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Uuid,
    Boolean,
    /// In Base64.
    Bytes,
    Integer,
    Text,
}

impl Kind {
    /// By the column type that our migrations declare on SQLite.
    fn declared(kind: &str) -> Self {
        match kind.to_lowercase().as_str() {
            "uuid_text" => Self::Uuid,
            "boolean" => Self::Boolean,
            "blob" => Self::Bytes,
            "integer" | "bigint" => Self::Integer,
            kind => {
                assert!(
                    kind == "text" || kind.starts_with("varchar") || kind.starts_with("char"),
                    "{kind}"
                );
                Self::Text
            }
        }
    }

    fn read(self, row: &QueryResult, name: &str) -> Value {
        match self {
            Self::Uuid => json!(row.try_get::<Option<Uuid>>("", name).unwrap()),
            Self::Boolean => json!(row.try_get::<Option<bool>>("", name).unwrap()),
            Self::Bytes => {
                let bytes = row.try_get::<Option<Vec<u8>>>("", name).unwrap();
                json!(bytes.map(|bytes| BASE64.encode(bytes)))
            }
            Self::Integer => json!(row.try_get::<Option<i64>>("", name).unwrap()),
            Self::Text => json!(row.try_get::<Option<String>>("", name).unwrap()),
        }
    }

    fn bound(self, value: &Value) -> Bound {
        let text = value.as_str().map(str::to_owned);
        match self {
            Self::Uuid => Bound::from(text.map(|id| id.parse::<Uuid>().unwrap())),
            Self::Boolean => Bound::from(value.as_bool()),
            Self::Bytes => Bound::from(text.map(|bytes| BASE64.decode(bytes).unwrap())),
            Self::Integer => Bound::from(value.as_i64()),
            Self::Text => Bound::from(text),
        }
    }
}

/// A database as text.
pub struct Dump(Vec<Line>);

impl Dump {
    /// Dumps a SQLite database that is not being written to.
    pub async fn of(url: &str) -> Self {
        let database = Database::connect(url).await.unwrap();
        let mut lines: Vec<_> = schema(&database).await;
        lines.sort_unstable();
        let mut lines: Vec<_> = lines
            .into_iter()
            .map(|schema| Line::Schema { schema })
            .collect();
        // In the order of creation, so that referenced tables come first.
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
        for row in rows(&database, tables).await {
            let table: String = row.try_get("", "name").unwrap();
            let columns = rows(&database, &format!("PRAGMA table_info({table})")).await;
            let columns: Vec<_> = columns
                .iter()
                .map(|column| Column {
                    name: column.try_get("", "name").unwrap(),
                    kind: Kind::declared(&column.try_get::<String>("", "type").unwrap()),
                })
                .collect();
            let order: Vec<_> = (1..=columns.len()).map(|at| at.to_string()).collect();
            let all = format!("SELECT * FROM {table} ORDER BY {}", order.join(", "));
            let all = rows(&database, &all).await;
            let all: Vec<_> = all
                .iter()
                .map(|row| {
                    let read = |column: &Column| column.kind.read(row, &column.name);
                    Line::Row(columns.iter().map(read).collect())
                })
                .collect();
            lines.push(Line::Table { table, columns });
            lines.extend(all);
        }
        database.close().await.unwrap();
        Self(lines)
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.0 {
            writeln!(text, "{}", serde_json::to_string(line).unwrap()).unwrap();
        }
        text
    }

    pub fn parse(text: &str) -> Self {
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        Self(lines.collect())
    }

    /// Loads into an empty database: runs the migrations that had run when it was recorded, then inserts its rows.
    ///
    /// # Panics
    /// If one of those migrations creates another schema today. A released migration must never be changed.
    pub async fn load(&self, service: &str, kind: DatabaseKind, url: &str) {
        let url = match kind {
            DatabaseKind::Sqlite => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        let database = Database::connect(url).await.unwrap();
        let [store, own] = MIGRATIONS.map(|table| self.rows_of(table));
        migrate(service, &database, store, own).await;
        if kind == DatabaseKind::Sqlite {
            let mut now = schema(&database).await;
            now.sort_unstable();
            assert_eq!(
                now,
                self.schema(),
                "a released migration of {service} changed"
            );
        }
        let mut target: Option<(&str, &[Column])> = None;
        for line in &self.0 {
            match (line, target) {
                (Line::Schema { .. }, _) => {}
                (Line::Table { table, columns }, _) => {
                    target = Some((table, columns));
                    let clear = Query::delete().from_table(Alias::new(table)).to_owned();
                    database.execute(&clear).await.unwrap();
                }
                (Line::Row(values), Some((table, columns))) => {
                    let names = columns.iter().map(|column| Alias::new(&column.name));
                    let values = columns
                        .iter()
                        .zip(values)
                        .map(|(column, value)| Expr::val(column.kind.bound(value)));
                    let mut insert = Query::insert();
                    insert.into_table(Alias::new(table)).columns(names);
                    database.execute(insert.values_panic(values)).await.unwrap();
                }
                (Line::Row(_), None) => panic!("a row of no table"),
            }
        }
        database.close().await.unwrap();
    }

    fn schema(&self) -> Vec<&str> {
        let lines = self.0.iter();
        let schema = lines.filter_map(|line| match line {
            Line::Schema { schema } => Some(schema.as_str()),
            _ => None,
        });
        schema.collect()
    }

    fn rows_of(&self, name: &str) -> u32 {
        let lines = self.0.iter();
        let after = lines
            .skip_while(|line| !matches!(line, Line::Table { table, .. } if table == name))
            .skip(1);
        let rows = after.take_while(|line| matches!(line, Line::Row(_)));
        u32::try_from(rows.count()).unwrap()
    }
}

/// Runs the first migrations of the store and of the service, as many as given.
async fn migrate(service: &str, database: &DatabaseConnection, store: u32, own: u32) {
    async fn up<M: MigratorTrait>(database: &DatabaseConnection, store: u32, own: u32) {
        waybill_store::Migrator::up(database, Some(store))
            .await
            .unwrap();
        M::up(database, Some(own)).await.unwrap();
    }
    match service {
        "auth" => up::<waybill_auth::Migrator>(database, store, own).await,
        "order" => up::<waybill_order::Migrator>(database, store, own).await,
        "payment" => up::<waybill_payment::Migrator>(database, store, own).await,
        "notification" => up::<waybill_notification::Migrator>(database, store, own).await,
        "chat" => up::<waybill_chat::Migrator>(database, store, own).await,
        other => panic!("{other} has no database"),
    }
}

async fn schema(database: &DatabaseConnection) -> Vec<String> {
    let all = rows(
        database,
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
    )
    .await;
    all.iter()
        .map(|row| row.try_get("", "sql").unwrap())
        .collect()
}

async fn rows(database: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database.query_all_raw(statement).await.unwrap()
}

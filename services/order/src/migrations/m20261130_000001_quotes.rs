//! Quotes of orders, internal notes of the history, texts for the customer in change requests, two settings; labels by which existing
//! orders are found like by words (`orders/domain/search_terms.rs`).

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{DbBackend, Statement},
};
use waybill_store::{add_columns, create_indexes};

/// Orders whose rows one statement writes. One statement over all orders of a large shop would take minutes, and hold its locks for
/// as long.
#[cfg(not(test))]
const PART: u64 = 5_000;
#[cfg(test)]
const PART: u64 = 2;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// PostgreSQL, too, commits each statement, so that the version that still runs goes on placing orders. Each step can run again.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let quote = vec![
            // REQUESTED, OFFERED, ACCEPTED, EXPIRED; null for an order that was placed with a price.
            string_len_null("quote_state", 16),
            // JSON; only ever read and written as a whole.
            text_null("quote"),
        ];
        add_columns(manager, "orders", quote).await?;
        // Requests that wait for an offer are few among all orders.
        let columns = &["quote_state", "created_at", "id"];
        create_indexes(manager, "orders", &[("orders_by_quote", columns)]).await?;
        add_columns(manager, "order_history", vec![text_null("internal_note")]).await?;
        add_columns(manager, "change_requests", vec![text_null("customer_note")]).await?;
        let switch = |name: &'static str| boolean(name).default(false).to_owned();
        let settings = vec![switch("free_orders"), switch("completion_without_approval")];
        add_columns(manager, "shop_settings", settings).await?;
        let mut after = i64::MIN;
        while after < i64::MAX {
            let until = last_of_part(manager, after).await?;
            let part = format!("created_at > {after} AND created_at <= {until}");
            hide_reasons(manager, &part).await?;
            labels(manager, &part).await?;
            after = until;
        }
        Ok(())
    }
}

/// When the last order of the part after this time was placed; `i64::MAX` for the last part.
async fn last_of_part(manager: &SchemaManager<'_>, after: i64) -> Result<i64, DbErr> {
    let offset = PART - 1;
    let sql = format!(
        "SELECT created_at FROM orders WHERE created_at > {after} ORDER BY created_at LIMIT 1 OFFSET {offset}"
    );
    let statement = Statement::from_string(manager.get_database_backend(), sql);
    match manager.get_connection().query_one_raw(statement).await? {
        None => Ok(i64::MAX),
        Some(row) => row.try_get("", "created_at"),
    }
}

/// Until now, customers read in the history why a worker gave an order back, and what the staff wrote in their requests. What a customer
/// wrote stays. A replica of the previous version writes such reasons until it is replaced.
async fn hide_reasons(manager: &SchemaManager<'_>, part: &str) -> Result<(), DbErr> {
    // The history of a replaced order names the replacement before the reason.
    let ending = |text: &str| concat(manager, "%: ", &[format!("r.{text}")]);
    let (reason, note) = (ending("reason"), ending("note"));
    let written = |by: &str| {
        format!(
            "EXISTS (SELECT 1 FROM change_requests r WHERE r.order_id = order_history.order_id AND r.requester_role {by} 'CUSTOMER'
             AND (order_history.note IN (r.reason, r.note)
                  OR (order_history.event = 'REPLACED' AND (order_history.note LIKE {reason} OR order_history.note LIKE {note}))))"
        )
    };
    let (staff, customer) = (written("<>"), written("="));
    let sql = format!(
        "UPDATE order_history SET internal_note = note, note = ''
         WHERE order_id IN (SELECT id FROM orders WHERE {part})
         AND note <> '' AND internal_note IS NULL AND actor_role <> 'CUSTOMER'
         AND (event = 'RELEASED' OR {staff}) AND NOT {customer}"
    );
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// Labels that exist already stay: the migration can run again. The previous version writes none: what it places while an update
/// rolls out gets its labels by `waybill rebuild analytics`.
async fn labels(manager: &SchemaManager<'_>, part: &str) -> Result<(), DbErr> {
    // The seven characters after the dash, backwards; SQLite has no function for that.
    let tail = (0..7).map(|n| format!("SUBSTR(number, {}, 1)", 15 - n));
    let tail: Vec<_> = tail.collect();
    let labels = [
        (concat(manager, "-", &tail), "number"),
        (concat(manager, ":", &["kind".to_owned()]), "kind"),
        (
            format!(
                "SUBSTR({}, 1, 64)",
                concat(manager, "@", &["customer_email".to_owned()])
            ),
            "customer_email",
        ),
    ];
    let is_mysql = manager.get_database_backend() == DbBackend::MySql;
    let (ignore, absent) = if is_mysql {
        ("IGNORE", "")
    } else {
        ("", "ON CONFLICT DO NOTHING")
    };
    for (label, column) in labels {
        let sql = format!(
            "INSERT {ignore} INTO order_words (word, created_at, order_id)
             SELECT LOWER({label}), created_at, id FROM orders WHERE {column} <> '' AND {part} {absent}"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// The text of an SQL expression that joins these.
fn concat(manager: &SchemaManager<'_>, first: &str, parts: &[String]) -> String {
    if manager.get_database_backend() == DbBackend::MySql {
        format!("CONCAT('{first}', {})", parts.join(", "))
    } else {
        format!("('{first}' || {})", parts.join(" || "))
    }
}

#[cfg(test)]
mod tests {
    //! The parts, and what customers can read afterwards, on each database.

    use sea_orm::{ConnectOptions, Database, DatabaseConnection, sea_query::InsertStatement};
    use waybill_primitives::OrderId;
    use waybill_store::{Db, DbConfig};
    use waybill_testkit::for_each_database;

    use super::*;
    use crate::migrations::Migrator;

    async fn insert(db: &DatabaseConnection, table: &'static str, row: Vec<(&'static str, Expr)>) {
        let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        let mut insert = InsertStatement::new();
        insert
            .into_table(table)
            .columns(columns)
            .values_panic(values);
        db.execute(&insert).await.unwrap();
    }

    /// An order of the previous version.
    async fn order(db: &DatabaseConnection, number: &str, at: i64) -> OrderId {
        let id = OrderId::new();
        let text = [
            "status",
            "payment_status",
            "holding",
            "customer_name",
            "title",
            "description",
            "special_instructions",
            "currency",
            "search",
        ];
        let mut row: Vec<(&'static str, Expr)> = text
            .into_iter()
            .map(|name| (name, Expr::val("X")))
            .collect();
        row.extend([
            ("id", Expr::val(id)),
            ("number", Expr::val(number)),
            ("kind", Expr::val("GOODS")),
            ("customer_id", Expr::val(id)),
            ("customer_email", Expr::val("ada@example.com")),
            ("guest", Expr::val(false)),
            ("total", Expr::val(1_i64)),
            ("version", Expr::val(1_i64)),
            ("created_at", Expr::val(at)),
            ("updated_at", Expr::val(at)),
        ]);
        insert(db, "orders", row).await;
        id
    }

    async fn history(
        db: &DatabaseConnection,
        order: OrderId,
        version: i64,
        event: &str,
        role: &str,
        note: &str,
    ) {
        let row = vec![
            ("order_id", Expr::val(order)),
            ("version", Expr::val(version)),
            ("at", Expr::val(1_i64)),
            ("event", Expr::val(event)),
            ("to_value", Expr::val("PENDING")),
            ("actor_role", Expr::val(role)),
            ("note", Expr::val(note)),
        ];
        insert(db, "order_history", row).await;
    }

    async fn request(
        db: &DatabaseConnection,
        order: OrderId,
        role: &str,
        reason: &str,
        note: &str,
    ) {
        let id = OrderId::new();
        let row = vec![
            ("id", Expr::val(id)),
            ("order_id", Expr::val(order)),
            ("kind", Expr::val("CANCELLATION")),
            ("state", Expr::val("APPROVED")),
            ("reason", Expr::val(reason)),
            ("requester_id", Expr::val(id)),
            ("requester_name", Expr::val("X")),
            ("requester_role", Expr::val(role)),
            ("note", Expr::val(note)),
            ("version", Expr::val(1_i64)),
            ("created_at", Expr::val(1_i64)),
        ];
        insert(db, "change_requests", row).await;
    }

    #[tokio::test]
    async fn what_the_staff_wrote_is_internal_and_every_order_is_labelled_after_the_upgrade() {
        for_each_database(|database| async move {
            // Creates the file of SQLite.
            let created = Db::connect(&DbConfig::new(database.url()), "order").await;
            created.unwrap().close().await;
            let db = Database::connect(ConnectOptions::new(database.url()))
                .await
                .unwrap();
            let before = Migrator::migrations();
            let before = before.iter().position(|one| one.name() == Migration.name());
            let before: u32 = before.unwrap().try_into().unwrap();
            Migrator::up(&db, Some(before)).await.unwrap();
            // More than two parts; of some, all orders were placed at the same time.
            let mut orders = Vec::new();
            for (n, at) in [1, 1, 1, 2, 3, 3, 4].into_iter().enumerate() {
                orders.push(order(&db, &format!("W261121-AAAAAA{n}"), at).await);
            }
            let [first, .., last] = orders.as_slice() else { panic!() };
            history(&db, *first, 1, "PLACED", "CUSTOMER", "mine").await;
            history(&db, *first, 2, "RELEASED", "STAFF", "I am ill").await;
            history(&db, *first, 3, "STATUS_CHANGED", "STAFF", "We wait for paper").await;
            request(&db, *last, "STAFF", "He is rude", "Agreed, rude").await;
            request(&db, *last, "CUSTOMER", "Too slow", "").await;
            history(&db, *last, 1, "RELEASED", "ADMIN", "Too slow").await;
            history(&db, *last, 2, "CANCELLED", "ADMIN", "He is rude").await;
            history(&db, *last, 3, "REPLACED", "ADMIN", "replaced by W2: Agreed, rude").await;
            history(&db, *last, 4, "REPLACED", "ADMIN", "replaced by W3").await;
            // Repeated after an interruption.
            for _ in 0..2 {
                Migration.up(&SchemaManager::new(&db)).await.unwrap();
            }
            let backend = db.get_database_backend();
            let texts = async |sql: &str| {
                let rows = db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
                let text = |row: &sea_orm::QueryResult| row.try_get_by_index::<String>(0).unwrap();
                rows.iter().map(text).collect::<Vec<_>>()
            };
            let sql = "SELECT note FROM order_history WHERE note <> '' ORDER BY note";
            assert_eq!(
                texts(sql).await,
                ["Too slow", "We wait for paper", "mine", "replaced by W3"]
            );
            let sql = "SELECT internal_note FROM order_history WHERE internal_note IS NOT NULL ORDER BY internal_note";
            assert_eq!(
                texts(sql).await,
                ["He is rude", "I am ill", "replaced by W2: Agreed, rude"]
            );
            let sql = "SELECT word FROM order_words ORDER BY word";
            let words = texts(sql).await;
            assert_eq!(words.iter().filter(|word| *word == ":goods").count(), 7);
            assert_eq!(words.iter().filter(|word| word.starts_with('-')).count(), 7);
            db.close().await.unwrap();
        })
        .await;
    }
}

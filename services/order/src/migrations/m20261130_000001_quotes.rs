//! Quotes of orders, internal notes of the history, texts for the customer in change requests, two settings; labels by which existing
//! orders are found like by words (`orders/domain/search_terms.rs`).

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{DbBackend, Statement},
};
use waybill_store::{add_columns, create_indexes};

/// Orders that are labelled by one statement.
const PART: u64 = 5_000;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
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
        hide_reasons(manager).await?;
        let switch = |name: &'static str| boolean(name).default(false).to_owned();
        let settings = vec![switch("free_orders"), switch("completion_without_approval")];
        add_columns(manager, "shop_settings", settings).await?;
        labels(manager).await
    }
}

/// Until now, customers read in the history why a worker gave an order back, and what the staff wrote in their requests.
async fn hide_reasons(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sql = "UPDATE order_history SET internal_note = note, note = ''
               WHERE note <> '' AND internal_note IS NULL AND actor_role <> 'CUSTOMER'
               AND (event = 'RELEASED' OR EXISTS (
                    SELECT 1 FROM change_requests r WHERE r.order_id = order_history.order_id AND r.requester_role <> 'CUSTOMER'
                    AND (order_history.event = 'REPLACED' OR order_history.note = r.reason OR order_history.note = r.note)))";
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}

/// Labels that exist already stay: the migration can run again. The previous version writes none: what it places while an update
/// rolls out gets its labels by `waybill rebuild analytics`.
async fn labels(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
    // In parts: one statement over all orders of a large shop is one transaction of minutes.
    let mut after = i64::MIN;
    loop {
        let until = created_after(manager, after).await?;
        for (label, column) in &labels {
            let sql = format!(
                "INSERT {ignore} INTO order_words (word, created_at, order_id)
                 SELECT LOWER({label}), created_at, id FROM orders
                 WHERE {column} <> '' AND created_at > {after} AND created_at <= {until} {absent}"
            );
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        if until == i64::MAX {
            return Ok(());
        }
        after = until;
    }
}

/// When the last order of the next part was placed; `i64::MAX` for the last part.
async fn created_after(manager: &SchemaManager<'_>, after: i64) -> Result<i64, DbErr> {
    let connection = manager.get_connection();
    let sql = format!(
        "SELECT created_at FROM orders WHERE created_at > {after} ORDER BY created_at LIMIT 1 OFFSET {PART}"
    );
    let statement = Statement::from_string(manager.get_database_backend(), sql);
    match connection.query_one_raw(statement).await? {
        None => Ok(i64::MAX),
        Some(row) => row.try_get("", "created_at"),
    }
}

/// The text of an SQL expression that joins these.
fn concat(manager: &SchemaManager<'_>, first: &str, parts: &[String]) -> String {
    if manager.get_database_backend() == DbBackend::MySql {
        format!("CONCAT('{first}', {})", parts.join(", "))
    } else {
        format!("('{first}' || {})", parts.join(" || "))
    }
}

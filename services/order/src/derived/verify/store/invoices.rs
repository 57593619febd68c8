//! Invoices: numbers without gaps, and credit notes against their invoices.

use sea_orm::FromQueryResult;
use waybill_store::{Db, StoreError};

use super::rows;

#[derive(FromQueryResult)]
struct SeriesRow {
    series: String,
    last: i64,
    issued: i64,
}

/// Each series has all numbers from 1 to its last one; that none is there twice, an index ensures.
pub async fn series(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT s.series, s.last, CAST(COUNT(i.id) AS INT64) AS issued
        FROM invoice_series s LEFT JOIN invoices i ON i.series = s.series
        GROUP BY s.series, s.last
        HAVING COUNT(i.id) <> s.last OR COALESCE(MIN(i.number), 0) <> 1 OR COALESCE(MAX(i.number), 0) <> s.last
        UNION ALL
        SELECT i.series, CAST(0 AS INT64), CAST(COUNT(*) AS INT64)
        FROM invoices i LEFT JOIN invoice_series s ON s.series = i.series
        WHERE s.series IS NULL GROUP BY i.series";
    let found: Vec<SeriesRow> = rows(db, sql).await?;
    let describe = |row: SeriesRow| {
        format!(
            "series {} of invoices: its last number is {}, but {} were issued, or not the numbers up to it",
            row.series, row.last, row.issued
        )
    };
    Ok(found.into_iter().map(describe).collect())
}

#[derive(FromQueryResult)]
struct LabelRow {
    label: String,
}

/// An invoice has the total of its order; a credit note refers to an invoice of the same order.
pub async fn references(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT c.label FROM invoices c
        LEFT JOIN orders o ON o.id = c.order_id
        LEFT JOIN invoices i ON i.id = c.refers_to
        WHERE o.id IS NULL OR c.total <= 0
           OR (c.kind = 'INVOICE' AND (c.refers_to IS NOT NULL OR c.total <> o.total))
           OR (c.kind <> 'INVOICE' AND (i.id IS NULL OR i.kind <> 'INVOICE' OR i.order_id <> c.order_id
               OR i.currency <> c.currency))";
    let found: Vec<LabelRow> = rows(db, sql).await?;
    let describe = |row: &LabelRow| {
        format!(
            "invoice {}: it does not go with its order, or with the invoice that it refers to",
            row.label
        )
    };
    Ok(found.iter().map(describe).collect())
}

#[derive(FromQueryResult)]
struct CreditedRow {
    label: String,
    total: i64,
    credited: i64,
}

/// Credit notes together take back no more than their invoice.
pub async fn credits(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT i.label, i.total, CAST(SUM(c.total) AS INT64) AS credited
        FROM invoices i JOIN invoices c ON c.refers_to = i.id
        GROUP BY i.id, i.label, i.total
        HAVING SUM(c.total) > i.total";
    let found: Vec<CreditedRow> = rows(db, sql).await?;
    let describe = |row: CreditedRow| {
        format!(
            "invoice {}: its total is {}, but its credit notes take back {}",
            row.label, row.total, row.credited
        )
    };
    Ok(found.into_iter().map(describe).collect())
}

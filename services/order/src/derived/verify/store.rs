//! The statements behind [`crate::derived::verify()`].

pub mod invoices;

use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DbBackend, FromQueryResult, Statement};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_store::{Db, StoreError};

/// Maximum number of reported findings of one kind.
const MAX_FINDINGS: u64 = 100;
/// Events younger than this are still in the outbox, whatever its retention (at least a week less a margin).
const KEPT: Duration = Duration::from_hours(6 * 24);

/// What a statement finds, at most [`MAX_FINDINGS`]; `INT64` in it is the type of a 64-bit integer in a cast.
async fn rows<T: FromQueryResult>(db: &Db, sql: &str) -> Result<Vec<T>, StoreError> {
    let backend = db.backend();
    let integer = if backend == DbBackend::MySql {
        "SIGNED"
    } else {
        "BIGINT"
    };
    let sql = format!("{} LIMIT {MAX_FINDINGS}", sql.replace("INT64", integer));
    let statement = Statement::from_string(backend, sql);
    let rows = db.reader().query_all_raw(statement).await?;
    let read = rows.iter().map(|row| T::from_query_result(row, ""));
    Ok(read.collect::<Result<_, _>>()?)
}

#[derive(FromQueryResult)]
struct StockRow {
    product_id: Uuid,
    on_hand: i64,
    reserved: i64,
    moved_on_hand: i64,
    moved_reserved: i64,
    held: i64,
}

/// Stock levels against the ledger and the reservations of open orders.
pub async fn stock(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT s.product_id, s.on_hand, s.reserved,
               CAST(COALESCE(m.on_hand, 0) AS INT64) AS moved_on_hand,
               CAST(COALESCE(m.reserved, 0) AS INT64) AS moved_reserved,
               CAST(COALESCE(o.held, 0) AS INT64) AS held
        FROM stock s
        LEFT JOIN (SELECT product_id, SUM(on_hand_delta) AS on_hand, SUM(reserved_delta) AS reserved
                   FROM stock_movements GROUP BY product_id) m ON m.product_id = s.product_id
        LEFT JOIN (SELECT i.product_id, SUM(i.quantity) AS held
                   FROM order_items i JOIN orders o ON o.id = i.order_id
                   WHERE o.holding = 'RESERVED' AND i.kind = 'GOODS' GROUP BY i.product_id) o
               ON o.product_id = s.product_id
        WHERE s.reserved < 0 OR s.on_hand < s.reserved
           OR s.on_hand <> COALESCE(m.on_hand, 0) OR s.reserved <> COALESCE(m.reserved, 0)
           OR s.reserved <> COALESCE(o.held, 0)";
    let found: Vec<StockRow> = rows(db, sql).await?;
    let describe = |row: StockRow| {
        format!(
            "stock of product {}: {} on hand and {} reserved; its movements make {} and {}, open orders reserve {}",
            row.product_id,
            row.on_hand,
            row.reserved,
            row.moved_on_hand,
            row.moved_reserved,
            row.held
        )
    };
    let mut violations: Vec<String> = found.into_iter().map(describe).collect();
    let without_stock = "
        SELECT p.id FROM products p LEFT JOIN stock s ON s.product_id = p.id
        WHERE (p.kind = 'GOODS' AND s.product_id IS NULL) OR (p.kind <> 'GOODS' AND s.product_id IS NOT NULL)";
    let found: Vec<IdRow> = rows(db, without_stock).await?;
    violations.extend(
        found
            .iter()
            .map(|row| format!("product {}: its stock row and its kind disagree", row.id)),
    );
    Ok(violations)
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Products and categories against their categories; products against their search words.
pub async fn categories(db: &Db) -> Result<Vec<String>, StoreError> {
    let products = "
        SELECT p.id FROM products p LEFT JOIN categories c ON c.id = p.category_id
        WHERE p.category_id IS NOT NULL AND c.id IS NULL";
    let parents = "
        SELECT c.id FROM categories c LEFT JOIN categories p ON p.id = c.parent_id
        WHERE c.parent_id IS NOT NULL AND (p.id IS NULL OR p.id = c.id)";
    let words = "
        SELECT w.product_id AS id FROM product_words w LEFT JOIN products p ON p.id = w.product_id
        WHERE p.id IS NULL";
    let mut violations = Vec::new();
    for (sql, what) in [
        (products, "product {}: its category is missing"),
        (parents, "category {}: the one above it is missing"),
        (
            words,
            "product {}: it is missing, but has words to be searched by",
        ),
    ] {
        let found: Vec<IdRow> = rows(db, sql).await?;
        violations.extend(
            found
                .iter()
                .map(|row| what.replace("{}", &row.id.to_string())),
        );
    }
    Ok(violations)
}

#[derive(FromQueryResult)]
struct OrderRow {
    number: String,
    status: String,
    payment_status: String,
    holding: String,
}

/// The columns of an order that depend on its states.
pub async fn orders(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT number, status, payment_status, holding FROM orders
        WHERE (status = 'CANCELLED' AND holding <> 'NONE')
           OR (status = 'COMPLETED' AND holding = 'RESERVED')
           OR (holding = 'RESERVED' AND payment_status NOT IN ('UNPAID', 'FAILED', 'AUTHORIZED'))
           OR (kind = 'SERVICE' AND holding <> 'NONE')
           OR (expires_at IS NOT NULL AND NOT (status = 'PENDING' AND payment_status IN ('UNPAID', 'FAILED', 'AUTHORIZED')))
           OR (expires_at IS NULL AND status = 'PENDING' AND payment_status IN ('UNPAID', 'FAILED')
               AND COALESCE(quote_state, '') NOT IN ('REQUESTED', 'EXPIRED'))
           OR (quote_state IS NOT NULL AND quote IS NULL)
           OR (quote_state <> 'ACCEPTED' AND (total <> 0 OR holding <> 'NONE' OR payment_status NOT IN ('UNPAID', 'FAILED')
               OR assignee_id IS NOT NULL OR status IN ('IN_PROGRESS', 'COMPLETED')))
           OR (quote_state IS NULL AND total = 0 AND status = 'PENDING' AND payment_status = 'UNPAID')
           OR ((available_since IS NOT NULL) <> (kind <> 'GOODS' AND status = 'PENDING'
                                                 AND payment_status = 'PAID' AND assignee_id IS NULL))
           OR (status = 'COMPLETED' AND completed_at IS NULL)";
    let found: Vec<OrderRow> = rows(db, sql).await?;
    let describe = |row: OrderRow| {
        format!(
            "order {}: {} and {} do not go with holding {}, its times and its quote",
            row.number, row.status, row.payment_status, row.holding
        )
    };
    Ok(found.into_iter().map(describe).collect())
}

#[derive(FromQueryResult)]
struct HistoryRow {
    number: String,
    version: i64,
    entries: i64,
    latest: i64,
}

/// One history entry per version, from 1 on.
pub async fn histories(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT o.number, o.version, CAST(COALESCE(h.entries, 0) AS INT64) AS entries,
               CAST(COALESCE(h.latest, 0) AS INT64) AS latest
        FROM orders o
        LEFT JOIN (SELECT order_id, COUNT(*) AS entries, MIN(version) AS first_one, MAX(version) AS latest
                   FROM order_history GROUP BY order_id) h ON h.order_id = o.id
        WHERE COALESCE(h.entries, 0) <> o.version OR h.first_one <> 1 OR h.latest <> o.version";
    let found: Vec<HistoryRow> = rows(db, sql).await?;
    let describe = |row: HistoryRow| {
        format!(
            "order {}: version {}, but {} lines of history up to version {}",
            row.number, row.version, row.entries, row.latest
        )
    };
    Ok(found.into_iter().map(describe).collect())
}

#[derive(FromQueryResult)]
struct TotalRow {
    number: String,
    total: i64,
    added: i64,
}

/// Totals against the sum of the lines, and lines against price times quantity.
pub async fn totals(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT o.number, o.total, CAST(COALESCE(i.line_sum, 0) AS INT64) AS added
        FROM orders o
        LEFT JOIN (SELECT order_id, SUM(line_total) AS line_sum, SUM(unit_price * quantity) AS product_sum
                   FROM order_items GROUP BY order_id) i ON i.order_id = o.id
        WHERE o.total <> COALESCE(i.line_sum, 0) OR o.total <> COALESCE(i.product_sum, 0)";
    let found: Vec<TotalRow> = rows(db, sql).await?;
    let describe = |row: TotalRow| {
        format!(
            "order {}: total {}, but its lines make {}",
            row.number, row.total, row.added
        )
    };
    Ok(found.into_iter().map(describe).collect())
}

/// Pending requests of ended orders.
pub async fn requests(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT r.id FROM change_requests r LEFT JOIN orders o ON o.id = r.order_id
        WHERE o.id IS NULL
           OR (r.state = 'PENDING') <> (r.pending_key IS NOT NULL)
           OR (r.state = 'PENDING' AND o.status IN ('COMPLETED', 'CANCELLED'))";
    let found: Vec<IdRow> = rows(db, sql).await?;
    let describe = |row: &IdRow| {
        format!(
            "change request {}: its state does not go with its order",
            row.id
        )
    };
    Ok(found.iter().map(describe).collect())
}

#[derive(FromQueryResult)]
struct EventRow {
    number: String,
    version: i64,
    events: i64,
}

/// Recent orders have one event per version, starting with `placed`. (Older events may be pruned.)
pub async fn events(db: &Db) -> Result<Vec<String>, StoreError> {
    let since = Timestamp::now().minus(KEPT).micros();
    let sql = format!(
        "SELECT o.number, o.version, CAST(COUNT(e.id) AS INT64) AS events
         FROM orders o LEFT JOIN outbox e ON e.aggregate = 'order' AND e.aggregate_id = o.id
         WHERE o.created_at > {since}
         GROUP BY o.id, o.number, o.version
         HAVING COUNT(e.id) <> o.version"
    );
    let found: Vec<EventRow> = rows(db, &sql).await?;
    let describe = |row: EventRow| {
        format!(
            "order {}: version {}, but {} events",
            row.number, row.version, row.events
        )
    };
    Ok(found.into_iter().map(describe).collect())
}

/// Replacements: linked both ways, and the closed order has neither payment nor goods.
pub async fn replacements(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT o.id FROM orders o
        WHERE (o.replaced_by_id IS NOT NULL AND (o.status <> 'CANCELLED' OR o.payment_status <> 'UNPAID'
                 OR o.payment_id IS NOT NULL OR NOT EXISTS
                 (SELECT 1 FROM orders n WHERE n.id = o.replaced_by_id AND n.replaces_id = o.id AND n.total = o.total)))
           OR (o.replaces_id IS NOT NULL AND NOT EXISTS
                 (SELECT 1 FROM orders p WHERE p.id = o.replaces_id AND p.replaced_by_id = o.id))";
    let found: Vec<IdRow> = rows(db, sql).await?;
    let describe =
        |row: &IdRow| format!("order {}: it and the order in its place disagree", row.id);
    Ok(found.iter().map(describe).collect())
}

/// Orders in the pool that have a worker: nobody could claim them.
pub async fn assignments(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT o.id FROM orders o
        WHERE o.assignee_id IS NOT NULL AND (o.status = 'PENDING' OR o.held_from = 'PENDING')";
    let found: Vec<IdRow> = rows(db, sql).await?;
    let describe = |row: &IdRow| format!("order {}: it waits for a worker and has one", row.id);
    Ok(found.iter().map(describe).collect())
}

/// Files against their orders and products, and pictures in both directions.
pub async fn files(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT f.id FROM files f
        LEFT JOIN orders o ON o.id = f.order_id
        LEFT JOIN products p ON p.id = f.product_id
        WHERE (o.id IS NULL) = (p.id IS NULL)
           OR (f.purpose = 'PRODUCT') <> (f.product_id IS NOT NULL)
           OR f.size <= 0 OR f.thumbnail_size <= 0
           OR (f.thumbnail_type IS NULL) <> (f.thumbnail_size IS NULL)
           OR (f.width IS NULL) <> (f.height IS NULL)";
    let found: Vec<IdRow> = rows(db, sql).await?;
    let describe =
        |row: &IdRow| format!("file {}: it does not go with its order or product", row.id);
    let mut violations: Vec<String> = found.iter().map(describe).collect();

    // Each product lists as many pictures as it has; quotes within strings are escaped.
    let sql = r#"
        SELECT p.id FROM products p
        LEFT JOIN (SELECT product_id, COUNT(*) AS pictures FROM files
                   WHERE product_id IS NOT NULL GROUP BY product_id) f ON f.product_id = p.id
        WHERE 4 * COALESCE(f.pictures, 0)
           <> LENGTH(COALESCE(p.images, '')) - LENGTH(REPLACE(COALESCE(p.images, ''), '"id"', ''))"#;
    let found: Vec<IdRow> = rows(db, sql).await?;
    let describe = |row: &IdRow| format!("product {}: not the pictures that it has", row.id);
    violations.extend(found.iter().map(describe));
    Ok(violations)
}

#[derive(FromQueryResult)]
struct ShipmentRow {
    number: String,
    shipped: i64,
    ordered: i64,
}

/// Shipments contain no more of a product than was ordered, and no shipment of a cancelled order is being prepared.
pub async fn shipments(db: &Db) -> Result<Vec<String>, StoreError> {
    let sql = "
        SELECT o.number, CAST(s.units AS INT64) AS shipped, CAST(COALESCE(i.units, 0) AS INT64) AS ordered
        FROM (SELECT p.order_id, l.product_id, SUM(l.quantity) AS units
              FROM shipments p JOIN shipment_lines l ON l.shipment_id = p.id
              WHERE p.state <> 'CANCELLED' GROUP BY p.order_id, l.product_id) s
        JOIN orders o ON o.id = s.order_id
        LEFT JOIN (SELECT order_id, product_id, SUM(quantity) AS units FROM order_items
                   WHERE kind = 'GOODS' GROUP BY order_id, product_id) i
               ON i.order_id = s.order_id AND i.product_id = s.product_id
        WHERE s.units > COALESCE(i.units, 0)
           OR (o.status = 'CANCELLED' AND EXISTS (SELECT 1 FROM shipments p
               WHERE p.order_id = o.id AND p.state = 'PREPARING'))";
    let found: Vec<ShipmentRow> = rows(db, sql).await?;
    let describe = |row: ShipmentRow| {
        format!(
            "order {}: {} units of a product are in shipments, {} were ordered",
            row.number, row.shipped, row.ordered
        )
    };
    Ok(found.into_iter().map(describe).collect())
}

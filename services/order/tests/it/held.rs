//! Concurrency while a row is locked: what other transactions can do in the meantime, and what they see afterwards. Does not apply to
//! SQLite, which has one writer at a time.

use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use waybill_proto::order::PaymentStatus;
use waybill_service_kit::ErrorCode;
use waybill_store::{EventContext, Tx};
use waybill_testkit::until;

use crate::{
    shop::{Shop, on_each_database},
    skills::{category, service},
};

/// A transaction that has executed a statement and holds its locks.
async fn hold(shop: &Shop, sql: &str) -> Tx {
    let tx = shop.db.begin(&EventContext::default()).await.unwrap();
    tx.conn().execute_unprepared(sql).await.unwrap();
    tx
}

fn has_rows_to_lock(shop: &Shop) -> bool {
    shop.db.backend() != DbBackend::Sqlite
}

/// Returns when a transaction of this database waits for a lock.
async fn until_one_waits(shop: &Shop) {
    let sql = if shop.db.backend() == DbBackend::Postgres {
        "SELECT COUNT(*) AS waiting FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'"
    } else {
        "SELECT COUNT(*) AS waiting FROM information_schema.innodb_trx t \
         JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
         WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()"
    };
    until("a transaction waits for the lock", async || {
        // InnoDB refreshes its view only if nobody has read it for 100 ms.
        tokio::time::sleep(Duration::from_millis(150)).await;
        let statement = Statement::from_string(shop.db.backend(), sql);
        let row = shop.db.reader().query_one_raw(statement).await.unwrap();
        row.unwrap().try_get::<i64>("", "waiting").unwrap() > 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_waits_for_its_own_order_only() {
    on_each_database(async |shop| {
        if !has_rows_to_lock(shop) {
            return;
        }
        let cup = shop.goods("Cup", 5, 100).await;
        let who = shop.customer();
        let stuck = shop.place(&who, &[(&cup, 1)]).await;
        let mut others = Vec::new();
        for _ in 0..10 {
            others.push(shop.place(&who, &[(&cup, 1)]).await);
        }
        let sql = format!(
            "UPDATE orders SET title = title WHERE number = '{}'",
            stuck.order_number
        );
        let held = hold(shop, &sql).await;
        let paying = async {
            until_one_waits(shop).await;
            let all = others.iter().map(|order| shop.pay(order));
            let all = tokio::time::timeout(Duration::from_secs(40), futures::future::join_all(all));
            all.await.expect("the others are paid in the meantime");
            // They do not lock the stock that others need either.
            shop.cancel(&who, &others[0]).await.unwrap();
            held.rollback().await.unwrap();
        };
        tokio::join!(shop.pay(&stuck), paying);
        assert_eq!(
            shop.refresh(&stuck).await.payment_status(),
            PaymentStatus::Paid
        );
        assert_eq!(shop.level(&cup).await, (90, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_uses_the_workers_permissions_at_the_time_of_writing() {
    on_each_database(async |shop| {
        if !has_rows_to_lock(shop) {
            return;
        }
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let print = category(shop, "Print", "").await;
        category(shop, "Web", "").await;
        let flyer = service(shop, "A flyer", &print).await;
        let lock = "UPDATE workers SET updated_at = updated_at";
        for (change, code) in [
            ("UPDATE workers SET suspended = true", ErrorCode::Forbidden),
            ("UPDATE workers SET role = 'CUSTOMER'", ErrorCode::Forbidden),
            (
                "UPDATE workers SET max_open_orders = 1",
                ErrorCode::TooManyOrders,
            ),
            (
                "INSERT INTO worker_categories (worker_id, category_id)                  SELECT w.id, c.id FROM workers w, categories c WHERE c.name = 'Web'",
                ErrorCode::NotQualified,
            ),
        ] {
            let first = shop.waiting(&customer, &flyer).await;
            let order = shop.waiting(&customer, &flyer).await;
            shop.claim(&will, &first).await.unwrap();
            let held = hold(shop, lock).await;
            let changing = async {
                until_one_waits(shop).await;
                held.conn().execute_unprepared(change).await.unwrap();
                held.commit().await.unwrap();
            };
            let (claim, ()) = tokio::join!(shop.claim(&will, &order), changing);
            assert_eq!(claim.unwrap_err().code, code, "{change}");
            shop.statement(
                "UPDATE workers SET role = 'STAFF', suspended = false, max_open_orders = NULL",
            )
            .await;
        }
    })
    .await;
}

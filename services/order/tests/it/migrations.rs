//! Migrating twice is harmless, also at the same time.

use sea_orm::{ConnectionTrait as _, Statement};
use sea_orm_migration::MigratorTrait as _;
use waybill_order::Migrator;
use waybill_store::{Db, DbConfig};
use waybill_testkit::for_each_database;

#[tokio::test]
async fn replicas_that_start_at_once_migrate_once() {
    for_each_database(|database| async move {
        let db = Db::connect(&DbConfig::new(database.url()), "order")
            .await
            .unwrap();
        let second = Db::connect(&DbConfig::new(database.url()), "order")
            .await
            .unwrap();
        let (one, two) =
            futures::future::join(db.migrate::<Migrator>(), second.migrate::<Migrator>()).await;
        one.unwrap();
        two.unwrap();
        db.migrate::<Migrator>().await.unwrap();
        assert_eq!(
            waybill_order::verify(&db).await.unwrap(),
            Vec::<String>::new()
        );
        assert!(
            Migrator::get_pending_migrations(db.reader())
                .await
                .unwrap()
                .is_empty()
        );
        db.close().await;
        second.close().await;
    })
    .await;
}

#[tokio::test]
async fn reasons_of_the_staff_that_customers_could_read_are_internal_after_the_upgrade() {
    for_each_database(|database| async move {
        let db = Db::connect(&DbConfig::new(database.url()), "order")
            .await
            .unwrap();
        let before = Migrator::migrations();
        let before = before.iter().position(|one| one.name().contains("quotes"));
        let steps = u32::try_from(before.unwrap()).unwrap();
        let raw = sea_orm::Database::connect(database.url()).await.unwrap();
        Migrator::up(&raw, Some(steps)).await.unwrap();
        let order = waybill_primitives::OrderId::new();
        let row = |version: i64, event: &str, role: &str, note: &str| {
            let backend = db.reader().get_database_backend();
            let id: sea_orm::Value = order.into();
            let sql = "INSERT INTO order_history (order_id, version, at, event, to_value, actor_role, note)
                       VALUES (?, ?, 1, ?, 'PENDING', ?, ?)";
            let sql = if backend == sea_orm::DbBackend::Postgres {
                sql.replacen('?', "$1", 1).replacen('?', "$2", 1).replacen('?', "$3", 1).replacen('?', "$4", 1).replacen('?', "$5", 1)
            } else {
                sql.to_owned()
            };
            let values = [id, version.into(), event.into(), role.into(), note.into()];
            Statement::from_sql_and_values(backend, sql, values)
        };
        for row in [
            row(1, "PLACED", "CUSTOMER", "mine"),
            row(2, "RELEASED", "STAFF", "I am ill"),
            row(3, "STATUS_CHANGED", "STAFF", "We wait for paper"),
        ] {
            raw.execute_raw(row).await.unwrap();
        }
        db.migrate::<Migrator>().await.unwrap();
        let sql = "SELECT note, internal_note FROM order_history ORDER BY version";
        let sql = Statement::from_string(db.reader().get_database_backend(), sql);
        let rows = db.reader().query_all_raw(sql).await.unwrap();
        let texts: Vec<(String, Option<String>)> = rows
            .iter()
            .map(|row| (row.try_get("", "note").unwrap(), row.try_get("", "internal_note").unwrap()))
            .collect();
        let text = |note: &str, internal: Option<&str>| (note.to_owned(), internal.map(str::to_owned));
        assert_eq!(
            texts,
            [
                text("mine", None),
                text("", Some("I am ill")),
                text("We wait for paper", None)
            ]
        );
        db.close().await;
    })
    .await;
}

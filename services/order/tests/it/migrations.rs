//! Migrating twice is harmless, also at the same time.

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

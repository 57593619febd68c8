//! Rows hold ids, times, enums and nested values as their types; the databases hold UUIDs, integers and text.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    Schema, Statement,
};
use serde::{Deserialize, Serialize};
use waybill_primitives::{Currency, OrderId, OrderNumber, Role, Timestamp, UserId};
use waybill_store::{Db, EventContext, Tx, rows};
use waybill_testkit::for_each_database;

use crate::support::open;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    city: String,
}

mod parcel {
    use waybill_primitives::{Currency, OrderId, OrderNumber, Role, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::Address;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "parcels")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrderId,
        pub number: OrderNumber,
        pub currency: Currency,
        pub sent_at: Timestamp,
        pub address: JsonText<Address>,
        pub signed_by: Option<UserId>,
        pub signed_as: Option<Role>,
        pub signed_at: Option<Timestamp>,
        pub return_address: Option<JsonText<Address>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

async fn with_table(db: &Db) -> Tx {
    let tx = db.begin(&EventContext::default()).await.unwrap();
    let schema = Schema::new(tx.conn().get_database_backend());
    let table = schema.create_table_from_entity(parcel::Entity);
    tx.conn().execute(&table).await.unwrap();
    tx
}

fn address(city: &str) -> Address {
    Address { city: city.into() }
}

fn sent() -> parcel::Model {
    let sent_at = Timestamp::now();
    parcel::Model {
        id: OrderId::new(),
        number: OrderNumber::generate(sent_at),
        currency: Currency::EUR,
        sent_at,
        address: address("Köln").into(),
        signed_by: None,
        signed_as: None,
        signed_at: None,
        return_address: None,
    }
}

#[tokio::test]
async fn rows_come_back_as_they_were_written() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let tx = with_table(&db).await;
        let signed = parcel::Model {
            signed_by: Some(UserId::new()),
            signed_as: Some(Role::Staff),
            signed_at: Some(Timestamp::from_micros(-1)),
            return_address: Some(address("\"Bonn\"").into()),
            ..sent()
        };
        let written = vec![sent(), signed];
        rows::insert_all(tx.conn(), written.clone()).await.unwrap();
        let none: Vec<parcel::Model> = Vec::new();
        rows::insert_all(tx.conn(), none).await.unwrap();
        for row in &written {
            let read = parcel::Entity::find_by_id(row.id).one(tx.conn());
            assert_eq!(read.await.unwrap().as_ref(), Some(row));
        }

        // Existing rows stay unchanged.
        let changed = parcel::Model {
            currency: Currency::USD,
            ..written[0].clone()
        };
        rows::insert_absent(tx.conn(), vec![changed, sent()])
            .await
            .unwrap();
        let all = parcel::Entity::find().all(tx.conn()).await.unwrap();
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|row| row.currency == Currency::EUR));

        let signers: Vec<(OrderId, Option<UserId>)> = parcel::Entity::find()
            .select_only()
            .columns([parcel::Column::Id, parcel::Column::SignedBy])
            .filter(parcel::Column::SignedAs.is_in([Role::Staff, Role::Admin]))
            .filter(parcel::Column::SignedAt.lt(Timestamp::UNIX_EPOCH))
            .into_tuple()
            .all(tx.conn())
            .await
            .unwrap();
        assert_eq!(signers, [(written[1].id, written[1].signed_by)]);

        // As people and other programs see them in the database.
        let raw = Statement::from_string(
            tx.conn().get_database_backend(),
            "SELECT currency, sent_at, address FROM parcels WHERE signed_as = 'STAFF'",
        );
        let raw = tx.conn().query_one_raw(raw).await.unwrap().unwrap();
        assert_eq!(raw.try_get::<String>("", "currency").unwrap(), "EUR");
        let sent_at: i64 = raw.try_get("", "sent_at").unwrap();
        assert_eq!(sent_at, written[1].sent_at.micros());
        let address: String = raw.try_get("", "address").unwrap();
        assert_eq!(address, r#"{"city":"Köln"}"#);

        let again = rows::insert(tx.conn(), written[0].clone()).await;
        assert!(again.unwrap_err().is_unique());
        tx.rollback().await.unwrap();
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_type_does_not_know_is_an_error_that_names_the_column() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let tx = with_table(&db).await;
        let row = parcel::Model {
            signed_as: Some(Role::Staff),
            return_address: Some(address("Bonn").into()),
            ..sent()
        };
        rows::insert(tx.conn(), row).await.unwrap();
        for (column, text, problem) in [
            ("signed_as", "BOSS", "must be one of CUSTOMER, STAFF, ADMIN"),
            ("return_address", "{}", "missing field `city`"),
        ] {
            let sql = format!("UPDATE parcels SET {column} = '{text}'");
            tx.conn().execute_unprepared(&sql).await.unwrap();
            let error = parcel::Entity::find().one(tx.conn()).await.unwrap_err();
            let error = error.to_string();
            assert!(error.contains(column) && error.contains(problem), "{error}");
            let sql = format!("UPDATE parcels SET {column} = NULL");
            tx.conn().execute_unprepared(&sql).await.unwrap();
        }
        tx.rollback().await.unwrap();
        db.close().await;
    })
    .await;
}

//! Payouts, who gets them, and differences.

use sea_orm::Statement;
use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{create_indexes, create_table, create_unique_indexes};

use crate::entity::{ledger_line::Account, payee::OWNER};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        payees(manager).await?;
        payouts(manager).await?;
        differences(manager).await
    }
}

async fn payees(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("payees")
            .col(uuid("id").primary_key())
            .col(string_len("name", 201))
            .col(string_len_null("method", 16))
            .col(string_len_null("recipient", 255))
            .col(big_integer("version"))
            .col(big_integer("updated_at")),
    )
    .await?;
    // The owner, and the workers who have earned something before.
    let db = manager.get_connection();
    let sql = "SELECT DISTINCT account FROM ledger_lines WHERE account LIKE 'worker:%'";
    let known = Statement::from_string(db.get_database_backend(), sql);
    let mut ids = vec![OWNER.uuid()];
    for row in db.query_all_raw(known).await? {
        if let Ok(Account::Worker(id)) = row.try_get::<String>("", "account")?.parse() {
            ids.push(id.uuid());
        }
    }
    for id in ids {
        let add = Query::insert()
            .into_table("payees")
            .columns(["id", "name", "version", "updated_at"])
            .values_panic([id.into(), "".into(), 0_i64.into(), 0_i64.into()])
            .on_conflict(OnConflict::column("id").do_nothing_on(["id"]).to_owned())
            .to_owned();
        manager.execute(add).await?;
    }
    Ok(())
}

async fn payouts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "payouts";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(uuid("payee_id"))
            .col(string_len("name", 201))
            .col(big_integer("amount").check(Expr::col("amount").gt(0)))
            .col(string_len("currency", 3))
            .col(string_len("state", 16))
            .col(string_len("method", 16))
            .col(string_len_null("recipient", 255))
            .col(string_len_null("note", 200))
            .col(string_len_null("provider_reference", 255))
            .col(integer("attempts"))
            .col(big_integer("next_attempt_at"))
            .col(string_len_null("last_error", 500))
            .col(uuid("created_by"))
            .col(big_integer("version"))
            .col(big_integer_null("paid_at"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    create_indexes(
        manager,
        table,
        &[
            ("payouts_by_payee", &["payee_id", "id"]),
            ("payouts_by_state", &["state", "id"]),
            // The job reads those that are due.
            ("payouts_due", &["state", "next_attempt_at"]),
            ("payouts_by_reference", &["provider_reference"]),
        ],
    )
    .await
}

async fn differences(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "differences";
    create_table(
        manager,
        Table::create()
            .table(table)
            .col(uuid("id").primary_key())
            .col(string_len("kind", 24))
            .col(uuid("subject_id"))
            .col(string_len("provider", 16))
            .col(string_len("state", 16))
            .col(string_len("detail", 500))
            .col(big_integer_null("amount"))
            .col(string_len_null("currency", 3))
            .col(uuid_null("order_id"))
            .col(uuid_null("payment_id"))
            .col(uuid_null("refund_id"))
            .col(uuid_null("payout_id"))
            .col(string_len_null("note", 500))
            .col(uuid_null("resolved_by"))
            .col(big_integer_null("resolved_at"))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    let subject = &["kind", "subject_id"];
    create_unique_indexes(manager, table, &[("differences_by_subject", subject)]).await?;
    create_indexes(
        manager,
        table,
        &[("differences_by_state", &["state", "id"])],
    )
    .await
}

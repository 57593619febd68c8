//! Users, sessions with their refresh tokens, signing keys, counters of failed logins and of registrations, the audit log.

use sea_orm_migration::{prelude::*, schema::*};
use waybill_store::{create_indexes, create_table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        users(manager).await?;
        sessions(manager).await?;
        refresh_tokens(manager).await?;
        signing_keys(manager).await?;
        login_failures(manager).await?;
        registrations(manager).await?;
        audit_log(manager).await
    }
}

async fn users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("users")
            .col(uuid("id").primary_key())
            .col(string_len("email", 254).unique_key())
            .col(string_len("first_name", 100))
            .col(string_len("last_name", 100))
            .col(string_len("search_text", 512))
            .col(string_len("password_hash", 255))
            .col(string_len("role", 16))
            .col(boolean("email_verified"))
            .col(string_len("avatar_url", 500))
            .col(big_integer_null("suspended_at"))
            .col(string_len_null("suspended_reason", 500))
            .col(big_integer("version"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at")),
    )
    .await?;
    // For the list of users by role, newest first, and the count of administrators.
    create_indexes(manager, "users", &[("users_by_role", &["role", "id"])]).await
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("sessions")
            .col(uuid("id").primary_key())
            .col(uuid("user_id"))
            .col(big_integer("created_at"))
            .col(big_integer("last_used_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("revoked_at"))
            .col(string_len_null("revoked_reason", 32))
            .foreign_key(
                ForeignKey::create()
                    .name("sessions_user")
                    .from("sessions", "user_id")
                    .to("users", "id"),
            ),
    )
    .await?;
    create_indexes(
        manager,
        "sessions",
        &[
            ("sessions_of_user", &["user_id"]),
            ("sessions_by_expiry", &["expires_at"]),
        ],
    )
    .await
}

async fn refresh_tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("refresh_tokens")
            .col(char_len("token_hash", 64).primary_key())
            .col(uuid("session_id"))
            .col(big_integer("issued_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .foreign_key(
                ForeignKey::create()
                    .name("refresh_tokens_session")
                    .from("refresh_tokens", "session_id")
                    .to("sessions", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            ),
    )
    .await?;
    create_indexes(
        manager,
        "refresh_tokens",
        &[
            ("refresh_tokens_of_session", &["session_id"]),
            ("refresh_tokens_by_expiry", &["expires_at"]),
        ],
    )
    .await
}

async fn signing_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("signing_keys")
            .col(string_len("kid", 64).primary_key())
            .col(big_integer("generation").unique_key())
            .col(string_len("public_key", 64))
            .col(string_len_null("private_key", 255))
            .col(big_integer("created_at"))
            .col(big_integer_null("retired_at")),
    )
    .await
}

async fn login_failures(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("login_failures")
            .col(char_len("account", 64).primary_key())
            .col(big_integer("window_start"))
            .col(integer("failures")),
    )
    .await?;
    create_indexes(
        manager,
        "login_failures",
        &[("login_failures_by_age", &["window_start"])],
    )
    .await
}

/// Accounts by day of registration and role.
async fn registrations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("registrations_daily")
            // Days since 1970-01-01, UTC.
            .col(integer("day"))
            .col(string_len("role", 16))
            .col(big_integer("accounts"))
            .primary_key(Index::create().col("day").col("role")),
    )
    .await
}

/// Rows are only added.
async fn audit_log(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    create_table(
        manager,
        Table::create()
            .table("audit_log")
            .col(uuid("id").primary_key())
            .col(big_integer("at"))
            .col(uuid_null("actor_id"))
            .col(string_len("actor_name", 200))
            .col(string_len("actor_role", 16))
            .col(string_len("client_address", 64))
            .col(string_len("request_id", 128))
            .col(string_len("action", 64))
            .col(string_len("target_kind", 32))
            .col(string_len("target_id", 64))
            // JSON; empty if the object did not exist before or after.
            .col(text("before_state"))
            .col(text("after_state")),
    )
    .await?;
    create_indexes(
        manager,
        "audit_log",
        &[
            ("audit_log_by_time", &["at", "id"]),
            ("audit_log_by_actor", &["actor_id", "at", "id"]),
            ("audit_log_by_action", &["action", "at", "id"]),
            ("audit_log_by_target", &["target_id", "at", "id"]),
        ],
    )
    .await
}

//! Users, sessions with their refresh tokens, signing keys and counters of failed logins.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            users(),
            sessions(),
            refresh_tokens(),
            signing_keys(),
            login_failures(),
        ] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in INDEXES {
            // MySQL commits each statement for itself, so an attempt that broke off may have made some already.
            if manager.has_index(*table, *name).await? {
                continue;
            }
            let mut index = Index::create();
            index.name(*name).table(*table);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "login_failures",
            "signing_keys",
            "refresh_tokens",
            "sessions",
            "users",
        ] {
            manager
                .drop_table(Table::drop().table(table).if_exists().take())
                .await?;
        }
        Ok(())
    }
}

const INDEXES: &[(&str, &str, &[&str])] = &[
    // The list of users by role, newest first, and the count of administrators.
    ("users_by_role", "users", &["role", "id"]),
    ("sessions_of_user", "sessions", &["user_id"]),
    ("sessions_by_expiry", "sessions", &["expires_at"]),
    (
        "refresh_tokens_of_session",
        "refresh_tokens",
        &["session_id"],
    ),
    (
        "refresh_tokens_by_expiry",
        "refresh_tokens",
        &["expires_at"],
    ),
    ("login_failures_by_age", "login_failures", &["window_start"]),
];

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .if_not_exists()
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
        .col(big_integer("updated_at"))
        .take()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .if_not_exists()
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
        )
        .take()
}

fn refresh_tokens() -> TableCreateStatement {
    Table::create()
        .table("refresh_tokens")
        .if_not_exists()
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
        )
        .take()
}

fn signing_keys() -> TableCreateStatement {
    Table::create()
        .table("signing_keys")
        .if_not_exists()
        .col(string_len("kid", 64).primary_key())
        .col(big_integer("generation").unique_key())
        .col(string_len("public_key", 64))
        .col(string_len_null("private_key", 255))
        .col(big_integer("created_at"))
        .col(big_integer_null("retired_at"))
        .take()
}

fn login_failures() -> TableCreateStatement {
    Table::create()
        .table("login_failures")
        .if_not_exists()
        .col(char_len("account", 64).primary_key())
        .col(big_integer("window_start"))
        .col(integer("failures"))
        .take()
}

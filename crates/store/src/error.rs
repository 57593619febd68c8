//! What can go wrong in a database, sorted by what the caller can do about it.

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// A failed database operation.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique index refused the row; the text names the index or columns.
    #[error("a unique index refused the row ({constraint})")]
    Unique { constraint: String },
    #[error("a foreign key refused the row")]
    ForeignKey,
    #[error("a check constraint refused the row")]
    Check,
    /// Deadlock, serialisation failure or a busy SQLite file: the same transaction may work when repeated.
    #[error("the transaction lost against a concurrent one")]
    Retryable(#[source] DbErr),
    /// The server is away, starting, shutting down or out of connections.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    #[error("the database refused the operation")]
    Other(#[source] DbErr),
    /// A commit that several transactions shared failed; none of them took effect.
    #[error("the commit failed")]
    CommitFailed(#[source] std::sync::Arc<DbErr>),
    /// The settings ask for something that cannot be.
    #[error("{0}")]
    Config(String),
}

impl StoreError {
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Unique { .. })
    }

    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Retryable(_))
    }

    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::CommitFailed(_))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(constraint)) => {
                return Self::Unique { constraint };
            }
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => return Self::ForeignKey,
            _ => {}
        }
        match classify(&error) {
            Class::Retryable => Self::Retryable(error),
            Class::Unavailable => Self::Unavailable(error),
            Class::Check => Self::Check,
            Class::Other => Self::Other(error),
        }
    }
}

enum Class {
    Retryable,
    Unavailable,
    Check,
    Other,
}

fn classify(error: &DbErr) -> Class {
    let runtime = match error {
        DbErr::ConnectionAcquire(_) => return Class::Unavailable,
        DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime) => runtime,
        _ => return Class::Other,
    };
    let RuntimeErr::SqlxError(sqlx) = runtime else {
        return Class::Other;
    };
    match &**sqlx {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => Class::Unavailable,
        sqlx::Error::Database(refused) => {
            let mysql = refused
                .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()
                .map_or(0, sqlx::mysql::MySqlDatabaseError::number);
            match refused.code().as_deref().unwrap_or_default() {
                // SQLITE_BUSY (and its extended codes), PostgreSQL and MySQL serialisation failures and deadlocks.
                "5" | "261" | "517" | "773" | "40001" | "40P01" => Class::Retryable,
                _ if matches!(mysql, 1205 | 1213 | 1020) => Class::Retryable,
                // PostgreSQL: admin and crash shutdown, cannot connect now, too many connections, connection lost.
                "57P01" | "57P02" | "57P03" | "53300" | "08006" | "08003" | "08001" => {
                    Class::Unavailable
                }
                // MySQL: too many connections, server shutdown, shutting down, connection killed.
                _ if matches!(mysql, 1040 | 1053 | 1077 | 1927) => Class::Unavailable,
                "275" | "23514" => Class::Check,
                _ if mysql == 4025 || mysql == 3819 => Class::Check,
                _ => Class::Other,
            }
        }
        _ => Class::Other,
    }
}

//! Errors of a database, sorted by what the caller can do about them.

use std::sync::Arc;

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, sqlx};
use waybill_bus::BusError;

/// A failed database operation.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique index refused the row; `constraint` names the index or its columns.
    #[error("a unique index refused the row ({constraint})")]
    Unique { constraint: String },
    #[error("a foreign key refused the row")]
    ForeignKey,
    #[error("a check constraint refused the row")]
    Check,
    /// Deadlock, serialisation failure or a busy SQLite file: the same transaction may work when repeated.
    #[error("the transaction lost against a concurrent one")]
    Retryable(#[source] DbErr),
    /// The server is unreachable, starting, shutting down or out of connections, or it refuses writes: its disk is full or fails,
    /// or it is read-only.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    #[error("the database refused the operation")]
    Other(#[source] DbErr),
    /// A commit that several transactions shared failed; none of them took effect.
    #[error("the commit failed")]
    CommitFailed(#[source] Arc<DbErr>),
    /// The settings ask for something impossible.
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

    /// The same failure, for another of the callers that it failed.
    #[must_use]
    pub fn repeat(&self) -> Self {
        let cause = || DbErr::Custom(chain(self));
        match self {
            Self::Unique { constraint } => Self::Unique {
                constraint: constraint.clone(),
            },
            Self::ForeignKey => Self::ForeignKey,
            Self::Check => Self::Check,
            Self::Retryable(_) => Self::Retryable(cause()),
            Self::Unavailable(_) => Self::Unavailable(cause()),
            Self::Other(_) => Self::Other(cause()),
            Self::CommitFailed(error) => Self::CommitFailed(Arc::clone(error)),
            Self::Config(text) => Self::Config(text.clone()),
        }
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
            Class::Unavailable | Class::WritesRefused => Self::Unavailable(error),
            Class::Constraint => Self::Check,
            Class::Other => Self::Other(error),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Retryable,
    Unavailable,
    /// Unavailable for writes: the disk is full or fails, or the database is read-only.
    WritesRefused,
    /// Any constraint.
    Constraint,
    Other,
}

/// Whether the error says that the database refuses writes, though it may answer reads.
pub(crate) fn refuses_writes(error: &DbErr) -> bool {
    classify(error) == Class::WritesRefused
}

/// Whether a constraint refused the statement. Such an error never ends a transaction of SQLite.
pub(crate) fn is_constraint(error: &DbErr) -> bool {
    classify(error) == Class::Constraint
}

/// The error for a statement in a transaction that has failed.
pub(crate) fn closed() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)
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
            let code = refused.code();
            let code = code.as_deref().unwrap_or_default();
            if let Some(mysql) = refused.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
                mysql_class(mysql.number())
            } else if refused
                .try_downcast_ref::<sqlx::sqlite::SqliteError>()
                .is_some()
            {
                sqlite_class(code.parse().unwrap_or_default())
            } else {
                postgres_class(code)
            }
        }
        _ => Class::Other,
    }
}

/// By primary result code, the low byte of the extended one (<https://sqlite.org/rescode.html>).
fn sqlite_class(extended: u32) -> Class {
    match extended & 0xff {
        // BUSY, LOCKED.
        5 | 6 => Class::Retryable,
        // READONLY, IOERR, FULL, CANTOPEN.
        8 | 10 | 13 | 14 => Class::WritesRefused,
        // NOMEM, INTERRUPT.
        7 | 9 => Class::Unavailable,
        19 => Class::Constraint,
        _ => Class::Other,
    }
}

/// By SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn postgres_class(state: &str) -> Class {
    match state {
        // Serialisation failure, deadlock.
        "40001" | "40P01" => Class::Retryable,
        // Disk full, a read-only transaction, an I/O error.
        "53100" | "25006" | "58030" => Class::WritesRefused,
        _ => match state.get(..2) {
            // Connection exceptions, insufficient resources, operator intervention, system errors.
            Some("08" | "53" | "57" | "58") => Class::Unavailable,
            Some("23") => Class::Constraint,
            _ => Class::Other,
        },
    }
}

/// By error number (<https://mariadb.com/kb/en/mariadb-error-code-reference/>).
fn mysql_class(number: u16) -> Class {
    match number {
        // Record changed, lock wait timeout, deadlock.
        1020 | 1205 | 1213 => Class::Retryable,
        // Disk full, error on write, engine error, table full, --read-only, read-only transaction, read-only mode.
        1021 | 1026 | 1030 | 1114 | 1290 | 1792 | 1836 => Class::WritesRefused,
        // Too many connections (of the server, of the user), shutdown, killed connection or statement, statement timeout.
        1040 | 1203 | 1226 | 1053 | 1077 | 1079 | 1094 | 1317 | 1927 | 1969 => Class::Unavailable,
        // NOT NULL, duplicate, foreign keys, CHECK.
        1048 | 1062 | 1216 | 1217 | 1451 | 1452 | 1557 | 1586 | 3819 | 4025 => Class::Constraint,
        _ => Class::Other,
    }
}

/// The messages of an error and of all its causes on one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// Why the relay stops before it starts over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error("the relay's lock was lost")]
    LockLost,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fall_into_the_class_that_says_what_to_do() {
        for (code, class) in [
            (13, Class::WritesRefused),
            // IOERR_WRITE, READONLY_DBMOVED.
            (778, Class::WritesRefused),
            (1032, Class::WritesRefused),
            // BUSY_SNAPSHOT.
            (517, Class::Retryable),
            // CONSTRAINT_CHECK.
            (275, Class::Constraint),
            (1, Class::Other),
        ] {
            assert_eq!(sqlite_class(code), class, "SQLite {code}");
        }
        for (state, class) in [
            ("53100", Class::WritesRefused),
            ("25006", Class::WritesRefused),
            ("53300", Class::Unavailable),
            ("57P01", Class::Unavailable),
            ("57014", Class::Unavailable),
            ("40P01", Class::Retryable),
            ("23514", Class::Constraint),
            ("42703", Class::Other),
            ("", Class::Other),
        ] {
            assert_eq!(postgres_class(state), class, "PostgreSQL {state}");
        }
        for (number, class) in [
            (1114, Class::WritesRefused),
            (1290, Class::WritesRefused),
            (1040, Class::Unavailable),
            (1213, Class::Retryable),
            (4025, Class::Constraint),
            (1054, Class::Other),
        ] {
            assert_eq!(mysql_class(number), class, "MySQL {number}");
        }
    }
}

//! The only place that knows the tables: statements on users, sessions, signing keys and counters of failed logins.
//!
//! Writers get the transaction's connection, readers may use the database's.

pub mod keys;
pub mod sessions;
pub mod throttle;
pub mod users;

//! The only place that knows the tables: statements on users, sessions, signing keys, registrations and counters of failed logins.
//!
//! Writers get the transaction's connection, readers may use the database's.

pub mod audit;
pub mod keys;
pub mod registrations;
pub mod sessions;
pub mod throttle;
pub mod users;

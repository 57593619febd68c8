//! The only module that accesses the tables: statements on users, sessions, signing keys, registrations and counters of failed
//! logins.
//!
//! Writers pass the transaction's connection, readers may pass the database's.

pub mod audit;
pub mod keys;
pub mod registrations;
pub mod sessions;
pub mod throttle;
pub mod users;

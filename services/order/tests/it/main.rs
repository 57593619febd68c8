//! The order service through its gRPC, on SQLite, PostgreSQL and MariaDB; each test has a database of its own.

mod catalogue;
mod invariants;
mod migrations;
mod payments;
mod people;
mod placing;
mod shop;
mod status;
mod stock;
mod visibility;
mod work;

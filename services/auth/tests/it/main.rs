//! The auth service through its gRPC, on SQLite, PostgreSQL and MariaDB.

mod permissions;
mod refresh;
mod sign_in;
mod start;
mod support;
mod tokens;
mod users;

//! The auth service through its gRPC, on SQLite, PostgreSQL and MariaDB.

mod audit;
mod guests;
mod permissions;
mod refresh;
mod registrations;
mod sign_in;
mod start;
mod support;
mod tokens;
mod users;

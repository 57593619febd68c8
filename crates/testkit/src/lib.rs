//! A platform for tests in either shape, fixtures and real servers

mod databases;
mod nats;
pub mod skip;

pub use databases::{DatabaseKind, TestDb, for_each_database};
pub use nats::NatsServer;

//! For tests: real databases and servers, a platform in either shape, clients that speak to it. A dev-dependency only.

mod client;
mod databases;
mod nats;
mod platform;
mod ports;
mod s3;
mod shared;
pub mod skip;
mod socketio;

pub use client::{Answer, Api, BOUNDARY, form};
pub use databases::{DatabaseKind, TestDb, db_config, for_each_database};
pub use nats::NatsServer;
pub use platform::{ADMIN, Platform, SERVICES, Shape};
pub use ports::free_port;
pub use s3::S3Server;
pub use shared::shared;
pub use socketio::SocketClient;

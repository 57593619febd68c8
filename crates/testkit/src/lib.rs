//! For tests: real databases and servers, a platform in either shape, and clients for it. A dev-dependency only.

mod balancer;
mod calls;
pub mod campaign;
mod client;
mod databases;
mod disks;
mod events;
mod names;
mod nats;
mod nats_cluster;
mod network;
mod people;
mod platform;
mod ports;
mod process;
mod s3;
mod servers;
mod shared;
pub mod skip;
mod socketio;
mod world;

pub use balancer::{Balancer, Traffic};
pub use calls::{
    answer, code, envelope, fields_of, invalid, job, not_found, outgoing, refused, unauthenticated,
    until,
};
pub use client::{Answer, Api, BOUNDARY, form};
pub use databases::{DatabaseKind, TestDb, db_config, for_each_database};
pub use disks::{FailingDisk, SmallDisk};
pub use events::{order_changed, order_moved, payment_changed, user_changed};
pub use nats::NatsServer;
pub use nats_cluster::NatsCluster;
pub use network::{Cut, Network};
pub use people::{Issuer, Person, SERVICE_KEY, service_tokens};
pub use platform::{ADMIN, Platform, SERVICES, Setup, Shape};
pub use ports::free_port;
pub use s3::S3Server;
pub use servers::{Home, MariaDbServer, PostgresServer};
pub use shared::shared;
pub use socketio::SocketClient;
pub use world::{World, on, on_any_database, on_each_database};

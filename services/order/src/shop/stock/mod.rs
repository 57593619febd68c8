//! Stock of goods and the ledger that explains it.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod grpc;
pub mod store;
pub mod wire;

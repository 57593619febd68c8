//! The ledger: double-entry books of every money movement.

pub mod app;
pub mod domain;
pub mod grpc;
pub mod store;

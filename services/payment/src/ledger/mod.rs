//! The double-entry ledger of every money movement.

pub mod app;
pub mod domain;
pub mod grpc;
pub mod store;

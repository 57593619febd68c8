//! Shipments of an order's goods.

pub mod app;
pub mod domain;
mod entity;
mod events;
pub mod grpc;
pub mod store;
pub mod wire;

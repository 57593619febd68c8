//! Shipments: the parcels that an order's goods travel in.

pub mod app;
pub mod domain;
mod entity;
pub mod grpc;
pub mod store;
pub mod wire;

//! Shipments: the parcels that an order's goods travel in.

pub mod app;
pub mod domain;
mod entity;
mod events;
pub mod grpc;
pub mod store;
pub mod wire;

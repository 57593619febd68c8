//! Work on orders: the pool, claims, and change requests.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod grpc;
pub mod store;
pub mod wire;

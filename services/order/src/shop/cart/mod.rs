//! Carts of guests and users. A cart does not reserve stock.

pub mod app;
pub mod domain;
pub mod entity;
pub mod grpc;
pub mod store;
mod wire;

//! The administrator's settings of the shop.

pub mod app;
pub mod current;
pub mod domain;
mod entity;
mod events;
pub mod grpc;
pub mod store;
mod wire;

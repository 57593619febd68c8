//! Orders from placing to completion.

pub mod app;
pub mod domain;
pub mod entity;
pub mod events;
pub mod grpc;
pub mod store;
pub mod wire;

//! Products: what can be ordered, at which price.

pub mod app;
pub mod domain;
pub mod entity;
pub mod grpc;
pub mod store;

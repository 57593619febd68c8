//! Carts of guests and users: what somebody has chosen and not ordered yet. A cart reserves nothing.

pub mod app;
pub mod domain;
pub mod entity;
pub mod grpc;
pub mod store;
mod wire;

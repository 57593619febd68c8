//! Notes on orders, internal or for the customer, and steps of progress that the customer can follow.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod store;
pub mod wire;

//! Notes on orders, internal or for the customer, and progress steps for the customer.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod store;
pub mod wire;

//! Categories: the tree of products.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod store;
pub mod wire;

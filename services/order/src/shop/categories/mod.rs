//! Categories: the tree that products hang in.

pub mod app;
pub mod domain;
pub mod entity;
pub mod store;
pub mod wire;

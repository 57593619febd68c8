//! The catalogue: lists of products with their stock, and changes of them.

pub mod app;
pub mod domain;
pub mod events;
pub mod store;

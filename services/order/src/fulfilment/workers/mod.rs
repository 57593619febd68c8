//! Workers: accounts (from auth's events), categories, limits and workload.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod store;
pub mod wire;

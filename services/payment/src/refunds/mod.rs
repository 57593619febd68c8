//! Refunds: money that goes back, in full. The whole flow is in `app.rs`.

pub mod app;
pub mod domain;
pub mod store;

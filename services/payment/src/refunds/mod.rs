//! Full refunds. The whole flow is in `app.rs`.

pub mod app;
pub mod domain;
pub mod store;

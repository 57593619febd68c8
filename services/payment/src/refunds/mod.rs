//! Refunds, in full and in part. The whole flow is in `app.rs`.

pub mod app;
pub mod domain;
mod events;
pub mod store;

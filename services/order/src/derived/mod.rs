//! Data derived from orders, and consistency checks.
//!
//! Layers: analytics ← verify.

pub mod analytics;
pub mod verify;

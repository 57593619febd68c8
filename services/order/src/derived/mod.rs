//! What is derived from orders, and checks of all that is kept.
//!
//! Layers: analytics ← verify.

pub mod analytics;
pub mod verify;

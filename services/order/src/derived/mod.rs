//! What is derived from orders, and checks of all that is kept.

pub mod analytics;
pub mod verify;

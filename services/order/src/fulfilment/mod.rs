//! Work on orders, from the claim to the delivery.
//!
//! Layers: files, notes, shipments, workers ← work.

pub mod files;
pub mod notes;
pub mod shipments;
pub mod work;
pub mod workers;

//! What is done on orders, from the claim to the delivery.

pub mod files;
pub mod notes;
pub mod shipments;
pub mod work;
pub mod workers;

//! The tables as sea-orm sees them.

pub mod conversation;
pub mod message;
pub mod read_marker;

//! The tables and the types of their columns.

pub mod conversation;
pub mod message;
pub mod read_marker;

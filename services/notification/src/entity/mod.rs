//! The tables and the types of their columns.

pub mod delivery;
pub mod notification;
pub mod recipient;
pub mod shop;

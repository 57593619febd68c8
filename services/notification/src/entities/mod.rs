//! The tables as sea-orm sees them.

pub mod delivery;
pub mod mail;
pub mod notification;
pub mod recipient;
pub mod shop;

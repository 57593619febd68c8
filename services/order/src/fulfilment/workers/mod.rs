//! Workers: who they are (as auth tells), what they may take, and how much they have.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod store;
pub mod wire;

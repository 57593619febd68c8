//! Refunds, in full and in part: from the request (`app`) to the answer of the provider (`flow`).

pub mod app;
mod by_hand;
pub mod domain;
mod events;
mod flow;
pub mod lines;
pub mod store;

//! Refunds, in full and in part: from the request (`app`) to the answer of the provider (`flow`).

pub mod app;
pub mod domain;
mod events;
mod flow;
pub mod store;

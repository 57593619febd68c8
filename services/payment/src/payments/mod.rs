//! Payments: one attempt to pay an order, from the link to the captured money.

pub mod app;
pub mod domain;
pub mod events;
pub mod return_url;
pub mod starting;
pub mod store;
#[cfg(test)]
pub mod testing;
mod wire;

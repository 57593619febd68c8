//! What providers say, which changes the payment, the ledger and the order.

pub mod app;
pub mod settlement;
pub mod store;

//! Events from providers, which change the payment, the ledger and the order.

pub mod app;
pub mod store;

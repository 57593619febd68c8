//! What providers tell of payments: it changes the payment, the books and the order.

pub mod app;
pub mod store;

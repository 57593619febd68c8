//! Starts the payment.
fn main() {}

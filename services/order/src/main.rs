//! Starts the order.
fn main() {}

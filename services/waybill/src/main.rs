//! Starts the waybill.
fn main() {}

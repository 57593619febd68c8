//! Starts the auth.
fn main() {}

//! Starts the notification.
fn main() {}

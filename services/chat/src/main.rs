//! Starts the chat.
fn main() {}

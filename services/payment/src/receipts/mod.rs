//! What has arrived of payments by hand: recorded by administrators, in parts until a payment is complete, or sent back.

pub mod app;
mod domain;
mod events;
pub mod grpc;
mod store;
mod wire;

//! What differs between us and the providers, or needs a decision of an administrator.

pub mod app;
pub mod grpc;
mod store;
mod wire;

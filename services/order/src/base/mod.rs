//! Shared by all slices and independent of them.

pub mod audit;
pub mod callers;
pub mod fields;
pub mod file_types;
pub mod grpc;
pub mod store;

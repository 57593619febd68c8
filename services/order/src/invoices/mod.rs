//! Invoices of paid orders, and credit notes of refunds.

pub mod app;
pub mod domain;
mod entity;
mod events;
pub mod grpc;
mod paper;
mod pdf;
pub mod store;
mod wire;

//! The shop: its settings, and its products.
//!
//! Layers: settings ← app_context ← products ← categories ← stock ← catalogue ← cart, import_export ← grpc.

pub mod app_context;
pub mod cart;
pub mod catalogue;
pub mod categories;
pub mod grpc;
pub mod import_export;
pub mod products;
pub mod settings;
pub mod stock;

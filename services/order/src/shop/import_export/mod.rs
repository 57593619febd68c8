//! CSV import and export of products.

pub mod app;
pub mod domain;

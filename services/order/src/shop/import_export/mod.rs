//! Products as CSV, in and out.

pub mod app;
pub mod domain;

//! Derived from orders: rollups by day, search words, the dashboard, analytics, the export.
//!
//! An order's contribution is a pure function of the order and its history. It is stored with the order's version, so that the next
//! version adds only the difference: a repeated event adds nothing, and a recount gives the same figures.

pub mod app;
pub mod domain;
pub mod entity;
pub mod grpc;
pub mod projection_input;
pub mod store;

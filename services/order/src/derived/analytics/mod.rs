//! What orders come to: rollups by day, the words that they are found by, the dashboard, analytics, the export.
//!
//! An order's contribution is a pure function of the order and its history. What it has added so far is kept beside its version,
//! so that the next version adds the difference: a repeated event adds nothing, and a recount gives the same figures.

pub mod app;
pub mod domain;
pub mod entity;
pub mod grpc;
pub mod projection_input;
pub mod store;

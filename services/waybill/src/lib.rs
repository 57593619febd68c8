//! The embedded shape: every service in one process, and the operator's commands.
//!
//! Module map: `config` the settings of this shape; `embedded` wires the services; `databases` finds their databases;
//! `demo` fills a shop; `verify` checks the databases of either shape; `rebuild` recomputes figures; `events` prints and repairs events;
//! `health` is the health check of containers.

pub mod config;
pub mod databases;
pub mod demo;
pub mod embedded;
pub mod events;
pub mod health;
pub mod rebuild;
pub mod verify;

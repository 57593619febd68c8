//! The embedded shape: every service in one process, and the operator's commands.
//!
//! Module map: `config`: settings of this shape; `embedded`: wires the services; `databases`: locates their databases; `demo`: demo
//! data; `verify`: checks the databases of either shape; `rebuild`: recomputes figures; `users`: makes administrators;
//! `events`: prints, replays and retries events; `health`: the health check of containers; `reset`: deletes a shop
//! of development; `folder_lock`: the lock of a data directory; `private`: files that only their owner reads.

pub mod config;
pub mod databases;
pub mod demo;
pub mod embedded;
pub mod events;
pub mod folder_lock;
pub mod health;
mod private;
pub mod rebuild;
pub mod reset;
pub mod users;
pub mod verify;

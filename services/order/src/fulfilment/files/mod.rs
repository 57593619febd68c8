//! Files of orders, and pictures of products: rows and events here, bytes in the storage.
//!
//! Every object in the storage has a row. Before an upload writes objects, it inserts removals for their keys that are due later; the
//! transaction that writes the row of the file deletes these removals. If the upload dies in between, the job removes the objects.
//! Deleting a file inserts removals that are due at once, in the transaction that deletes its row.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod grpc;
mod shares;
pub mod storage;
pub mod store;
mod wire;

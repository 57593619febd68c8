//! Files of orders, and pictures of products: rows and events here, bytes in the storage.
//!
//! No object is ever without a row. Before anything is written to the storage, its keys are noted as removals that fall due
//! later; the transaction that makes the file known takes the notes back. Whoever dies in between leaves a note, and the job
//! removes what it names. Deleting a file is the same note, due at once, in the transaction that deletes the row.

pub mod app;
pub mod domain;
pub mod entity;
mod events;
pub mod grpc;
pub mod storage;
pub mod store;
mod wire;

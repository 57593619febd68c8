//! The chat service through its gRPC and the bus, on each database, with a fake order service.

mod concurrency;
mod messages;
mod orders;
mod participants;
mod support;

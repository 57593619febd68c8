//! The chat service through its gRPC and the bus, on each database, with an order service that the test plays.

mod concurrency;
mod messages;
mod orders;
mod participants;
mod support;

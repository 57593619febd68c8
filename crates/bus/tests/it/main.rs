//! The contract of the bus on both implementations, and what JetStream must survive. JetStream tests start a private nats-server each.

mod contract;
mod jetstream;
mod outages;
mod support;

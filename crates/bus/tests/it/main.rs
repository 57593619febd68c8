//! The contract of the bus on both implementations, and the outages that JetStream's clients must survive. JetStream tests start
//! a private nats-server each.

mod contract;
mod jetstream;
mod outages;
mod support;

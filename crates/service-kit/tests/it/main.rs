//! Integration tests of the service kit.

mod errors;
mod layers;
mod network;
mod replicas;
mod revocations;
mod services;
mod support;
mod telemetry;
mod tokens;

//! The gateway against services that are played by the tests.

mod documents;
mod edge;
mod input;
mod live;
mod products;
mod session;
mod socket;
mod support;

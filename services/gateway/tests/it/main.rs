//! The gateway against services that are played by the tests.

mod bounds;
mod contract;
mod documents;
mod edge;
mod input;
mod lists;
mod live;
mod products;
mod rooms;
mod session;
mod socket;
mod support;

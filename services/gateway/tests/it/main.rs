//! The gateway against services that are played by the tests.

mod bounds;
mod contract;
mod documents;
mod edge;
mod input;
mod lists;
mod live;
mod pages;
mod products;
mod restarts;
mod rooms;
mod refill;
mod round_trip;
mod session;
mod socket;
mod support;

//! Tests of the gateway with fake services.

mod bounds;
mod contract;
mod documents;
mod edge;
mod input;
mod lists;
mod live;
mod operations;
mod pages;
mod products;
mod refill;
mod restarts;
mod rooms;
mod round_trip;
mod session;
mod shapes;
mod socket;
mod support;
mod web;

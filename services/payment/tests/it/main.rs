//! The payment service through its gRPC, on every database, with a fake order service.

// A call within the process nests the futures of the client and of the service.
#![recursion_limit = "256"]

mod described;
mod differences;
mod fake;
mod idempotency;
mod ledger;
mod manual;
mod partial;
mod payments;
mod payouts;
mod paypal;
mod refund_lines;
mod refunds;
mod remote;
mod replaced;
mod sagas;
mod sandbox;
mod shop;
mod start;
mod stripe;
mod webhooks;

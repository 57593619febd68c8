//! The notification service through its gRPC and the bus, on each database; mails through a real SMTP dialogue.

mod inbox;
mod mailing;
mod parcels;
mod postbox;
mod sink;
mod support;

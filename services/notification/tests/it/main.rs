//! The notification service through its gRPC and the bus, on each database; mails through a real SMTP dialogue.

mod inbox;
mod invoices;
mod mailbox;
mod mailing;
mod shipments;
mod sink;
mod support;
mod unverified;

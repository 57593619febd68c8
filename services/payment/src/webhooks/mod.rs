//! Messages that providers send to our webhooks: checked and stored when they arrive, processed by a job.

pub mod app;
mod store;

//! Tests of the whole platform, of its deployment files and of the settings reference.

mod analytics;
mod audit;
mod bad_input;
mod carts;
mod catalogue;
mod compose;
mod data_files;
mod demo;
mod examples;
mod faults;
mod first_use;
mod guests;
mod invoices;
mod late_payments;
mod logs;
mod mailbox;
mod media;
mod operations;
mod permissions;

mod races;
mod readme;
mod revocation;
mod scenario;
mod settings;
mod settings_reference;
mod shipments;
mod short_contract;
mod support;
mod upgrade;
mod work;

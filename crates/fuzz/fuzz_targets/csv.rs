//! Files of products, and cells of exports.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| waybill_fuzz::csv(bytes));

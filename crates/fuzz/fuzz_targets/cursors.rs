//! Positions in lists.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| waybill_fuzz::cursors(bytes));

//! Packets of Socket.IO.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| waybill_fuzz::packets(bytes));

//! What clients send, made up by a fuzzer (`cargo xtask fuzz`). Each function is a target: it takes any bytes and panics if it finds a
//! bug. `corpus/` has inputs to begin with, and those that found a bug; the tests run them all.

mod packets;

use tokio::runtime::{Builder, Runtime};

pub use packets::packets;

fn runtime() -> Runtime {
    // Only without timers or threads it could fail.
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// The position in a list, as a client sends it back.
pub fn cursors(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        waybill_store::page::fuzz(text);
    }
}

/// A file of products, and text in the cells of an export. The first two bytes say where the file is divided.
pub fn csv(bytes: &[u8]) {
    if let Some((cut, file)) = bytes.split_first_chunk::<2>() {
        waybill_order::fuzz_import(file, u16::from_le_bytes(*cut).into());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        waybill_service_kit::csv::fuzz(text);
    }
}

/// A form with a file. The first byte is the size of its frames.
pub fn multipart(bytes: &[u8]) {
    if let Some((frame, form)) = bytes.split_first() {
        runtime().block_on(waybill_gateway::fuzz_form(form, (*frame).into()));
    }
}

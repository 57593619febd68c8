//! Where the binaries are.

use std::path::Path;

/// The folder into which cargo built `waybill` and the services.
pub fn bin() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_waybill"))
        .parent()
        .expect("a binary is in a folder")
}

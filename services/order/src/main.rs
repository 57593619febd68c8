//! The order service as a process of its own.

use std::{path::Path, process::ExitCode};

use waybill_file_store::FilesSettings;
use waybill_order::{Settings, Storage};
use waybill_service_kit::process;

/// Default folder of files.
const FILES: &str = "waybill-data/files";

fn main() -> ExitCode {
    process::run_with(
        "order",
        |deps, settings: Settings, files: FilesSettings, _peers| async move {
            let storage = Storage::open(&files, &settings, Path::new(FILES))?;
            waybill_order::build(&deps, &settings, storage).await
        },
    )
}

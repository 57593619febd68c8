//! The order service as a process of its own.

use std::process::ExitCode;

use waybill_service_kit::process;

fn main() -> ExitCode {
    process::run("order", |deps, settings, _peers| async move {
        waybill_order::build(&deps, &settings).await
    })
}

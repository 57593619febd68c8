//! The auth service as a process.

use std::process::ExitCode;

use waybill_service_kit::process;

fn main() -> ExitCode {
    process::run(waybill_auth::NAME, |deps, settings, _peers| async move {
        waybill_auth::build(&deps, &settings).await
    })
}

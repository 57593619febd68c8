//! The notification service as a process.

use std::process::ExitCode;

use waybill_service_kit::process;

fn main() -> ExitCode {
    process::run(
        waybill_notification::NAME,
        |deps, settings, _peers| async move { waybill_notification::build(&deps, &settings).await },
    )
}

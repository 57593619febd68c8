//! The chat service as a process.

use std::process::ExitCode;

use waybill_service_kit::process;

fn main() -> ExitCode {
    process::run(waybill_chat::NAME, |deps, settings, peers| async move {
        waybill_chat::build(&deps, &settings, peers.order()?).await
    })
}

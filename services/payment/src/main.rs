//! The payment service as a process of its own.

use std::process::ExitCode;

use waybill_payment::{NAME, Settings, build};
use waybill_service_kit::process;

fn main() -> ExitCode {
    process::run::<Settings, _, _, _>(NAME, |deps, settings, peers| async move {
        build(&deps, &settings, peers.order()?).await
    })
}

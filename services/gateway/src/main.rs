//! The gateway as a process of its own: settings, peers, serving, draining.

use std::{
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
};

use waybill_gateway::{Connections, GatewayDeps, GatewaySettings};
use waybill_service_kit::{AppError, process, serve, settings::SettingsError, telemetry};

fn main() -> ExitCode {
    process::run_front(
        "gateway",
        async |boot: process::Boot, mut settings: GatewaySettings| {
            let (environment, local_only) = (boot.common.environment, boot.common.is_local_only());
            SettingsError::check(settings.errors(environment, local_only))?;
            let listener = serve::bind(settings.listen).await?;
            let address = listener.local_addr().map_err(AppError::internal)?;
            // Port 0 has become a real one.
            settings.listen = address;
            let deadline = boot.common.shutdown_deadline;
            let connections = Connections::from(&settings);
            let operations = serve::bind(boot.ops_listen).await?;
            let routers = waybill_gateway::build(GatewayDeps {
                channels: boot.peers.all()?,
                bus: boot.bus,
                verifier: boot.verifier,
                service_tokens: boot.service_tokens,
                settings,
                environment,
                local_only,
                shutdown: boot.shutdown.clone(),
                demo_accounts: Vec::new(),
                mailbox: false,
                one_process: false,
                complete: Arc::new(AtomicBool::new(true)),
            })
            .await?;
            tokio::spawn(serve::operations(operations, routers.operations));
            telemetry::announce(boot.common.log_format, address);
            let served = waybill_gateway::serve(
                routers.public,
                listener,
                connections,
                boot.shutdown,
                deadline,
            );
            Ok::<_, process::BoxError>(served.await?)
        },
    )
}

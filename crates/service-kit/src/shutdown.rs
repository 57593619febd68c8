//! When a process is asked to end.

use tokio_util::sync::CancellationToken;

/// A token that SIGTERM or SIGINT (Ctrl-C) cancels. A second signal ends the process at once, with exit code 130.
pub fn on_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let first = token.clone();
    tokio::spawn(async move {
        signal().await;
        tracing::info!("asked to stop; finishing what is at work");
        first.cancel();
        signal().await;
        tracing::warn!("asked to stop again; stopping at once");
        std::process::exit(130);
    });
    token
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    match terminate {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be caught");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}

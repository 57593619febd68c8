//! When a process is asked to stop, and how it stops.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// The end of a process in two steps, so that a load balancer can choose another one before this one stops serving.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    leaving: CancellationToken,
    closing: CancellationToken,
}

/// Both steps at once: where there is no load balancer.
impl From<CancellationToken> for Shutdown {
    fn from(token: CancellationToken) -> Self {
        Self {
            leaving: token.clone(),
            closing: token,
        }
    }
}

impl Shutdown {
    /// The first step: the process reports that it is not ready, but still serves requests.
    pub fn leaving(&self) -> &CancellationToken {
        &self.leaving
    }

    /// The second step: it accepts nothing new, finishes running work, and closes.
    pub fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Takes both steps, with `delay` between them.
    pub async fn begin(&self, delay: Duration) {
        self.leaving.cancel();
        tokio::time::sleep(delay).await;
        self.closing.cancel();
    }

    /// As [`Shutdown::begin`], once SIGTERM or SIGINT (Ctrl-C) comes. A second signal ends the process at once, with exit
    /// code 130.
    pub fn on_signal(delay: Duration) -> Self {
        let shutdown = Self::default();
        let first = shutdown.clone();
        tokio::spawn(async move {
            signal().await;
            tracing::info!(?delay, "asked to stop; finishing what is at work");
            let at_once = async {
                signal().await;
                tracing::warn!("asked to stop again; stopping at once");
                std::process::exit(130);
            };
            tokio::join!(first.begin(delay), at_once)
        });
        shutdown
    }
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

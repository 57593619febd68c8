//! Listening, and draining at the end.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, serve::ListenerExt as _};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use waybill_service_kit::AppError;

/// Serves until `stop` is cancelled, then takes no new connection and lets requests at work end, for `deadline` at most.
pub async fn serve(
    router: Router,
    listener: TcpListener,
    stop: CancellationToken,
    deadline: Duration,
) -> Result<(), AppError> {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopping = stop.clone();
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async move { stopping.cancelled().await });
    let late = async {
        stop.cancelled().await;
        tokio::time::sleep(deadline).await;
    };
    tokio::select! {
        served = async { server.await } => served.map_err(AppError::internal),
        () = late => {
            tracing::warn!(?deadline, "requests did not end in time");
            Ok(())
        }
    }
}

//! Requests that were refused for lack of permission. The audit log of the auth service keeps them; a flood is dropped here, and is in
//! the log of this process alone.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use waybill_proto::auth::{Denial, RecordDenialsRequest, audit_service_client::AuditServiceClient};
use waybill_service_kit::{AppError, CallContext, GrpcChannel, outgoing, tokens::ServiceTokens};

/// Denials that wait for the auth service.
const WAITING: usize = 1_000;
/// Denials of one call.
const BATCH: usize = 100;

/// Takes the denials of all requests.
pub struct Denials(mpsc::Sender<Denial>);

/// Sends them to the auth service.
pub struct Reporter {
    pub audit: AuditServiceClient<GrpcChannel>,
    pub service_tokens: ServiceTokens,
    pub stop: CancellationToken,
}

impl Denials {
    /// With the end that [`Reporter::run`] reads.
    pub fn new() -> (Self, mpsc::Receiver<Denial>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    pub fn note(&self, denial: Denial) {
        // Without room it is dropped.
        let _ = self.0.try_send(denial);
    }
}

impl Reporter {
    /// Ends when the gateway stops.
    pub async fn run(self, mut denials: mpsc::Receiver<Denial>) {
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                received = denials.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        return;
                    }
                }
            }
            if let Err(error) = self.report(std::mem::take(&mut batch)).await {
                tracing::warn!(%error, "refused requests are missing in the audit log");
            }
        }
    }

    async fn report(&self, denials: Vec<Denial>) -> Result<(), AppError> {
        let context = CallContext::system().with_service_token(&self.service_tokens, "gateway")?;
        let request = outgoing(&context, RecordDenialsRequest { denials });
        self.audit.clone().record_denials(request).await?;
        Ok(())
    }
}

//! One address of a service: its connection, and a circuit breaker that holds calls back while the server does not respond.
//!
//! A slow server is not a hung one: when a call waits long, a task checks by `grpc.health.v1` whether the server responds at all.
//! Only if it does not, calls are held back, and the same check, repeated by one task at growing intervals, lets them through
//! again. So a user's call is never used as the probe.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use backon::BackoffBuilder as _;
use http::{Request, Response, Uri};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tonic::{Code, Status, body::Body, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tower::ServiceExt as _;
use waybill_primitives::backoff;

use super::{BoxError, connect::connect};

/// A call that waits longer, while no other call gets a response either, triggers a check.
const SUSPICIOUS: Duration = Duration::from_secs(1);
/// A server that does not respond within this time counts as hung.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause between two checks grows from this …
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// … to this.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// One address of a service.
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    origin: Uri,
    channel: Mutex<Channel>,
    /// Calls are held back.
    open: AtomicBool,
    /// Notifies waiting calls when calls are held back.
    tripped: Notify,
    /// A task is checking the server.
    looking: AtomicBool,
    /// Held by a caller that checks at once instead of waiting for that task.
    looking_now: tokio::sync::Mutex<()>,
    /// How often calls were let through again.
    closed: AtomicU64,
    /// The number of responses, to see whether there are any.
    answers: AtomicU64,
}

impl Peer {
    pub(super) fn new(origin: Uri, address: SocketAddr) -> Arc<Self> {
        Arc::new(Self {
            address,
            channel: Mutex::new(connect(&origin, address)),
            origin,
            open: AtomicBool::new(false),
            tripped: Notify::new(),
            looking: AtomicBool::new(false),
            looking_now: tokio::sync::Mutex::default(),
            closed: AtomicU64::new(0),
            answers: AtomicU64::new(0),
        })
    }

    /// Whether calls may be sent there.
    pub(super) fn usable(&self) -> bool {
        !self.open.load(Ordering::Relaxed)
    }

    /// Sends a call that must end by `deadline`. While it waits, it fails together with the others if the server turns out not to
    /// respond.
    pub(super) async fn send(
        self: &Arc<Self>,
        request: Request<Body>,
        deadline: Duration,
    ) -> Result<Response<Body>, BoxError> {
        let before = self.answers.load(Ordering::Relaxed);
        let channel = self.channel.lock().clone();
        let mut answer = std::pin::pin!(channel.oneshot(request));
        let outcome = match tokio::time::timeout(SUSPICIOUS.min(deadline), &mut answer).await {
            Ok(outcome) => outcome,
            Err(_) => {
                if self.answers.load(Ordering::Relaxed) == before {
                    self.look(Doubt::Answers);
                }
                tokio::select! {
                    outcome = &mut answer => outcome,
                    () = self.given_up() => return Err("the server does not answer".into()),
                }
            }
        };
        if let Ok(response) = &outcome {
            self.answers.fetch_add(1, Ordering::Relaxed);
            // It responds, but its own dependencies may not.
            if code_of(response) == Some(Code::DeadlineExceeded) {
                self.look(Doubt::Serves);
            }
        }
        Ok(outcome?)
    }

    /// Sends a call even while others are held back.
    pub(super) async fn ask(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let channel = self.channel.lock().clone();
        Ok(channel.oneshot(request).await?)
    }

    /// Returns when calls are held back.
    async fn given_up(&self) {
        let mut tripped = std::pin::pin!(self.tripped.notified());
        // From here on no change is missed.
        tripped.as_mut().enable();
        if self.usable() {
            tripped.await;
        }
    }

    /// Holds calls back until the server responds.
    pub(super) fn hold_back(self: &Arc<Self>) {
        self.trip();
        self.look(Doubt::Serves);
    }

    /// Checks at once instead of at the next interval, and lets calls through if the server responds. Concurrent callers wait for
    /// the same check.
    pub(super) async fn look_now(&self) {
        let Ok(_one) = self.looking_now.try_lock() else {
            drop(self.looking_now.lock().await);
            return;
        };
        let channel = connect(&self.origin, self.address);
        let serves = tokio::time::timeout(SUSPICIOUS, answer(channel.clone(), Doubt::Serves)).await;
        if matches!(serves, Ok(Ok(true))) {
            *self.channel.lock() = channel;
            self.close();
        }
    }

    /// Starts a check, unless one is running.
    fn look(self: &Arc<Self>, doubt: Doubt) {
        if !self.looking.swap(true, Ordering::Relaxed) {
            tokio::spawn(look(Arc::downgrade(self), doubt));
        }
    }

    fn trip(&self) {
        if !self.open.swap(true, Ordering::Relaxed) {
            self.tripped.notify_waiters();
            self.gauge().increment(1.0);
            tracing::info!(address = %self.address, service = %self.origin, "does not answer; calls to it are held back");
        }
    }

    fn close(&self) {
        if self.open.swap(false, Ordering::Relaxed) {
            self.closed.fetch_add(1, Ordering::Relaxed);
            self.gauge().decrement(1.0);
            tracing::info!(address = %self.address, service = %self.origin, "answers again; calls go there");
        }
    }

    fn gauge(&self) -> metrics::Gauge {
        metrics::gauge!("waybill_breakers_open", "service" => self.origin.to_string())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if !self.usable() {
            self.gauge().decrement(1.0);
        }
    }
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// Whether the server responds at all. One that reports NOT_SERVING (it is stopping, or its database refuses writes) does.
    Answers,
    /// Whether it is serving: its calls to others ended without a response.
    Serves,
}

/// Repeats the check until it passes, or the peer is no longer used.
async fn look(peer: Weak<Peer>, doubt: Doubt) {
    for pause in backoff(FIRST_PAUSE, MAX_PAUSE).build() {
        let Some(asked) = peer.upgrade() else { return };
        // While calls are held back, each check uses a new connection: the old one may be broken, and a balancer may know another
        // server by now.
        let closed = asked.closed.load(Ordering::Relaxed);
        let held_back = !asked.usable();
        let channel = if held_back {
            connect(&asked.origin, asked.address)
        } else {
            asked.channel.lock().clone()
        };
        let look = async {
            // A connection that just ends is no reason to hold calls back: its calls are sent again.
            loop {
                match answer(channel.clone(), doubt).await {
                    Err(_) if !held_back => tokio::time::sleep(FIRST_PAUSE).await,
                    answer => break answer.unwrap_or(false),
                }
            }
        };
        let passes = tokio::time::timeout(PATIENCE, look).await.unwrap_or(false);
        if passes {
            *asked.channel.lock() = channel;
            asked.looking.store(false, Ordering::Relaxed);
            asked.close();
            return;
        }
        // Unless the server was found to respond since.
        if asked.closed.load(Ordering::Relaxed) == closed {
            asked.trip();
        }
        drop(asked);
        tokio::time::sleep(pause).await;
    }
}

/// Whether the server passes the check. A server without the health service passes. An error means that the connection failed.
async fn answer(channel: Channel, doubt: Doubt) -> Result<bool, Status> {
    let mut request = tonic::Request::new(HealthCheckRequest::default());
    request.set_timeout(PATIENCE);
    match HealthClient::new(channel).check(request).await {
        Ok(answer) => {
            Ok(doubt == Doubt::Answers || answer.get_ref().status() == ServingStatus::Serving)
        }
        Err(status) if status.code() == Code::Unimplemented => Ok(true),
        Err(status) => Err(status),
    }
}

/// The code of an error response.
fn code_of(response: &Response<Body>) -> Option<Code> {
    Status::from_header_map(response.headers()).map(|status| status.code())
}

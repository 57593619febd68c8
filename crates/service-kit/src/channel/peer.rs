//! One address of a service: its connection, and a breaker that holds calls back while nobody answers there.
//!
//! Slow is not hung: a call that waits makes this look, by `grpc.health.v1`, whether the server answers at all. Only if it does
//! not, calls are held back, and the same question, asked by one task at growing intervals, lets them through again. So no call
//! of a user is ever the one that tries.

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

/// A call that waits for longer, while nothing else is answered either, is a reason to look.
const SUSPICIOUS: Duration = Duration::from_secs(1);
/// A server that does not answer within this does not answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause between two looks grows from this …
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
    /// For those who wait when that begins.
    tripped: Notify,
    /// A task looks whether it answers.
    looking: AtomicBool,
    /// Somebody cannot wait for that task.
    looking_now: tokio::sync::Mutex<()>,
    /// How often calls were let through again.
    closed: AtomicU64,
    /// The number of answers, to see whether there are any.
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

    /// Whether calls may go there.
    pub(super) fn usable(&self) -> bool {
        !self.open.load(Ordering::Relaxed)
    }

    /// Sends a call that has `deadline` to be answered. One that waits is given up with the others when the server turns out not to
    /// answer.
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
            // It answers, but what it needs itself may not.
            if code_of(response) == Some(Code::DeadlineExceeded) {
                self.look(Doubt::Serves);
            }
        }
        Ok(outcome?)
    }

    /// Sends a call that is to be answered even while others are held back.
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

    /// Holds calls back until it answers.
    pub(super) fn hold_back(self: &Arc<Self>) {
        self.trip();
        self.look(Doubt::Serves);
    }

    /// Looks at once and not when it is time again, and lets calls through if it answers. Whoever comes in between waits for that look.
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

    /// Looks whether the doubt is right, unless that is being done.
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

/// What is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// Whether anybody answers. One that says it does not serve (it is leaving, or its database takes no writes) does.
    Answers,
    /// Whether it has what it needs: its own calls ended without an answer.
    Serves,
}

/// Asks until the doubt is wrong, or nobody needs the peer any more.
async fn look(peer: Weak<Peer>, doubt: Doubt) {
    for pause in backoff(FIRST_PAUSE, MAX_PAUSE).build() {
        let Some(asked) = peer.upgrade() else { return };
        // While calls are held back, each time on a new connection: the old one may be what is broken, and a balancer may know
        // of another server by now.
        let closed = asked.closed.load(Ordering::Relaxed);
        let held_back = !asked.usable();
        let channel = if held_back {
            connect(&asked.origin, asked.address)
        } else {
            asked.channel.lock().clone()
        };
        let look = async {
            // A connection that just ends is no reason to hold calls back: those that it takes along are sent again.
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
        // Unless it was found to answer since.
        if asked.closed.load(Ordering::Relaxed) == closed {
            asked.trip();
        }
        drop(asked);
        tokio::time::sleep(pause).await;
    }
}

/// Whether the server is well as far as that was in doubt. One without the health service is. An error says that the connection
/// failed.
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

/// The code of an answer that is an error.
fn code_of(response: &Response<Body>) -> Option<Code> {
    Status::from_header_map(response.headers()).map(|status| status.code())
}

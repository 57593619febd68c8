//! Whether a service can work. Its calls need its database, for writing too ([`Db::ping`] checks that). Without the bus they
//! still succeed, and events wait in the outbox: then the service is degraded, which a metric shows and readiness does not.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{Stream, StreamExt as _, stream};
use parking_lot::Mutex;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse,
    health_check_response::ServingStatus,
    health_server::{Health, HealthServer},
};
use waybill_bus::Bus;
use waybill_store::Db;

/// A part that does not respond within this time is down.
const PATIENCE: Duration = Duration::from_secs(1);
/// A result of the database check is reused for this long, however many ask.
const FRESH: Duration = Duration::from_millis(500);
/// How often the parts are checked when nobody asks.
const EVERY: Duration = Duration::from_secs(5);

/// The state of a service's parts. Cheap to clone.
#[derive(Clone)]
pub struct Readiness {
    database: Arc<Probe>,
    bus: Arc<dyn Bus>,
    /// The result of the last check.
    bus_up: Arc<AtomicBool>,
    stop: CancellationToken,
}

/// The state of a service.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    pub stopping: bool,
    pub database: bool,
    pub bus: bool,
}

impl Report {
    /// Whether calls should be sent here.
    pub fn ready(self) -> bool {
        self.database && !self.stopping
    }
}

impl Readiness {
    /// Starts the checks; they end with `stop`, after which the service is not ready.
    pub fn start(name: &'static str, db: &Db, bus: &Arc<dyn Bus>, stop: CancellationToken) -> Self {
        let readiness = Self {
            database: Arc::new(Probe::new(db.clone())),
            bus: Arc::clone(bus),
            bus_up: Arc::new(AtomicBool::new(true)),
            stop,
        };
        tokio::spawn(readiness.clone().measure(name));
        readiness
    }

    /// The current state of the service; returns within [`PATIENCE`] even while its database hangs. The state of the bus is at
    /// most [`EVERY`] old: readiness does not depend on it, and must not wait for it.
    pub async fn report(&self) -> Report {
        Report {
            database: self.database.answers().await,
            bus: self.bus_up.load(Ordering::Relaxed),
            stopping: self.stop.is_cancelled(),
        }
    }

    /// `grpc.health.v1`, for callers in the network and in this process.
    pub fn health(&self) -> HealthServer<Self> {
        HealthServer::new(self.clone())
    }

    /// Updates the metric that alerts use, and logs when a part goes down or comes back.
    async fn measure(self, name: &'static str) {
        let mut before = [true; 2];
        loop {
            let bus = timeout(PATIENCE, self.bus.healthy());
            let (database, bus) = tokio::join!(self.database.answers(), bus);
            let bus = bus.unwrap_or(false);
            self.bus_up.store(bus, Ordering::Relaxed);
            let parts = [("database", database), ("bus", bus)];
            for ((part, up), was_up) in parts.into_iter().zip(&mut before) {
                metrics::gauge!("waybill_part_up", "service" => name, "part" => part)
                    .set(f64::from(u8::from(up)));
                match (*was_up, up) {
                    (true, false) => tracing::warn!(service = name, part, "a part is down"),
                    (false, true) => tracing::info!(service = name, part, "a part is up again"),
                    _ => {}
                }
                *was_up = up;
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    async fn serving(&self) -> HealthCheckResponse {
        let status = if self.report().await.ready() {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        };
        HealthCheckResponse {
            status: status.into(),
        }
    }
}

/// The process has one service; only the whole of it can be checked.
fn whole(request: &Request<HealthCheckRequest>) -> Result<(), Status> {
    if request.get_ref().service.is_empty() {
        return Ok(());
    }
    Err(Status::not_found("ask for the service without a name"))
}

#[tonic::async_trait]
impl Health for Readiness {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        whole(&request)?;
        Ok(Response::new(self.serving().await))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        whole(&request)?;
        let states = stream::unfold((self.clone(), None), |(readiness, last)| async move {
            loop {
                let state = readiness.serving().await;
                if last != Some(state.status) {
                    let status = state.status;
                    return Some((Ok(state), (readiness, Some(status))));
                }
                if readiness.stop.is_cancelled() {
                    return None;
                }
                tokio::select! {
                    () = readiness.stop.cancelled() => {}
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
        });
        Ok(Response::new(states.boxed()))
    }
}

/// Checks the database, one check at a time however many ask, and never aborts one half-way: a connection that is left in the
/// middle of a statement may be lost.
struct Probe {
    db: Db,
    last: watch::Sender<Option<(Instant, bool)>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Probe {
    fn new(db: Db) -> Self {
        Self {
            db,
            last: watch::Sender::new(None),
            task: Mutex::new(None),
        }
    }

    /// Whether the database accepts writes.
    async fn answers(self: &Arc<Self>) -> bool {
        // Subscribes before the last result is read, so that none is missed.
        let mut answers = self.last.subscribe();
        let last = *answers.borrow_and_update();
        if let Some((at, up)) = last
            && at.elapsed() < FRESH
        {
            return up;
        }
        self.ask();
        let answered = timeout(PATIENCE, answers.changed()).await;
        let last = *answers.borrow();
        matches!(answered, Ok(Ok(()))) && last.is_some_and(|(_, up)| up)
    }

    fn ask(self: &Arc<Self>) {
        let mut task = self.task.lock();
        if task.as_ref().is_none_or(JoinHandle::is_finished) {
            let probe = Arc::clone(self);
            *task = Some(tokio::spawn(async move {
                let up = probe.db.ping().await.is_ok();
                probe.last.send_replace(Some((Instant::now(), up)));
            }));
        }
    }
}

//! The parts of a service, and how they are started and drained. The same in both shapes.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::service::Routes;
use tower::{Layer as _, util::BoxCloneSyncService};
use tracing::Instrument as _;
use waybill_bus::Bus;
use waybill_primitives::{Clock, Currency, Outage, Report, SystemClock};
use waybill_store::{
    Db, EventHandler, RelayConfig, Retention, RetryPolicy, run_consumer, run_relay,
};

use crate::{
    AppError, CallContext, GrpcChannel,
    layers::ServerLayer,
    settings::Environment,
    tokens::{ServiceTokens, Verifier},
};

/// What every service is built from. Cheap to clone.
#[derive(Clone)]
pub struct Deps {
    pub db: Db,
    pub bus: Arc<dyn Bus>,
    pub verifier: Arc<Verifier>,
    pub service_tokens: ServiceTokens,
    pub clock: Arc<dyn Clock>,
    /// Cancelled when the service should stop its consumers, jobs and relay.
    pub stop: CancellationToken,
    pub environment: Environment,
    /// The currency of the shop.
    pub currency: Currency,
}

impl Deps {
    /// With the system's clock, in development, in US dollars; set the fields for anything else.
    pub fn new(
        db: Db,
        bus: Arc<dyn Bus>,
        verifier: Arc<Verifier>,
        service_tokens: ServiceTokens,
    ) -> Self {
        Self {
            db,
            bus,
            verifier,
            service_tokens,
            clock: Arc::new(SystemClock),
            stop: CancellationToken::new(),
            environment: Environment::Development,
            currency: Currency::USD,
        }
    }

    /// A context in which the service calls others under its own name.
    pub fn system_context(&self) -> Result<CallContext, AppError> {
        CallContext::system().with_service_token(&self.service_tokens, self.db.service())
    }
}

/// A built service that does not run yet.
pub struct Service {
    pub name: &'static str,
    pub routes: Routes,
    pub consumers: Vec<Arc<dyn EventHandler>>,
    pub jobs: Vec<Job>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A background job: it reconciles state without input, and is safe to repeat or to run on two replicas at once.
#[derive(Clone)]
pub struct Job {
    pub name: &'static str,
    /// The pause between two runs. The first run is at the start.
    pub every: Duration,
    /// Ends the pause early.
    pub wake: Option<Arc<Notify>>,
    pub run: Arc<dyn Fn() -> BoxFuture<'static, Result<(), AppError>> + Send + Sync>,
}

impl Job {
    pub fn new<F, Fut>(name: &'static str, every: Duration, run: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), AppError>> + Send + 'static,
    {
        Self {
            name,
            every,
            wake: None,
            run: Arc::new(move || Box::pin(run())),
        }
    }

    #[must_use]
    pub fn woken_by(mut self, wake: Arc<Notify>) -> Self {
        self.wake = Some(wake);
        self
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("name", &self.name)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

/// A service whose consumers, jobs and relay run.
pub struct Running {
    pub name: &'static str,
    pub(crate) routes: Routes,
    pub(crate) layer: ServerLayer,
    pub(crate) db: Db,
    pub(crate) bus: Arc<dyn Bus>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Calls the service within this process, through the same layers as over the network.
    pub fn channel(&self) -> GrpcChannel {
        guarded(&self.layer, self.routes.clone())
    }

    /// Stops consumers, jobs and relay and waits for their running work. False if that took longer than `deadline`.
    pub async fn drain(&self, deadline: Duration) -> bool {
        self.stop.cancel();
        self.tasks.close();
        let ended = tokio::time::timeout(deadline, self.tasks.wait())
            .await
            .is_ok();
        if !ended {
            tracing::warn!(service = self.name, ?deadline, "work did not end in time");
        }
        ended
    }
}

/// Routes of this process behind the server's layers.
pub fn guarded(layer: &ServerLayer, routes: Routes) -> GrpcChannel {
    BoxCloneSyncService::new(layer.layer(routes.prepare()))
}

/// The routes of a service behind the server's layers, before it runs: for peers that are built with it.
pub fn local_channel(service: &Service, deps: &Deps) -> GrpcChannel {
    guarded(&layer_of(service.name, deps), service.routes.clone())
}

fn layer_of(name: &'static str, deps: &Deps) -> ServerLayer {
    ServerLayer::new(
        name,
        Arc::clone(&deps.verifier),
        deps.service_tokens.clone(),
    )
}

/// One line for all migrations of a start.
fn log_migrations<'a>(databases: impl IntoIterator<Item = &'a Db>) {
    let migrations: usize = databases.into_iter().map(Db::migrated).sum();
    if migrations > 0 {
        tracing::info!(migrations, "the databases were brought up to date");
    }
}

/// Starts one service: consumers, then jobs and relay. The bus need not be available yet: the relay creates the service's stream
/// when it is, and until then events wait in the outbox.
pub async fn start(service: Service, deps: &Deps) -> Result<Running, AppError> {
    log_migrations([&deps.db]);
    let prepared = prepare(service, deps).await?;
    Ok(prepared.go())
}

/// Starts several services of one process: the consumers of all before the relay of any, so that an in-process bus publishes no
/// event before all its consumers are registered.
pub async fn start_all(services: Vec<(Service, Deps)>) -> Result<Vec<Running>, AppError> {
    log_migrations(services.iter().map(|(_, deps)| &deps.db));
    let mut all = Vec::with_capacity(services.len());
    for (service, deps) in services {
        all.push(prepare(service, &deps).await?);
    }
    Ok(all.into_iter().map(Prepared::go).collect())
}

/// Its consumers run; its jobs and relay do not yet.
struct Prepared {
    running: Running,
    jobs: Vec<Job>,
}

async fn prepare(service: Service, deps: &Deps) -> Result<Prepared, AppError> {
    let running = Running {
        name: service.name,
        layer: layer_of(service.name, deps),
        routes: service.routes,
        db: deps.db.clone(),
        bus: Arc::clone(&deps.bus),
        stop: deps.stop.clone(),
        tasks: TaskTracker::new(),
    };
    for handler in service.consumers {
        let name = handler.info().name;
        let task = run_consumer(
            deps.db.clone(),
            Arc::clone(&deps.bus),
            handler,
            RetryPolicy::default(),
            deps.stop.clone(),
        )
        .await
        .map_err(AppError::internal)?;
        running.watch(name, task);
    }
    Ok(Prepared {
        running,
        jobs: service.jobs,
    })
}

impl Running {
    /// Watches a task of the store; one that ends by itself is a bug and is logged.
    fn watch(&self, what: &'static str, task: tokio::task::JoinHandle<()>) {
        let (name, stop) = (self.name, self.stop.clone());
        self.tasks.spawn(async move {
            let outcome = task.await;
            if !stop.is_cancelled() {
                tracing::error!(
                    service = name,
                    task = what,
                    ?outcome,
                    "a task ended by itself"
                );
            }
        });
    }
}

impl Prepared {
    fn go(self) -> Running {
        let Self { running, jobs } = self;
        let housekeeping = housekeeping(&running.db);
        for job in jobs.into_iter().chain(housekeeping) {
            let (name, stop) = (running.name, running.stop.clone());
            running.tasks.spawn(run_job(name, job, stop));
        }
        let relay = run_relay(
            running.db.clone(),
            Arc::clone(&running.bus),
            RelayConfig::default(),
            running.stop.clone(),
        );
        running.watch("relay", relay);
        tracing::info!(service = running.name, "started");
        running
    }
}

/// The jobs of every service.
fn housekeeping(db: &Db) -> [Job; 3] {
    let (pruned, keys, measured) = (db.clone(), db.clone(), db.clone());
    [
        Job::new("prune-keys", Duration::from_mins(1), move || {
            let db = keys.clone();
            async move { Ok(waybill_store::prune_keys(&db, &Retention::default()).await?) }
        }),
        Job::new("prune", Duration::from_hours(1), move || {
            let db = pruned.clone();
            async move { Ok(waybill_store::prune(&db, &Retention::default()).await?) }
        }),
        Job::new("measure-outbox", Duration::from_secs(15), move || {
            let db = measured.clone();
            async move {
                let backlog = waybill_store::backlog(&db).await?;
                metrics::gauge!("waybill_outbox_backlog", "service" => db.service())
                    .set(backlog as f64);
                Ok(())
            }
        }),
    ]
}

/// Runs a job at once, then on its timer and signal, until `stop`. Failures and panics are logged; the job runs again.
async fn run_job(service: &'static str, job: Job, stop: CancellationToken) {
    let failing = Outage::default();
    loop {
        let span = tracing::info_span!(
            "job",
            service,
            job = job.name,
            request_id = %crate::caller::new_request_id(),
        );
        let run = AssertUnwindSafe((job.run)())
            .catch_unwind()
            .instrument(span);
        let outcome = match run.await {
            Ok(Ok(())) => {
                if let Some(Report { failures, lasted }) = failing.over() {
                    tracing::info!(
                        service,
                        job = job.name,
                        failures,
                        ?lasted,
                        "a job works again"
                    );
                }
                "ok"
            }
            Ok(Err(error)) => {
                if let Some(Report { failures, .. }) = failing.failed() {
                    let causes = crate::error::chain(&error);
                    tracing::error!(service, job = job.name, failures, error = %causes, "a job failed; it will run again");
                }
                "failed"
            }
            Err(_) => {
                tracing::error!(service, job = job.name, "a job panicked; it will run again");
                "panicked"
            }
        };
        metrics::counter!(
            "waybill_job_runs_total",
            "service" => service, "job" => job.name, "outcome" => outcome,
        )
        .increment(1);
        let woken = async {
            match &job.wake {
                Some(wake) => wake.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(job.every) => {}
            () = woken => {}
        }
    }
}

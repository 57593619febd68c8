//! A platform under load, into which a fault is injected.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{
    account::Account,
    check::{Check, Differences},
    load::{Client, Load, People},
};
use crate::{Platform, Setup, Shape, client::http};

/// Orders per second of the steady load: enough to keep every part busy.
const PACE: u32 = 120;
/// The load makes progress within this time, unless something is down.
const PROGRESS: Duration = Duration::from_mins(1);
/// Everything works again within this time after the fault.
const RECOVERY: Duration = Duration::from_mins(2);
/// A process ends cleanly within this time.
const STOP: Duration = Duration::from_mins(1);
/// What is delivered by events arrives within this time.
const ARRIVAL: Duration = Duration::from_mins(3);
const POLL: Duration = Duration::from_millis(20);
/// A process whose memory is unbounded grows beyond this; an idle one takes a tenth.
const MEMORY_MB: u64 = 500;

/// How one fault is to be run.
#[derive(Debug, Clone)]
pub struct Run {
    pub bin: PathBuf,
    pub shape: Shape,
    /// How long the fault lasts, or how many rounds it has.
    pub harm: Duration,
    /// The folder for the logs of its processes.
    pub folder: PathBuf,
}

/// The result of a fault.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Why it could not run.
    pub skipped: Option<String>,
    pub tried: usize,
    pub acknowledged: usize,
    pub differences: Differences,
    /// Responses that were not a success, by kind.
    pub failed: BTreeMap<String, u64>,
    /// From the end of the fault to the next acknowledged order, and to the next one that is shown as PAID.
    pub recovery: Option<(Duration, Duration)>,
    pub notes: Vec<String>,
}

/// A platform with clients.
pub struct Scene {
    pub run: Run,
    pub platform: Platform,
    pub people: People,
    pub account: Arc<Account>,
    load: Option<Load>,
    found: Differences,
    recovery: Option<(Duration, Duration)>,
    pub notes: Vec<String>,
}

impl Run {
    /// The setup of a platform in the run's shape; its logs stay in the run's folder.
    pub fn setup(&self) -> Setup {
        Setup::new(self.shape, &self.bin).logs(&self.folder)
    }

    /// The outcome of a fault that this machine cannot run.
    pub fn skipped(reason: &str) -> Outcome {
        Outcome {
            skipped: Some(reason.to_owned()),
            ..Outcome::default()
        }
    }

    /// Starts the platform and its load; returns when the load has made progress.
    pub async fn scene(self, setup: Setup) -> Result<Scene> {
        let mut scene = self.quiet_scene(setup).await?;
        scene.load(PACE);
        scene.see_progress().await?;
        Ok(scene)
    }

    /// As [`Run::scene`], without load.
    pub async fn quiet_scene(self, setup: Setup) -> Result<Scene> {
        fs::create_dir_all(&self.folder)?;
        let platform = Platform::start_setup(setup).await;
        let platform = platform.context("the platform cannot be started on this machine")?;
        let people = People::enrol(&platform.api()).await;
        Ok(Scene {
            run: self,
            platform,
            people,
            account: Arc::default(),
            load: None,
            found: Differences::default(),
            recovery: None,
            notes: Vec::new(),
        })
    }
}

impl Scene {
    /// Starts a load of so many orders a second.
    pub fn load(&mut self, per_second: u32) {
        self.load = Some(Load::start(&self.people, &self.account, per_second));
    }

    /// Waits until the running requests have been answered.
    pub async fn rest(&mut self) {
        if let Some(load) = self.load.take() {
            load.stop().await;
        }
    }

    /// Waits while the fault lasts.
    pub async fn harm(&self) {
        sleep(self.run.harm).await;
    }

    /// Records a failed step as a broken promise; the account is compared anyway.
    fn note(&self, step: Result<()>) {
        if let Err(error) = step {
            self.account.broken(format!("{error:#}"));
        }
    }

    /// Waits until the load makes progress from now on.
    pub async fn progress(&self) {
        self.note(self.see_progress().await);
    }

    async fn see_progress(&self) -> Result<()> {
        let count = || self.account.book().paid.len();
        let before = count();
        let start = Instant::now();
        while count() < before + 3 {
            if start.elapsed() > PROGRESS {
                bail!("the load does not get anything done");
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    /// The fault is over: measures until an order is acknowledged, and until one is shown as PAID.
    pub async fn recovered(&mut self) {
        let recovered = self.see_recovery().await;
        self.note(recovered);
    }

    async fn see_recovery(&mut self) -> Result<()> {
        let start = Instant::now();
        let client = self.client();
        let key = format!("after-{}", Uuid::new_v4().simple());
        let placed = client.place(0, &key, false, RECOVERY).await;
        let placed = placed.context("orders are not taken again")?;
        let first = start.elapsed();
        let customer = &self.people.customers[0];
        if !client.pay(customer, &placed.id, &key).await {
            bail!("payments are not taken again");
        }
        self.account.book().paid.insert(placed.id.clone());
        let path = format!("/orders/{}", placed.id);
        loop {
            let order = customer.send(reqwest::Method::GET, &path, None, &[]).await;
            if order.is_ok_and(|order| order.body["paymentStatus"] == "PAID") {
                break;
            }
            if start.elapsed() > RECOVERY {
                bail!("a payment does not reach its order");
            }
            sleep(POLL).await;
        }
        let both = (first, start.elapsed());
        let worst = self.recovery.unwrap_or_default();
        self.recovery = Some((worst.0.max(both.0), worst.1.max(both.1)));
        Ok(())
    }

    /// Waits until a request of the load is refused.
    pub async fn refused(&self) {
        self.note(self.see_refusal().await);
    }

    async fn see_refusal(&self) -> Result<()> {
        let failed = || self.account.book().failed.values().sum::<u64>();
        let before = failed();
        let start = Instant::now();
        while failed() == before {
            if start.elapsed() > PROGRESS {
                bail!("the fault has no effect: nothing is refused");
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    /// Waits until so many further orders are acknowledged.
    pub async fn more_orders(&self, count: usize) {
        self.note(self.see_orders(count).await);
    }

    async fn see_orders(&self, count: usize) -> Result<()> {
        let enough = self.account.orders() + count;
        let start = Instant::now();
        while self.account.orders() < enough {
            if start.elapsed() > PROGRESS {
                bail!("{count} further orders are not taken within a minute");
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    /// A client in addition to the load's, which is not stopped with it.
    pub fn client(&self) -> Client {
        let stop = Arc::new(AtomicBool::new(false));
        Client::new(&self.people, &self.account, &stop)
    }

    /// Checks that the gateway reports the expected state within some seconds: `/readyz` its own readiness, `/health` that of the
    /// databases. A gateway in a process of its own is ready without databases, since it can respond.
    pub async fn expect_ready(&mut self, ready: bool) {
        let base = self.platform.base.clone();
        let start = Instant::now();
        let client = http();
        let mut last = String::new();
        while start.elapsed() < Duration::from_secs(15) {
            let answer = client.get(format!("{base}/readyz")).send().await;
            let status = answer.map_or(0, |answer| answer.status().as_u16());
            let health = match client.get(format!("{base}/health")).send().await {
                Ok(answer) => answer.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            let well = status == 200 && !health.contains("\"database\":\"disconnected\"");
            if well == ready {
                return;
            }
            last = format!("{base}/readyz answers {status}, /health {health}");
            sleep(POLL).await;
        }
        let what = if ready { "ready" } else { "not ready" };
        self.account
            .broken(format!("the platform should say that it is {what}: {last}"));
    }

    /// Ends the load, compares the account, restarts everything and compares once more.
    pub async fn finish(mut self) -> Result<Outcome> {
        self.rest().await;
        let mut peaks = String::new();
        for name in self.platform.process_names() {
            let peak = self.platform.peak_mb(name);
            let _ = write!(peaks, " {name} {peak}");
            if peak > MEMORY_MB {
                self.account
                    .broken(format!("{name} took {peak} MB of memory"));
            }
        }
        self.notes.push(format!("peak MB:{peaks}"));
        let start = Instant::now();
        self.platform.ready().await;
        self.compare().await;
        let compared = start.elapsed().as_secs();
        self.restart_all().await;
        let restarted = start.elapsed().as_secs() - compared;
        self.compare().await;
        let again = start.elapsed().as_secs() - compared - restarted;
        self.notes.push(format!(
            "compared in {compared} s, restarted in {restarted} s, compared again in {again} s"
        ));
        let book = self.account.book();
        let mut differences = self.found;
        differences.wrong.extend(book.broken.iter().cloned());
        Ok(Outcome {
            skipped: None,
            tried: book.tried.len(),
            acknowledged: book.placed.len(),
            differences,
            failed: book.failed.clone(),
            recovery: self.recovery,
            notes: self.notes,
        })
    }

    pub async fn compare(&mut self) {
        let mut check = Check {
            platform: &self.platform,
            people: &self.people,
            account: &self.account,
            found: &mut self.found,
            end: Instant::now() + ARRIVAL,
        };
        check.run().await;
    }

    /// A clean restart of everything.
    pub async fn restart_all(&mut self) {
        let names = self.platform.process_names();
        for name in names.iter().rev() {
            let code = self.platform.stop_within(name, STOP).await;
            if code != Some(0) {
                self.account
                    .broken(format!("{name} ended with {code:?} at SIGTERM"));
            }
        }
        for name in names {
            self.platform.start_process(name);
        }
        self.platform.ready().await;
    }
}

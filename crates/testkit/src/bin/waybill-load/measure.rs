//! Repeats an operation on several connections and measures how long each repetition takes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;

/// How much load.
#[derive(Debug, Clone)]
pub struct Load {
    pub connections: usize,
    /// How long to measure, after a tenth of it to warm up.
    pub duration: Duration,
    /// Operations that begin in a second, whatever the answers take. Without it, each connection begins the next one as soon as it has
    /// the answer.
    pub rate: Option<f64>,
}

/// The result of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    pub connections: usize,
    /// Those that began after the warm-up.
    pub operations: usize,
    /// With those of the warm-up.
    pub all_operations: usize,
    pub per_second: f64,
    #[serde(flatten)]
    pub times: Times,
    pub errors: usize,
}

/// Percentiles, in milliseconds.
#[derive(Debug, Serialize)]
pub struct Times {
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    /// p99 / p50.
    pub tail: f64,
}

impl Times {
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: f64| {
            let index = (times.len() as f64 * share) as usize;
            times
                .get(index.min(times.len().saturating_sub(1)))
                .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        let (p50_ms, p99_ms) = (at(0.5), at(0.99));
        Self {
            p50_ms,
            p99_ms,
            p999_ms: at(0.999),
            tail: if p50_ms > 0.0 { p99_ms / p50_ms } else { 0.0 },
        }
    }
}

/// One connection that can repeat its operation.
pub trait Worker: Send + 'static {
    /// Whether the operation succeeded; an error ends the run.
    fn once(&mut self) -> impl Future<Output = Result<bool>> + Send;
}

/// Tells the bench what begins now: it reads the CPU time and the memory of the others then.
pub fn phase(name: &str) {
    println!("{}", json!({"phase": name}));
}

/// When the operations begin.
#[derive(Clone)]
struct Pace {
    start: Instant,
    rate: Option<f64>,
    begun: Arc<AtomicU64>,
}

impl Pace {
    /// Waits for the next operation's turn. Returns from when on its time counts: with a rate, that is its turn, even if all connections
    /// were still busy then.
    async fn next(&self) -> Instant {
        let Some(rate) = self.rate else {
            return Instant::now();
        };
        let turn = self.begun.fetch_add(1, Ordering::Relaxed) as f64 / rate;
        let turn = self.start + Duration::from_secs_f64(turn);
        tokio::time::sleep_until(turn.into()).await;
        turn
    }
}

impl Load {
    pub async fn run<W: Worker>(&self, workers: Vec<W>) -> Result<Report> {
        phase("warming");
        let pace = Pace {
            start: Instant::now(),
            rate: self.rate,
            begun: Arc::default(),
        };
        let warm = pace.start + self.duration / 10;
        let end = warm + self.duration;
        let mut running = JoinSet::new();
        for mut worker in workers {
            let (pace, load) = (pace.clone(), self.clone());
            running.spawn(async move {
                let (mut times, mut early, mut errors) = (Vec::new(), 0, 0_usize);
                loop {
                    let start = pace.next().await;
                    // Too slow for the rate: it ends all the same.
                    let late = Instant::now() > end + load.duration;
                    if start >= end || late {
                        return anyhow::Ok((times, early, errors));
                    }
                    let done = worker.once().await?;
                    if start < warm {
                        early += usize::from(done);
                    } else if done {
                        times.push(start.elapsed());
                    } else {
                        errors += 1;
                    }
                }
            });
        }
        tokio::time::sleep_until(warm.into()).await;
        phase("measuring");
        let (mut times, mut early, mut errors) = (Vec::new(), 0, 0);
        while let Some(outcome) = running.join_next().await {
            let (some, before, failed) = outcome??;
            times.extend(some);
            early += before;
            errors += failed;
        }
        // At a rate that is too high, the answers take longer than the time in which they were asked for.
        let took = match self.rate {
            Some(_) => warm.elapsed().max(self.duration),
            None => self.duration,
        };
        Ok(Report {
            connections: self.connections,
            operations: times.len(),
            all_operations: early + times.len(),
            per_second: times.len() as f64 / took.as_secs_f64(),
            times: Times::of(times),
            errors,
        })
    }
}

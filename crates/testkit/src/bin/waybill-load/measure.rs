//! Repeats an operation on several connections and measures how long each repetition takes.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use tokio::task::JoinSet;

/// How much load.
#[derive(Debug, Clone)]
pub struct Load {
    pub connections: usize,
    pub duration: Duration,
}

/// The result of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    pub connections: usize,
    pub operations: usize,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub errors: usize,
}

/// One connection that can repeat its operation.
pub trait Worker: Send + 'static {
    /// Whether the operation succeeded; an error ends the run.
    fn once(&mut self) -> impl Future<Output = Result<bool>> + Send;
}

impl Load {
    pub async fn run<W: Worker>(&self, workers: Vec<W>) -> Result<Report> {
        let warm = Instant::now() + self.duration / 10;
        let end = warm + self.duration;
        let mut running = JoinSet::new();
        for mut worker in workers {
            running.spawn(async move {
                let (mut times, mut errors) = (Vec::new(), 0_usize);
                while Instant::now() < end {
                    let start = Instant::now();
                    let done = worker.once().await?;
                    if start < warm {
                        continue;
                    }
                    if done {
                        times.push(start.elapsed());
                    } else {
                        errors += 1;
                    }
                }
                anyhow::Ok((times, errors))
            });
        }
        let (mut times, mut errors) = (Vec::new(), 0);
        while let Some(outcome) = running.join_next().await {
            let (some, failed) = outcome??;
            times.extend(some);
            errors += failed;
        }
        times.sort_unstable();
        let at = |share: f64| {
            let index = (times.len() as f64 * share) as usize;
            times
                .get(index.min(times.len().saturating_sub(1)))
                .map_or(0.0, milliseconds)
        };
        Ok(Report {
            connections: self.connections,
            operations: times.len(),
            per_second: times.len() as f64 / self.duration.as_secs_f64(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            errors,
        })
    }
}

fn milliseconds(time: &Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

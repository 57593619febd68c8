//! Runs a load generator and reads, meanwhile, what CPU time the others use.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{
    Bench,
    platform::{EMAIL, PASSWORD, Platform, program},
    usage::{Groups, Sample, per_operation, sample},
};

/// A process is idle when it uses less of a processor than this share.
const IDLE: f64 = 0.05;
const LOOK: Duration = Duration::from_millis(250);
/// A platform that is busy for longer without being asked anything never rests.
const PATIENCE: Duration = Duration::from_mins(3);
/// The load generator among the groups.
const LOAD: &str = "load";

/// What a load generator printed, and the CPU time at the beginning of each phase that it announced, at its `start` and its `end`.
pub struct Watched {
    pub output: String,
    samples: BTreeMap<String, Sample>,
}

impl Watched {
    fn sample(&self, phase: &str) -> &Sample {
        self.samples
            .get(phase)
            .unwrap_or_else(|| &self.samples["start"])
    }

    /// The result, with the CPU time of each operation while it was measured.
    pub fn figures(&self) -> Result<Value> {
        let mut figures: Value = serde_json::from_str(self.output.trim())?;
        self.add_cpu(&mut figures);
        Ok(figures)
    }

    pub fn add_cpu(&self, figures: &mut Value) {
        if let Some(operations) = figures["operations"].as_f64() {
            let (from, to) = (self.sample("measuring"), self.sample("end"));
            figures["cpu_us"] = per_operation(from, to, operations);
        }
    }
}

/// Runs a command to its end. `at` is called at the beginning of each phase.
pub fn watch(command: &mut Command, groups: &Groups, mut at: impl FnMut(&str)) -> Result<Watched> {
    let shown = format!("{command:?}");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {shown}"))?;
    let mut groups = groups.clone();
    groups.push((LOAD.to_owned(), child.id()));
    let mut samples = BTreeMap::from([("start".to_owned(), sample(&groups))]);
    let mut output = String::new();
    let lines = child.stdout.take().context("its output is piped")?;
    for line in BufReader::new(lines).lines() {
        let line = line?;
        let phase = serde_json::from_str::<Value>(&line).ok();
        match phase.as_ref().and_then(|line| line["phase"].as_str()) {
            Some(phase) => {
                samples.insert(phase.to_owned(), sample(&groups));
                at(phase);
            }
            None => output.extend([line.as_str(), "\n"]),
        }
    }
    // A process that has ended still tells its CPU time, until its status is read.
    samples.insert("end".to_owned(), sample(&groups));
    let status = child.wait()?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    Ok(Watched { output, samples })
}

impl Bench<'_> {
    /// The load generator with these arguments.
    pub fn load(&self, arguments: &[&str]) -> Command {
        let mut command = program(&self.load);
        command
            .args(arguments)
            .args(["--seconds", &self.options.seconds.to_string()]);
        command
    }

    /// A command of the load generator about a platform, as its administrator.
    pub fn load_on(&self, platform: &Platform<'_>, command: &str, arguments: &[&str]) -> Command {
        let mut load = self.load(&[command, &platform.base]);
        load.args(["--email", EMAIL, "--password", PASSWORD]);
        load.args(arguments);
        load
    }

    /// The result of a command of the load generator that measures nothing of others.
    pub fn result(&self, arguments: &[&str]) -> Result<Value> {
        watch(&mut self.load(arguments), &Groups::new(), |_| ())?.figures()
    }

    /// Load that changes something: afterwards, waits until the platform has done all that follows from it. Adds to the figures what that
    /// was, and the CPU time of an operation with it, that of the warm-up included.
    pub fn change(&self, platform: &Platform<'_>, load: &mut Command) -> Result<Value> {
        let groups = platform.groups();
        let watched = watch(load, &groups, |_| ())?;
        let mut figures = watched.figures()?;
        let drained = self.drain(platform)?;
        let all = figures["all_operations"].as_f64().unwrap_or(0.0);
        // The load generator has ended.
        let mut end = sample(&groups);
        let load = watched.sample("end")[LOAD];
        end.insert(LOAD.to_owned(), load);
        figures["cpu_us_all"] = per_operation(watched.sample("warming"), &end, all);
        figures["backlog_after"] = drained["backlog"].clone();
        if drained["backlog"].as_i64() > Some(0) {
            figures["drained_per_second"] = drained["per_second"].clone();
        }
        Ok(figures)
    }

    /// Waits until the outboxes are empty and the platform rests.
    pub fn drain(&self, platform: &Platform<'_>) -> Result<Value> {
        let urls = platform.home.urls();
        let arguments: Vec<_> = ["drain"]
            .into_iter()
            .chain(urls.iter().map(String::as_str))
            .collect();
        let drained = self.result(&arguments)?;
        rest(&platform.processes())?;
        Ok(drained)
    }

    /// The figures of placing orders with this many connections; further arguments say what is in them.
    pub fn place(
        &self,
        platform: &Platform<'_>,
        connections: usize,
        basket: &[&str],
    ) -> Result<Value> {
        let mut load = self.load_on(platform, "place", basket);
        self.change(
            platform,
            load.args(["--connections", &connections.to_string()]),
        )
    }
}

/// Waits until each of these processes uses next to no CPU time.
pub fn rest(groups: &Groups) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    let (mut before, mut from) = (sample(groups), Instant::now());
    while Instant::now() < end {
        std::thread::sleep(LOOK);
        let (now, to) = (sample(groups), Instant::now());
        let used = per_operation(&before, &now, (to - from).as_micros() as f64);
        let mut used = used.as_object().into_iter().flatten();
        if used.all(|(_, used)| used.as_f64() < Some(IDLE)) {
            return Ok(());
        }
        (before, from) = (now, to);
    }
    bail!("the platform is still busy {PATIENCE:?} after the last request")
}

/// The milliseconds in a duration, as a figure.
pub fn milliseconds(time: Duration) -> Value {
    json!(time.as_secs_f64() * 1000.0)
}

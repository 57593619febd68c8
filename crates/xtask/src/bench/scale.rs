//! `cargo xtask bench --only scale`: the cost of lists, searches, the dashboard and the export with a thousand orders and with a
//! million.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{Bench, EMAIL, Embedded, PASSWORD, drop_databases, resident_mb};

/// The size that the other one is compared with.
const FEW: usize = 1_000;

/// The measured requests; each through the gateway by an administrator.
const ASKED: [(&str, &str); 9] = [
    ("list", "/api/v1/orders?limit=20"),
    ("oldest", "/api/v1/orders?limit=20&sort=OLDEST"),
    // The page is full at both sizes, so that the same work is compared.
    (
        "status and date",
        "/api/v1/orders?limit=20&status=IN_PROGRESS&from={days-ago:355}&to={days-ago:20}",
    ),
    // A thousand orders have about three matches, a million more than a page.
    (
        "rare status and date",
        "/api/v1/orders?limit=20&status=ON_HOLD&from={days-ago:324}&to={days-ago:81}",
    ),
    (
        "rare state",
        "/api/v1/orders?limit=20&status=COMPLETED&paymentStatus=FAILED",
    ),
    ("frequent word", "/api/v1/orders?limit=20&q=fen"),
    ("two words", "/api/v1/orders?limit=20&q=oak%20last7"),
    (
        "by total",
        "/api/v1/orders?limit=20&sort=TOTAL_DESC&status=ON_HOLD",
    ),
    ("dashboard", "/api/v1/admin/dashboard"),
];

/// The database of a measured platform.
struct Store<'a> {
    name: &'static str,
    data: &'a Path,
    settings: &'a [(&'a str, &'a str)],
    order_url: String,
    place: Vec<String>,
}

impl Bench<'_> {
    pub(super) fn scale(&mut self) -> Result<()> {
        if self.selected("scale sqlite") {
            let folder = tempfile::tempdir()?;
            let data = folder.path().join("data");
            self.scale_on(&Store {
                name: "scale sqlite",
                data: &data,
                settings: &[],
                order_url: format!("sqlite://{}/order.db", data.display()),
                place: vec!["--data-dir".to_owned(), data.display().to_string()],
            })?;
        }
        if self.selected("scale postgres") {
            let folder = tempfile::tempdir()?;
            let server = self.options.database.trim_end_matches('/').to_owned();
            let prefix = format!("waybill_scale_{}_", std::process::id());
            let settings = [
                ("WAYBILL_DATABASE_SERVER", server.as_str()),
                ("WAYBILL_DATABASE_PREFIX", prefix.as_str()),
            ];
            let outcome = self.scale_on(&Store {
                name: "scale postgres",
                data: &folder.path().join("data"),
                settings: &settings,
                order_url: format!("{server}/{prefix}order"),
                place: ["--server", &server, "--prefix", &prefix]
                    .map(str::to_owned)
                    .to_vec(),
            });
            drop_databases(&server, &prefix);
            outcome?;
        }
        Ok(())
    }

    fn scale_on(&mut self, store: &Store<'_>) -> Result<()> {
        // The first start creates the tables and the administrator.
        drop(Embedded::start(&self.bin, store.data, store.settings)?);
        let many = self.options.scale_orders;
        self.fill(store, FEW)?;
        let small = self.ask(store)?;
        self.fill(store, many.saturating_sub(FEW))?;
        let large = self.ask(store)?;
        for ((what, small), (_, large)) in small.into_iter().zip(large) {
            let p99 = |figures: &Value| figures["p99_ms"].as_f64();
            let ratio = p99(&large)
                .zip(p99(&small))
                .map(|(large, small)| large / small);
            let figures = json!({
                "p50_ms": large["p50_ms"], "p99_ms": large["p99_ms"], "per_second": large["per_second"],
                "orders": many, "errors": large["errors"], "p99_ms_at_1000": small["p99_ms"], "p99_ratio": ratio,
            });
            self.row(&format!("{}: {what}", store.name), None, figures);
        }
        let figures = self.export(store)?;
        self.row(&format!("{}: export", store.name), None, figures);
        Ok(())
    }

    /// Writes orders into the stopped platform's database and counts them.
    fn fill(&self, store: &Store<'_>, orders: usize) -> Result<()> {
        let mut fill = Command::new(self.bin.join("waybill-load"));
        fill.args(["fill", &store.order_url, "--orders", &orders.to_string()]);
        let mut rebuild = Command::new(self.bin.join("waybill"));
        rebuild.args(["rebuild", "analytics"]).args(&store.place);
        for mut command in [fill, rebuild] {
            if !command.stdout(Stdio::null()).status()?.success() {
                bail!("{command:?} failed");
            }
        }
        if store.order_url.starts_with("postgres") {
            // Autovacuum would do it a minute later.
            let mut vacuum = Command::new("psql");
            vacuum.args([store.order_url.as_str(), "-qc", "VACUUM (ANALYZE)"]);
            if !vacuum.status().is_ok_and(|status| status.success()) {
                println!("psql is not here: PostgreSQL plans without statistics");
            }
        }
        Ok(())
    }

    fn ask(&self, store: &Store<'_>) -> Result<Vec<(&'static str, Value)>> {
        let platform = Embedded::start(&self.bin, store.data, store.settings)?;
        let get = |path: &str| {
            self.load(&[
                "get",
                &platform.base,
                path,
                "--email",
                EMAIL,
                "--password",
                PASSWORD,
            ])
        };
        let mut all = Vec::new();
        for (what, path) in ASKED {
            all.push((what, get(path)?));
        }
        let newest = Command::new(self.bin.join("waybill-load"))
            .args([
                "number",
                &platform.base,
                "--email",
                EMAIL,
                "--password",
                PASSWORD,
            ])
            .output()?;
        let number = String::from_utf8(newest.stdout)?;
        let path = format!("/api/v1/orders?limit=20&q={}", number.trim());
        all.push(("number", get(&path)?));
        Ok(all)
    }

    /// All orders as one file, and how much memory the platform needs for it.
    fn export(&self, store: &Store<'_>) -> Result<Value> {
        let platform = Embedded::start(&self.bin, store.data, store.settings)?;
        let idle = platform.memory_mb();
        let (process, done, peak) = (
            platform.child.id(),
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(idle)),
        );
        let watch = std::thread::spawn({
            let (done, peak) = (Arc::clone(&done), Arc::clone(&peak));
            move || {
                while !done.load(Ordering::Relaxed) {
                    peak.fetch_max(resident_mb(process), Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        });
        let output = Command::new(self.bin.join("waybill-load"))
            .args([
                "export",
                &platform.base,
                "--email",
                EMAIL,
                "--password",
                PASSWORD,
            ])
            .stderr(Stdio::inherit())
            .output();
        done.store(true, Ordering::Relaxed);
        let _ = watch.join();
        let mut figures: Value =
            serde_json::from_slice(&output?.stdout).context("the export did not end well")?;
        let peak = peak.load(Ordering::Relaxed);
        figures["idle_mb"] = json!(idle);
        figures["peak_above_idle_mb"] = json!(peak.saturating_sub(idle));
        Ok(figures)
    }
}

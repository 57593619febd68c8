//! `cargo xtask test`: all tests in one command, on a new machine too.

use std::{env, fs, net::TcpStream, path::Path, process::Command, thread, time::Duration};

use anyhow::{Context as _, Result};

use crate::{cargo, check, junit, root, target_dir, web};

/// How many of the slowest tests are printed.
const SLOWEST: usize = 10;

pub fn test(all_databases: bool, args: &[String]) -> Result<()> {
    let skips = target_dir().join("skipped-tests.log");
    fs::create_dir_all(target_dir())?;
    let _ = fs::remove_file(&skips);
    // nextest puts it below the workspace, wherever the output folder of cargo is.
    let report = root().join("target/nextest/default/junit.xml");
    let _ = fs::remove_file(&report);

    start_servers();
    install_socketio_client()?;
    // The scenario tests start the services as processes, whichever tests were selected. They are built together with the tests:
    // a build of the services alone selects other features of their dependencies and compiles those twice.
    check(cargo().args(["build", "--workspace", "--bins", "--tests"]))?;

    let nextest = cargo()
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|o| o.status.success());
    let mut command = cargo();
    if nextest {
        command.args(["nextest", "run", "--workspace"]).args(args);
    } else {
        command.args(["test", "--workspace"]).args(args);
    }
    command.env("WAYBILL_TEST_SKIP_LOG", &skips);
    // Tests wait for servers, timers and other processes more than they compute.
    if env::var_os("NEXTEST_TEST_THREADS").is_none() {
        let cores = thread::available_parallelism()?.get();
        command.env("NEXTEST_TEST_THREADS", (2 * cores).to_string());
    }
    if all_databases {
        command.env("WAYBILL_TEST_ALL_DATABASES", "1");
    }
    // In CI the same cases each time, so that only the change itself can make it fail; elsewhere new ones, which may find
    // something.
    if env::var_os("CI").is_some() && env::var_os("PROPTEST_RNG_SEED").is_none() {
        command.env("PROPTEST_RNG_SEED", "20261121");
    }
    let outcome = check(&mut command);
    let docs = if args.is_empty() && nextest {
        check(cargo().args(["test", "--workspace", "--doc", "--quiet"]))
    } else {
        Ok(())
    };

    let pages = if args.is_empty() {
        web::test(&skips)
    } else {
        Ok(())
    };
    match fs::read_to_string(&report) {
        Ok(report) => print_slowest(&report)?,
        Err(error) => println!("\nno times of the tests: {}: {error}", report.display()),
    }
    let skipped = fs::read_to_string(&skips).unwrap_or_default();
    if !skipped.is_empty() {
        println!("\nSKIPPED, because something is missing on this machine:\n{skipped}");
    }
    println!("checks skipped: {}", skipped.lines().count());
    outcome.and(docs).and(pages)
}

/// Writes the databases of a small shop to `services/waybill/tests/databases`.
pub fn record_database(version: &str) -> Result<()> {
    check(
        cargo()
            // With the whole workspace: a single package selects other features of its dependencies and compiles them again.
            .args(["test", "--workspace", "--test", "it"])
            .arg("a_database_can_be_recorded_and_loaded")
            .env("WAYBILL_RECORD_DATABASE", version),
    )
}

fn print_slowest(report: &str) -> Result<()> {
    let mut tests = junit::cases(report)?;
    tests.sort_by(|one, other| other.seconds.total_cmp(&one.seconds));
    println!("\nthe slowest tests:");
    for test in tests.iter().take(SLOWEST) {
        println!("{:8.1} s  {}", test.seconds, test.name);
    }
    Ok(())
}

/// Starts what is installed and not running, on the standard local ports. Tests report by themselves what is not installed.
fn start_servers() {
    let servers: [(&str, u16, &[&str]); 3] = [
        (
            "PostgreSQL",
            5432,
            &[
                "sh",
                "-c",
                "pg_ctlcluster --skip-systemctl-redirect $(ls /etc/postgresql | tail -n 1) main start",
            ],
        ),
        (
            "MariaDB",
            3306,
            &[
                "sh",
                "-c",
                "command -v mariadbd >/dev/null && (setsid mariadbd >/dev/null 2>&1 &)",
            ],
        ),
        (
            "NATS",
            4222,
            &[
                "sh",
                "-c",
                "command -v nats-server >/dev/null && (setsid nats-server -a 127.0.0.1 -p 4222 -js >/dev/null 2>&1 &)",
            ],
        ),
    ];
    for (name, port, command) in servers {
        if listens(port) {
            continue;
        }
        println!("{name} does not answer on port {port}; trying to start it");
        let _ = Command::new(command[0]).args(&command[1..]).status();
        for _ in 0..50 {
            if listens(port) {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

fn listens(port: u16) -> bool {
    TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), Duration::from_millis(500)).is_ok()
}

/// The official socket.io client, in the version of the lock file.
fn install_socketio_client() -> Result<()> {
    let folder = root().join("crates/testkit/socketio");
    let installed = folder.join("node_modules/socket.io-client/package.json");
    if Path::new(&installed).exists() {
        return Ok(());
    }
    let npm = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--silent"])
        .current_dir(&folder)
        .status();
    match npm {
        Ok(status) if status.success() => Ok(()),
        _ if env::var_os("CI").is_some() => {
            Err(anyhow::anyhow!("npm ci failed in {}", folder.display()))
                .context("the scenario tests need Node.js with npm")
        }
        _ => {
            println!("npm ci failed; the tests with the official socket.io client will be skipped");
            Ok(())
        }
    }
}

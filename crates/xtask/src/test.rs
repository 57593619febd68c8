//! `cargo xtask test`: everything, in one command, on a fresh machine too.

use std::{env, fs, net::TcpStream, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, Result};

use crate::{cargo, check, root, target_dir};

pub fn test(args: &[String]) -> Result<()> {
    let skips = target_dir().join("skipped-tests.log");
    fs::create_dir_all(target_dir())?;
    let _ = fs::remove_file(&skips);

    start_servers();
    install_socketio_client()?;
    // The scenario tests start the services as processes, whichever tests were asked for. Together with the tests, as a build
    // of the services alone takes other features of their dependencies and so compiles those twice.
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
    // In CI the same cases each time, so that a change fails by its own fault; elsewhere new ones, which may find something.
    if env::var_os("CI").is_some() && env::var_os("PROPTEST_RNG_SEED").is_none() {
        command.env("PROPTEST_RNG_SEED", "20261121");
    }
    let outcome = check(&mut command);
    let docs = if args.is_empty() && nextest {
        check(cargo().args(["test", "--workspace", "--doc", "--quiet"]))
    } else {
        Ok(())
    };

    let skipped = fs::read_to_string(&skips).unwrap_or_default();
    if !skipped.is_empty() {
        println!("\nSKIPPED, because something is missing on this machine:\n{skipped}");
    }
    println!("checks skipped: {}", skipped.lines().count());
    outcome.and(docs)
}

/// Starts what is installed and not running, on the standard local ports. What is not installed, the tests say themselves.
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
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn listens(port: u16) -> bool {
    TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), Duration::from_millis(500)).is_ok()
}

/// The official socket.io client, as the lock file names it.
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

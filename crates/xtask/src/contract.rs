//! `cargo xtask contract`: schemathesis sends requests that the OpenAPI document describes, valid ones and invalid ones, to a running
//! platform with demo data, as each role, and compares every answer with the document.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{cargo, check, root, target_dir};

/// Its package and version, such as `schemathesis==4.32.5`: another version makes up other requests.
const REQUIREMENT: &str = include_str!("../requirements.txt");
/// The password of the demo accounts.
const PASSWORD: &str = "waybill-demo";
/// How long schemathesis may take as one role.
const LIMIT: Duration = Duration::from_mins(10);
/// Operations that can end the session of the caller, after which every other answer would be 401. They run last, each with a
/// session of its own: schemathesis learns ids from answers, also that of the caller.
const ENDS_SESSIONS: [&str; 4] = ["logout", "changePassword", "suspendUser", "changeUserRole"];
/// Roles, each with one of the demo accounts.
const ROLES: [(&str, &str); 3] = [
    ("customer", "carla@waybill.example"),
    ("staff", "wendy@waybill.example"),
    ("admin", "admin@waybill.example"),
];

#[derive(clap::Args)]
pub struct Options {
    /// Only as this role: `customer`, `staff` or `admin`.
    #[arg(long)]
    role: Option<String>,
    /// Most cases of an operation in the phase that makes them up at random.
    #[arg(long, default_value_t = 2)]
    cases: u32,
    /// Where the cases begin: the same number gives the same cases.
    #[arg(long, default_value_t = 20_261_121)]
    seed: u32,
    /// Also finds refusals of valid requests for a reason that the document could tell: by their messages, of which a new one may be
    /// missing in the list. What is there depends on the shop, so runs differ.
    #[arg(long)]
    limits: bool,
    /// Passed to schemathesis, for instance `--include-path /api/v1/orders`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

pub fn contract(options: &Options) -> Result<()> {
    if !is_installed() {
        let problem = format!(
            "this version of schemathesis is missing: python3 -m pip install {}",
            REQUIREMENT.trim()
        );
        if env::var_os("CI").is_some() {
            bail!("{problem}");
        }
        println!("SKIPPED: {problem}");
        return Ok(());
    }
    // As for the tests, so that nothing is compiled twice.
    check(cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    let chosen = |role: &str| options.role.as_deref().is_none_or(|only| only == role);
    let roles: Vec<_> = ROLES.into_iter().filter(|(role, _)| chosen(role)).collect();
    ensure!(!roles.is_empty(), "there is no such role");
    // All at once, each with one worker: it is not safe with more.
    let outcomes: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = roles
            .iter()
            .map(|(role, account)| (role, scope.spawn(|| as_role(options, role, account))))
            .collect();
        let outcomes = running.into_iter();
        outcomes
            .map(|(role, thread)| (role, thread.join()))
            .collect()
    });
    let mut failed = Vec::new();
    for (role, outcome) in outcomes {
        let Ok(outcome) = outcome else {
            bail!("the check as {role} panicked");
        };
        let mut all_well = true;
        let runs = outcome.unwrap_or_else(|error| {
            println!("as {role}: {error:#}");
            all_well = false;
            Vec::new()
        });
        for Report { status, text } in runs {
            if status.success() {
                let last = text.lines().rev().find(|line| !line.is_empty());
                println!(
                    "as {role}: {}",
                    last.unwrap_or_default().trim_matches(['=', ' '])
                );
            } else {
                println!("as {role}:\n{text}");
                all_well = false;
            }
        }
        if !all_well {
            failed.push(*role);
        }
    }
    ensure!(
        failed.is_empty(),
        "the answers and the document differ, as {}",
        failed.join(", ")
    );
    Ok(())
}

fn is_installed() -> bool {
    let output = Command::new("schemathesis").arg("--version").output();
    let Some((_, pinned)) = REQUIREMENT.trim().split_once("==") else {
        return false;
    };
    output.is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout);
        output.status.success() && text.split_whitespace().any(|word| word == pinned)
    })
}

/// What schemathesis says at the end.
struct Report {
    status: ExitStatus,
    text: String,
}

/// Runs schemathesis as one role, on a platform of its own: a role can change what another one would see.
fn as_role(options: &Options, role: &str, account: &str) -> Result<Vec<Report>> {
    let platform = Platform::start()?;
    let token = platform.token(account)?;
    let others = ENDS_SESSIONS.map(|operation| ["--exclude-operation-id", operation]);
    let mut reports = vec![schemathesis(
        options,
        &platform,
        &token,
        others.as_flattened(),
    )?];
    // Answers to a session that has ended say nothing of the others.
    let profile = platform.ask("GET /api/v1/users/profile", Some(&token), "")?;
    ensure!(
        profile["role"].as_str() == Some(&role.to_uppercase()),
        "the session ended during the check: {profile}"
    );
    // A choice of operations is checked alone.
    if options.args.is_empty() {
        for operation in ENDS_SESSIONS {
            let token = platform.token(account)?;
            let only = ["--include-operation-id", operation];
            reports.push(schemathesis(options, &platform, &token, &only)?);
        }
    }
    Ok(reports)
}

fn schemathesis(
    options: &Options,
    platform: &Platform,
    token: &str,
    operations: &[&str],
) -> Result<Report> {
    let config = root().join("crates/xtask/schemathesis.toml");
    let log = platform.folder.path().join("errors");
    let hooks = root().join("crates/xtask/schemathesis_hooks.py");
    let mut command = Command::new("schemathesis");
    if options.limits {
        command.env("SCHEMATHESIS_HOOKS", hooks);
    }
    let mut process = command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg("--config-file")
        .arg(config)
        .args(["run", &format!("http://{}/openapi.json", platform.address)])
        .args(["--workers", "1", "--no-color"])
        .args(["--max-examples", &options.cases.to_string()])
        .args(["--seed", &options.seed.to_string()])
        .arg("--header")
        .arg(format!("Authorization: Bearer {token}"))
        .args(operations)
        .args(&options.args)
        // Its caches, and what else it keeps.
        .current_dir(platform.folder.path())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log)?)
        .spawn()
        .context("cannot start schemathesis")?;
    let mut output = process.stdout.take().context("its output")?;
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        let outcome = output.read_to_end(&mut text).map(|_| text);
        // Nobody waits for it any more after the limit.
        let _ = ended.send(outcome);
    });
    let Ok(text) = end.recv_timeout(LIMIT) else {
        process.kill()?;
        process.wait()?;
        bail!("schemathesis takes longer than {LIMIT:?}");
    };
    let status = process.wait()?;
    let text = String::from_utf8_lossy(&text?).into_owned() + &fs::read_to_string(log)?;
    Ok(Report { status, text })
}

/// The embedded shape with demo data, in a folder of its own.
struct Platform {
    process: Child,
    address: String,
    folder: tempfile::TempDir,
}

impl Platform {
    fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut process = Command::new(target_dir().join("debug/waybill"))
            .args(["--demo", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path().join("data"))
            .envs([
                ("WAYBILL_OPS_LISTEN", "127.0.0.1:0"),
                ("WAYBILL_RATE_LIMIT", "off"),
                ("WAYBILL_LOG", "error"),
            ])
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start waybill")?;
        let output = process.stdout.take().context("its output")?;
        let mut platform = Self {
            process,
            address: String::new(),
            folder,
        };
        let mut lines = BufReader::new(output).lines();
        for line in lines.by_ref() {
            if let Some(address) = line?.strip_prefix("listening on http://") {
                address.clone_into(&mut platform.address);
                break;
            }
        }
        ensure!(
            !platform.address.is_empty(),
            "waybill ended before it listened"
        );
        // What it writes later is read as well: a full or closed pipe would stop it.
        thread::spawn(move || lines.for_each(drop));
        Ok(platform)
    }

    /// An access token of a demo account.
    fn token(&self, account: &str) -> Result<String> {
        let body = format!(r#"{{"email":"{account}","password":"{PASSWORD}"}}"#);
        let answer = self.ask("POST /api/v1/auth/login", None, &body)?;
        let token = answer["accessToken"].as_str();
        Ok(token
            .with_context(|| format!("{account} cannot sign in: {answer}"))?
            .to_owned())
    }

    /// The JSON of the answer to a request such as `GET /healthz`.
    fn ask(&self, request: &str, token: Option<&str>, body: &str) -> Result<serde_json::Value> {
        let mut stream = TcpStream::connect(&self.address)?;
        let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        write!(
            stream,
            "{request} HTTP/1.1\r\nHost: {}\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            bearer.unwrap_or_default(),
            body.len(),
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, json) = answer.split_once("\r\n\r\n").context("an answer")?;
        serde_json::from_str(json).with_context(|| format!("{request}: {answer}"))
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // Its data goes, too.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

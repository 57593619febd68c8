//! Every process of the compose files has valid settings, with the secrets of `deploy/make-secrets`.

use std::{collections::BTreeMap, fs, path::Path, process::Command, time::Duration};

use tempfile::TempDir;
use waybill_service_kit::settings::{
    CommonSettings, Environment, PeerSettings, ProcessSettings, SettingsError, Sources, load,
    parse_duration,
};

use super::{
    GRPC, SHAPES,
    file::{Compose, Service},
    root, shapes,
};

/// Settings of an operator in production.
const PRODUCTION: [(&str, &str); 3] = [
    ("WAYBILL_ENVIRONMENT", "production"),
    ("WAYBILL_PUBLIC_URL", "https://shop.example.com"),
    ("WAYBILL_MAIL_FROM", "Shop <shop@example.com>"),
];

fn make_secrets(folder: &Path) {
    let made = Command::new("sh")
        .arg(root().join("deploy/make-secrets"))
        .arg(folder)
        .output()
        .expect("sh runs");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

/// The content of the secret file that is mounted at a path in the service's container.
fn secret(compose: &Compose, service: &Service<'_>, path: &str, folder: &Path) -> String {
    let mounted = service.secrets();
    let (name, _) = mounted
        .iter()
        .find(|(_, target)| target == path)
        .unwrap_or_else(|| panic!("{} is not given {path}", service.name));
    let file = compose
        .secret_file(name)
        .and_then(|file| file.strip_prefix("./deploy/secrets/"))
        .unwrap_or_else(|| panic!("{name} is a file of deploy/secrets"));
    let file = folder.join(file);
    assert!(
        file.is_file(),
        "deploy/make-secrets does not create {}",
        file.display()
    );
    file.display().to_string()
}

fn sources(compose: &Compose, service: &Service<'_>, folder: &Path) -> Sources {
    let mut sources = Sources::empty();
    for (name, value) in service.environment() {
        let value = if name.ends_with("_FILE") {
            secret(compose, service, value, folder)
        } else {
            value.to_owned()
        };
        sources.add_flag("compose", name, &value);
    }
    sources
}

/// Loads and checks the settings as the process of this name does.
fn read(name: &str, sources: &Sources) -> Result<Environment, SettingsError> {
    type Process<S> = (CommonSettings, ProcessSettings, PeerSettings, S);
    type Order = (
        CommonSettings,
        ProcessSettings,
        PeerSettings,
        waybill_order::Settings,
        waybill_file_store::FilesSettings,
    );
    type Front = (
        CommonSettings,
        PeerSettings,
        waybill_gateway::GatewaySettings,
    );
    let (environment, errors) = match name {
        "auth" => (
            load::<Process<waybill_auth::Settings>>(sources)?
                .0
                .environment,
            Vec::new(),
        ),
        "order" => {
            let (common, .., files) = load::<Order>(sources)?;
            (common.environment, files.errors())
        }
        "payment" => {
            let (common, ..) = load::<Process<waybill_payment::Settings>>(sources)?;
            (common.environment, Vec::new())
        }
        "notification" => {
            let (common, _, _, own) = load::<Process<waybill_notification::Settings>>(sources)?;
            (common.environment, own.errors(common.environment))
        }
        "chat" => (
            load::<Process<waybill_chat::Settings>>(sources)?
                .0
                .environment,
            Vec::new(),
        ),
        "gateway" => {
            let (common, _, own) = load::<Front>(sources)?;
            let errors = own.errors(common.environment, common.is_local_only());
            (common.environment, errors)
        }
        "tools" => (
            load::<(CommonSettings, PeerSettings)>(sources)?
                .0
                .environment,
            Vec::new(),
        ),
        "demo" => {
            load::<(PeerSettings,)>(sources)?;
            (Environment::Development, Vec::new())
        }
        other => panic!("no process is called {other}"),
    };
    if errors.is_empty() {
        return Ok(environment);
    }
    let lines = errors
        .into_iter()
        .map(|(name, problem)| format!("{name}: {problem}"));
    Err(SettingsError(lines.collect()))
}

#[test]
fn every_process_accepts_its_settings() {
    let secrets = TempDir::new().expect("a folder");
    make_secrets(secrets.path());
    let reference = waybill::config::reference();
    for compose in shapes() {
        for service in compose.services().filter(Service::ours) {
            let files = compose.files;
            for name in service.environment().into_keys() {
                let base = name.strip_suffix("_FILE").unwrap_or(name);
                let known = reference.contains(&format!("| `{base}`"));
                assert!(known, "{}: deploy/settings.md has no {base}", service.name);
            }
            let environment = read(service.name, &sources(&compose, &service, secrets.path()))
                .unwrap_or_else(|errors| panic!("{} of {files:?}: {errors}", service.name));
            assert_eq!(environment, Environment::Development);
        }
    }
}

#[test]
fn production_accepts_the_settings_of_an_operator() {
    let secrets = TempDir::new().expect("a folder");
    make_secrets(secrets.path());
    let compose = Compose::read(SHAPES[0], &PRODUCTION);
    for service in compose.services().filter(Service::ours) {
        let environment = read(service.name, &sources(&compose, &service, secrets.path()))
            .unwrap_or_else(|errors| panic!("{}: {errors}", service.name));
        assert_eq!(environment, Environment::Production, "{}", service.name);
    }
    // The default sender of mails is refused in production.
    let compose = Compose::read(SHAPES[0], &PRODUCTION[..2]);
    let notification = compose.service("notification").expect("notification");
    let errors = read(
        "notification",
        &sources(&compose, &notification, secrets.path()),
    )
    .expect_err("the default sender");
    assert!(errors.to_string().contains("WAYBILL_MAIL_FROM"), "{errors}");
}

#[test]
fn each_service_has_a_database_of_its_own() {
    let secrets = TempDir::new().expect("a folder");
    make_secrets(secrets.path());
    for compose in shapes() {
        let server = ["postgres", "mariadb"]
            .into_iter()
            .find_map(|name| compose.service(name));
        let server = server.expect("a database server");
        let created = root().join(format!("deploy/{}/databases.sql", server.name));
        let created = fs::read_to_string(created).expect("the script that makes the databases");
        let password = fs::read_to_string(secrets.path().join("database_password"));
        let password = password.expect("a password");
        let (scheme, port) = match server.name {
            "postgres" => ("postgres", 5432),
            _ => ("mysql", 3306),
        };
        let address = format!("{scheme}://waybill:{password}@{}:{port}", server.name);
        for name in GRPC {
            let service = compose.service(name).expect(name);
            let environment = service.environment();
            let path = environment["WAYBILL_DATABASE_URL_FILE"];
            let url = fs::read_to_string(secret(&compose, &service, path, secrets.path()));
            let url = url.expect("a URL");
            assert_eq!(url.trim_end(), format!("{address}/waybill_{name}"));
            assert!(
                created.contains(&format!("CREATE DATABASE waybill_{name}")),
                "{name}"
            );
            let waits = service.list("depends_on").contains(&server.name);
            assert!(waits, "{name} waits for {}", server.name);
        }
        let tools = compose.service("tools").expect("tools");
        let url = secret(
            &compose,
            &tools,
            "/run/secrets/database_server",
            secrets.path(),
        );
        assert_eq!(fs::read_to_string(url).expect("a URL").trim_end(), address);
    }
}

#[test]
fn a_container_is_not_killed_before_its_process_ends() {
    let infos = <CommonSettings as waybill_service_kit::settings::Settings>::TABLE.settings;
    let deadline = infos
        .iter()
        .find(|info| info.name == "WAYBILL_SHUTDOWN_DEADLINE");
    let default = deadline
        .and_then(|info| info.default)
        .expect("a deadline with a default");
    let default = parse_duration(default).expect("a duration");
    for compose in shapes() {
        for service in compose
            .services()
            .filter(|service| service.ours() && !service.ends())
        {
            let environment = service.environment();
            let deadline = environment
                .get("WAYBILL_SHUTDOWN_DEADLINE")
                .map_or(default, |text| parse_duration(text).expect("a duration"));
            let grace = service
                .get("stop_grace_period")
                .as_str()
                .expect("a grace period");
            let grace = parse_duration(grace).expect("a duration");
            assert!(
                grace >= deadline + Duration::from_secs(5),
                "{}",
                service.name
            );
        }
    }
}

#[test]
fn existing_secrets_are_kept_when_created_again() {
    let folder = TempDir::new().expect("a folder");
    let read = || -> BTreeMap<_, _> {
        let entries = fs::read_dir(folder.path()).expect("the folder").flatten();
        let files =
            entries.map(|entry| (entry.file_name(), fs::read(entry.path()).expect("a file")));
        files.collect()
    };
    make_secrets(folder.path());
    let first = read();
    make_secrets(folder.path());
    assert_eq!(first, read());
    // A deleted secret is created again, and the files that contain it are updated.
    fs::remove_file(folder.path().join("nats_password")).expect("it is there");
    make_secrets(folder.path());
    let again = read();
    let changed: Vec<_> = again
        .keys()
        .filter(|name| first[*name] != again[*name])
        .collect();
    assert_eq!(changed, ["nats_auth.conf", "nats_password", "nats_url"]);
    // Each has a random value of its own.
    assert_ne!(first.get("service_key".as_ref() as &std::ffi::OsStr), None);
}

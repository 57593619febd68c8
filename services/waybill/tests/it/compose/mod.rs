//! Checks `docker-compose.yml`, its overrides and the Dockerfile without Docker: settings, names and ports are compared with the
//! workspace, and every process's settings are loaded as the process itself would load them.

mod file;
mod image;
mod settings;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use file::{Compose, Service};

/// The combinations of files that `deploy/README.md` names.
const SHAPES: [&[&str]; 3] = [
    &["docker-compose.yml"],
    &["docker-compose.yml", "deploy/compose.mariadb.yml"],
    &["docker-compose.yml", "deploy/compose.dev.yml"],
];

/// The services with gRPC and a database.
const GRPC: [&str; 5] = ["auth", "order", "payment", "notification", "chat"];

/// The top of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn shapes() -> impl Iterator<Item = Compose> {
    SHAPES.into_iter().map(|files| Compose::read(files, &[]))
}

/// The port of the health check, whose URL must end with this path.
fn checked_port(service: &Service<'_>, path: &str) -> u16 {
    let test = service.get("healthcheck")["test"]
        .as_sequence()
        .unwrap_or_else(|| panic!("{} has a health check", service.name));
    let url = test
        .iter()
        .filter_map(|word| word.as_str())
        .next_back()
        .expect("the last word is a URL");
    let port = url
        .strip_prefix("http://127.0.0.1:")
        .and_then(|rest| rest.strip_suffix(path));
    let port = port.unwrap_or_else(|| panic!("{}: {url} is not …{path}", service.name));
    port.parse().expect("a port")
}

#[test]
fn every_combination_has_all_services_and_one_database_server() {
    for compose in shapes() {
        let mut names: BTreeSet<&str> = compose.services().map(|service| service.name).collect();
        for name in GRPC
            .into_iter()
            .chain(["gateway", "nats", "mailpit", "tools"])
        {
            assert!(names.remove(name), "{:?} has no {name}", compose.files);
        }
        let database = names.remove("postgres") ^ names.remove("mariadb");
        assert!(database, "{:?}: one database server", compose.files);
        names.remove("demo");
        assert_eq!(names, BTreeSet::new(), "{:?}", compose.files);
    }
}

#[test]
fn peer_urls_match_the_listen_addresses() {
    for compose in shapes() {
        for service in compose.services().filter(Service::ours) {
            let environment = service.environment();
            for peer in GRPC {
                // Without it, a process would expect the peer in its own container.
                let setting = format!("WAYBILL_{}_URL", peer.to_uppercase());
                let url = environment.get(setting.as_str());
                let url = url.unwrap_or_else(|| panic!("{} lacks {setting}", service.name));
                let port = compose
                    .service(peer)
                    .and_then(|peer| peer.port("WAYBILL_GRPC_LISTEN"))
                    .unwrap_or_else(|| panic!("{peer} listens for gRPC"));
                assert_eq!(*url, format!("http://{peer}:{port}"), "{}", service.name);
            }
        }
    }
}

#[test]
fn health_checks_use_the_ports_that_processes_listen_on() {
    for compose in shapes() {
        for name in GRPC {
            let service = compose.service(name).expect(name);
            let port = checked_port(&service, "/readyz");
            assert_eq!(Some(port), service.port("WAYBILL_OPS_LISTEN"), "{name}");
        }
        let gateway = compose.service("gateway").expect("a gateway");
        let port = checked_port(&gateway, "/readyz");
        assert_eq!(Some(port), gateway.port("WAYBILL_LISTEN"));
        let [published] = gateway.list("ports")[..] else {
            panic!("the gateway publishes one port");
        };
        assert!(published.ends_with(&format!(":{port}")), "{published}");

        let nats = fs::read_to_string(root().join("deploy/nats/nats.conf")).expect("nats.conf");
        let service = compose.service("nats").expect("nats");
        let port = checked_port(&service, "/healthz");
        assert!(nats.contains(&format!("http: \"0.0.0.0:{port}\"")));

        let mailpit = compose.service("mailpit").expect("mailpit");
        assert_eq!(mailpit.get("healthcheck")["test"][1], "/mailpit");
        let notification = compose.service("notification").expect("notification");
        // Mailpit's default SMTP port.
        assert_eq!(notification.environment()["WAYBILL_SMTP_PORT"], "1025");
        assert_eq!(notification.environment()["WAYBILL_SMTP_HOST"], "mailpit");
    }
}

#[test]
fn only_the_gateway_publishes_a_port() {
    for compose in shapes() {
        for service in compose.services() {
            let open = service.list("ports");
            let door =
                service.name == "gateway" || compose.files.contains(&"deploy/compose.dev.yml");
            assert!(
                open.is_empty() || door,
                "{} publishes {open:?}",
                service.name
            );
            for port in open {
                assert!(
                    port.starts_with("127.0.0.1:"),
                    "{} publishes {port}",
                    service.name
                );
            }
            assert!(service.get("network_mode").is_null(), "{}", service.name);
        }
        // The gateway cannot reach the databases.
        let gateway = compose.service("gateway").expect("a gateway");
        assert_eq!(gateway.list("networks"), ["services"]);
        assert_eq!(compose.section("networks")["database"]["internal"], true);
        for name in ["postgres", "mariadb"] {
            if let Some(server) = compose.service(name) {
                assert_eq!(server.list("networks"), ["database"], "{name}");
            }
        }
    }
}

#[test]
fn declared_and_used_volumes_secrets_and_networks_match() {
    for compose in shapes() {
        let mut used: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for service in compose.services() {
            let volumes = service.volumes().into_iter().map(|(from, _)| from);
            let (paths, volumes): (Vec<_>, Vec<_>) =
                volumes.partition(|from| from.starts_with('.'));
            for path in paths {
                assert!(root().join(path).is_file(), "{}: no {path}", service.name);
            }
            used.entry("volumes").or_default().extend(volumes);
            let secrets = service.secrets().into_iter().map(|(name, _)| name);
            used.entry("secrets").or_default().extend(secrets);
            let networks = service.list("networks");
            assert!(!networks.is_empty(), "{} has no network", service.name);
            used.entry("networks").or_default().extend(networks);
            for needed in service.list("depends_on") {
                let watched = &service.get("depends_on")[needed]["condition"];
                assert_eq!(watched, "service_healthy", "{} → {needed}", service.name);
                let there = compose.service(needed).is_some_and(|needed| !needed.ends());
                assert!(there, "{} waits for {needed}", service.name);
            }
        }
        for (section, used) in used {
            let declared: BTreeSet<_> = compose.section(section).into_keys().collect();
            assert_eq!(declared, used, "{section} of {:?}", compose.files);
        }
    }
}

#[test]
fn every_service_has_a_health_check_a_restart_policy_and_limits() {
    for compose in shapes() {
        for service in compose.services() {
            let name = service.name;
            let check = service.get("healthcheck");
            let limits = &service.get("deploy")["resources"]["limits"];
            let hardened = service
                .list("security_opt")
                .contains(&"no-new-privileges:true");
            assert!(hardened, "{name} could gain privileges");
            if service.ends() {
                assert_eq!(
                    check["disable"], true,
                    "{name} is a one-shot task without a health check"
                );
                continue;
            }
            assert_eq!(service.get("restart"), "unless-stopped", "{name}");
            for key in ["test", "interval", "timeout", "retries", "start_period"] {
                assert!(
                    !check[key].is_null(),
                    "the health check of {name} has no {key}"
                );
            }
            assert!(limits["memory"].is_string(), "{name} has no memory limit");
            assert!(
                !service.get("logging")["options"]["max-size"].is_null(),
                "{name}"
            );
            if service.ours() {
                assert_eq!(service.get("read_only").as_bool(), Some(true), "{name}");
                assert_eq!(service.list("cap_drop"), ["ALL"], "{name}");
            }
        }
    }
}

#[test]
fn jetstream_syncs_every_write_and_requires_authentication() {
    let conf = fs::read_to_string(root().join("deploy/nats/nats.conf")).expect("nats.conf");
    let lines: Vec<&str> = conf.lines().map(str::trim).collect();
    assert!(lines.contains(&"sync_interval: always"));
    assert!(lines.contains(&"include ./auth.conf"));
    let compose = Compose::read(SHAPES[0], &[]);
    let nats = compose.service("nats").expect("nats");
    let mounted = nats.volumes();
    let (_, conf) = mounted
        .iter()
        .find(|(from, _)| *from == "./deploy/nats/nats.conf")
        .expect("the configuration is mounted");
    assert!(nats.command().contains(conf), "and read");
    assert!(
        mounted.contains(&("nats-data", "/data")),
        "the streams are in a volume"
    );
    let beside = Path::new(conf).with_file_name("auth.conf");
    assert!(
        nats.secrets()
            .contains(&("nats_auth", beside.display().to_string()))
    );
}

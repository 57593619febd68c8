//! The settings and ports of each process of a platform.

use std::collections::BTreeMap;

use super::{ADMIN, Platform, SERVICES, Shape, service};
use crate::{NatsServer, ports::free_port};

impl Platform {
    pub(super) fn port(&mut self, name: &str) -> u16 {
        *self.ports.entry(name.to_owned()).or_insert_with(free_port)
    }

    /// The port where the others reach a service.
    fn peer_port(&mut self, service: &'static str) -> u16 {
        match self.setup.addresses.get(service) {
            Some(port) => *port,
            None if self.setup.replicas => self.port(&format!("{service}.balancer")),
            None => self.port(service),
        }
    }

    pub(super) fn settings(&mut self, process: &str) -> BTreeMap<String, String> {
        let service = service(process);
        let mut settings = BTreeMap::new();
        let mut set = |name: &str, value: String| settings.insert(name.to_owned(), value);
        set("WAYBILL_LOG", "warn".into());
        if matches!(service, "waybill" | "auth") {
            set("WAYBILL_ADMIN_EMAIL", ADMIN.0.into());
            set("WAYBILL_ADMIN_PASSWORD", ADMIN.1.into());
        }
        if matches!(service, "waybill" | "notification") {
            // One person orders a lot.
            set("WAYBILL_MAIL_UNVERIFIED_HOURLY", "10000".into());
        }
        if matches!(service, "waybill" | "gateway") {
            set("WAYBILL_RATE_LIMIT", "off".into());
            let port = self.port(process);
            set("WAYBILL_LISTEN", format!("127.0.0.1:{port}"));
        }
        match self.shape {
            Shape::Embedded => {
                set("WAYBILL_DATA_DIR", self.data_dir());
                if let Some(server) = &self.setup.server {
                    set("WAYBILL_DATABASE_SERVER", server.clone());
                    set("WAYBILL_DATABASE_PREFIX", self.prefix.clone());
                }
            }
            Shape::Distributed => {
                let own = self.nats.as_ref().map(NatsServer::url);
                let nats = self.setup.nats.clone().or(own).unwrap_or_default();
                set("WAYBILL_NATS_URL", nats);
                let port = self.port(&format!("{process}.ops"));
                set("WAYBILL_OPS_LISTEN", format!("127.0.0.1:{port}"));
                set("WAYBILL_DRAIN_DELAY", "0s".into());
                for peer in SERVICES {
                    let name = format!("WAYBILL_{}_URL", peer.to_uppercase());
                    let port = self.peer_port(peer);
                    set(&name, format!("http://127.0.0.1:{port}"));
                }
                if service == "order" {
                    let files = self.folder.path().join("files");
                    set("WAYBILL_FILES_DIR", files.display().to_string());
                }
                if service != "gateway" {
                    set("WAYBILL_DATABASE_URL", self.database_url(service));
                    set("WAYBILL_DATABASE_MAX_CONNECTIONS", "5".into());
                    let port = self.port(process);
                    set("WAYBILL_GRPC_LISTEN", format!("127.0.0.1:{port}"));
                }
            }
        }
        for (name, value) in &self.setup.settings {
            match name.split_once(':') {
                Some((of, name)) if of == service || service == "waybill" => {
                    set(name, value.clone());
                }
                Some(_) => {}
                None => {
                    set(name, value.clone());
                }
            }
        }
        settings
    }
}

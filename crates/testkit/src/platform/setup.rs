//! The setup of a platform for tests.

use std::{collections::BTreeMap, path::Path, path::PathBuf};

use super::Shape;

/// The parts of a platform. The servers that it names belong to the caller, and outlive it.
#[derive(Debug, Clone)]
pub struct Setup {
    pub(super) shape: Shape,
    /// The folder that cargo built the binaries into.
    pub(super) bin: PathBuf,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) server: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) nats: Option<String>,
    pub(super) data: Option<PathBuf>,
    pub(super) logs: Option<PathBuf>,
    pub(super) replicas: bool,
    pub(super) addresses: BTreeMap<&'static str, u16>,
}

impl Setup {
    pub fn new(shape: Shape, bin: &Path) -> Self {
        Self {
            shape,
            bin: bin.to_owned(),
            settings: BTreeMap::new(),
            server: None,
            prefix: None,
            nats: None,
            data: None,
            logs: None,
            replicas: false,
            addresses: BTreeMap::new(),
        }
    }

    /// A further setting. `order:WAYBILL_X` is for a single process in the distributed shape, and for the only one in the
    /// embedded.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// A database server in place of the machine's PostgreSQL; in the embedded shape, in place of SQLite.
    #[must_use]
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.server = Some(url.into());
        self
    }

    /// The prefix of its databases' names on a server, in place of a new one.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = Some(prefix.to_owned());
        self
    }

    /// NATS servers in place of a private one.
    #[must_use]
    pub fn nats(mut self, url: impl Into<String>) -> Self {
        self.nats = Some(url.into());
        self
    }

    /// A folder for the SQLite files in place of a temporary one.
    #[must_use]
    pub fn data(mut self, folder: &Path) -> Self {
        self.data = Some(folder.to_owned());
        self
    }

    /// A folder for the logs that stays, in place of a temporary one.
    #[must_use]
    pub fn logs(mut self, folder: &Path) -> Self {
        self.logs = Some(folder.to_owned());
        self
    }

    /// Two processes of each service and of the gateway, with a TCP balancer in front of each pair.
    #[must_use]
    pub fn replicas(mut self) -> Self {
        self.replicas = true;
        self
    }

    /// The others reach a service by this local port instead of its own: for a proxy in between.
    #[must_use]
    pub fn reached_by(mut self, service: &'static str, port: u16) -> Self {
        self.addresses.insert(service, port);
        self
    }

    /// The port where the service listens.
    #[must_use]
    pub fn listening(self, service: &'static str, port: u16) -> Self {
        self.set(
            &format!("{service}:WAYBILL_GRPC_LISTEN"),
            format!("127.0.0.1:{port}"),
        )
    }
}

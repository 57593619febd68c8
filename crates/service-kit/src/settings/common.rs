//! The settings that every process has.

use std::{net::SocketAddr, time::Duration};

use http::Uri;
use secrecy::{ExposeSecret as _, SecretString};
use waybill_primitives::Currency;

use super::SettingType;

/// Where the platform runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    #[default]
    Development,
    Production,
}

impl Environment {
    pub(super) const NAME: &str = "WAYBILL_ENVIRONMENT";

    pub fn is_production(self) -> bool {
        self == Self::Production
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

impl SettingType for Environment {
    type Known = Self;
    const KIND: &'static str = "`development` or `production`";
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _ => Err("expected development or production".to_owned()),
        }
    }
    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    #[default]
    Console,
    Json,
}

impl LogFormat {
    pub(super) const NAME: &str = "WAYBILL_LOG_FORMAT";
}

impl SettingType for LogFormat {
    type Known = Self;
    const KIND: &'static str = "`console` or `json`";
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "console" => Ok(Self::Console),
            "json" => Ok(Self::Json),
            _ => Err("expected console or json".to_owned()),
        }
    }
    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

const SERVICE_KEY: &str = "WAYBILL_SERVICE_KEY";

fn service_key(key: &SecretString) -> Result<(), String> {
    if key.expose_secret().len() < 32 {
        return Err("must have at least 32 bytes; make one with `openssl rand -hex 32`".to_owned());
    }
    Ok(())
}

fn filter(text: &str) -> Result<(), String> {
    crate::log_filter::check_filter(text)
}

crate::settings! {
    /// Every process
    pub struct CommonSettings {
        /// `production` refuses keys and passwords made for development, and the sandbox payment provider.
        pub environment: Environment = Environment::NAME, default "development";
        /// Lets development listen on an address other than loopback, and stand behind a proxy. Everybody who reaches it pays without
        /// money and reads all mails.
        pub expose_development: bool = "WAYBILL_EXPOSE_DEVELOPMENT", default "off";
        /// What is logged: a level, or levels by module such as `info,waybill_order=debug`.
        pub log: String = "WAYBILL_LOG", default "info", check filter;
        /// Lines for people or for machines.
        pub log_format: LogFormat = LogFormat::NAME, default "console";
        /// Where traces are sent (OTLP over gRPC), for instance `http://localhost:4317`; without it they are not exported.
        pub otlp_endpoint: Option<Uri> = "WAYBILL_OTLP_ENDPOINT";
        /// Calls and events at work get this long to end after SIGTERM, and after WAYBILL_DRAIN_DELAY where there is one.
        pub shutdown_deadline: Duration = "WAYBILL_SHUTDOWN_DEADLINE", default "20s";
        /// The shared key with which services prove to each other who they are; at least 32 bytes.
        pub service_key: SecretString = SERVICE_KEY,
            dev "only-for-development-only-for-development", check service_key;
        /// The currency of the shop.
        pub currency: Currency = "WAYBILL_CURRENCY", default "USD";
    }
}

impl CommonSettings {
    /// Whether only programs of this machine may reach the process: development, without leave for more.
    pub fn is_local_only(&self) -> bool {
        !(self.environment.is_production() || self.expose_development)
    }

    /// Whether the service key is the public one of development.
    fn has_development_key(&self) -> bool {
        use super::Settings as _;
        let mut declared = Self::TABLE.settings.iter();
        let public = declared.find(|info| info.name == SERVICE_KEY);
        let public = public.and_then(|info| info.development_default);
        public == Some(self.service_key.expose_secret())
    }
}

/// How to let others reach a process in development, for errors.
pub const EXPOSE: &str = "development is for this machine only; listen on 127.0.0.1, set WAYBILL_ENVIRONMENT=production, or allow it with WAYBILL_EXPOSE_DEVELOPMENT=on";

impl ProcessSettings {
    /// Settings that are invalid with those of every process, as `(setting, problem)`.
    pub fn errors(&self, common: &CommonSettings) -> Vec<(&'static str, String)> {
        let reachable = self.grpc_listen.is_some_and(|at| !at.ip().is_loopback());
        if reachable && common.is_local_only() && common.has_development_key() {
            let problem = format!(
                "must be set if others reach WAYBILL_GRPC_LISTEN: everybody knows the key of development. {EXPOSE}"
            );
            return vec![(SERVICE_KEY, problem)];
        }
        Vec::new()
    }
}

crate::settings! {
    /// A service as a process of its own
    pub struct ProcessSettings {
        /// Database of the service: `sqlite://…`, `postgres://…` or `mysql://…`. Each service has its own.
        pub database_url: SecretString = "WAYBILL_DATABASE_URL";
        /// Connections to the database at most.
        pub database_max_connections: u32 = "WAYBILL_DATABASE_MAX_CONNECTIONS", default "10", range 1..=1000;
        /// Address for gRPC. Without it: 127.0.0.1 and 4101 for auth, 4102 order, 4103 payment, 4104 notification, 4105 chat.
        pub grpc_listen: Option<SocketAddr> = "WAYBILL_GRPC_LISTEN";
    }
}

/// The ports that a process of this name takes when none is set: gRPC and operations. 0, so a free one, for unknown names.
pub fn default_ports(name: &str) -> (u16, u16) {
    let order = [
        "gateway",
        "auth",
        "order",
        "payment",
        "notification",
        "chat",
    ];
    order
        .iter()
        .position(|known| *known == name)
        .map_or((0, 0), |at| (4100 + at as u16, 4200 + at as u16))
}

crate::settings! {
    /// A process among others
    pub struct PeerSettings {
        /// NATS servers, separated by commas.
        pub nats_url: SecretString = "WAYBILL_NATS_URL", default "nats://127.0.0.1:4222";
        /// First token of every subject and stream name on the server, so that several platforms can share one.
        pub nats_namespace: String = "WAYBILL_NATS_NAMESPACE", default "waybill";
        /// Copies of each stream in a NATS cluster.
        pub nats_replicas: usize = "WAYBILL_NATS_REPLICAS", default "1", range 1..=5;
        /// Path of a `.creds` file, where the NATS servers ask for one.
        pub nats_credentials: Option<String> = "WAYBILL_NATS_CREDENTIALS";
        /// Address for `/healthz`, `/readyz`, `/metrics`, and at the gateway `/health` in detail. Without it: 127.0.0.1 and 4200
        /// for the gateway, 4201 auth, 4202 order, 4203 payment, 4204 notification, 4205 chat.
        pub ops_listen: Option<SocketAddr> = "WAYBILL_OPS_LISTEN";
        /// After SIGTERM the process says that it is not ready, and still answers for this long: the time that a load balancer
        /// (Kubernetes, a proxy) needs to look elsewhere. 0s where there is none.
        pub drain_delay: Duration = "WAYBILL_DRAIN_DELAY", default "5s";
        /// Where auth answers gRPC.
        pub auth_url: Uri = "WAYBILL_AUTH_URL", default "http://127.0.0.1:4101";
        /// Where order answers gRPC.
        pub order_url: Uri = "WAYBILL_ORDER_URL", default "http://127.0.0.1:4102";
        /// Where payment answers gRPC.
        pub payment_url: Uri = "WAYBILL_PAYMENT_URL", default "http://127.0.0.1:4103";
        /// Where notification answers gRPC.
        pub notification_url: Uri = "WAYBILL_NOTIFICATION_URL", default "http://127.0.0.1:4104";
        /// Where chat answers gRPC.
        pub chat_url: Uri = "WAYBILL_CHAT_URL", default "http://127.0.0.1:4105";
    }
}

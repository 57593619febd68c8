//! The settings of the embedded shape, and the reference of all settings of the platform.

use std::path::PathBuf;

use waybill_service_kit::settings::{
    self, CommonSettings, PeerSettings, ProcessSettings, Settings as _, SettingsError, Sources,
};

waybill_service_kit::settings! {
    /// Embedded shape
    pub struct EmbeddedSettings {
        /// Folder for the SQLite files, created if missing. Only one process at a time can use it.
        pub data_dir: String = "WAYBILL_DATA_DIR", default "waybill-data";
        /// Fill the platform with demo data and show the demo accounts; refused in production.
        pub demo: bool = "WAYBILL_DEMO", default "off", dev "on";
        /// Server on which each service has a database of its own (created if missing), for instance
        /// `postgres://waybill:secret@localhost:5432`; without it, SQLite files in the data directory.
        pub database_server: Option<secrecy::SecretString> = "WAYBILL_DATABASE_SERVER";
        /// Prefix of the names of the databases on that server.
        pub database_prefix: String = "WAYBILL_DATABASE_PREFIX", default "waybill_";
        /// Address of the operations listener: `/healthz`, `/readyz`, `/metrics`, and `/health` with details. Without it
        /// 127.0.0.1:4200, or a free port of 127.0.0.1 if that one is in use; the log names the address.
        pub ops_listen: Option<std::net::SocketAddr> = "WAYBILL_OPS_LISTEN";
        /// Maximum number of connections of each service to its database.
        pub pool: u32 = "WAYBILL_DATABASE_MAX_CONNECTIONS", default "10", range 1..=1000;
    }
}

/// All settings of the embedded shape.
#[derive(Debug, Clone)]
pub struct Config {
    pub common: CommonSettings,
    pub embedded: EmbeddedSettings,
    pub auth: waybill_auth::Settings,
    pub order: waybill_order::Settings,
    pub files: waybill_file_store::FilesSettings,
    pub payment: waybill_payment::Settings,
    pub notification: waybill_notification::Settings,
    pub chat: waybill_chat::Settings,
    pub gateway: waybill_gateway::GatewaySettings,
}

type Sections = (
    CommonSettings,
    EmbeddedSettings,
    waybill_auth::Settings,
    waybill_order::Settings,
    waybill_file_store::FilesSettings,
    waybill_payment::Settings,
    waybill_notification::Settings,
    waybill_chat::Settings,
    waybill_gateway::GatewaySettings,
);

impl Config {
    /// Reads and checks all settings; reports all errors at once.
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        let (common, embedded, auth, order, files, payment, notification, chat, gateway) =
            settings::load::<Sections>(sources)?;
        let mut errors: Vec<String> = gateway
            .errors(common.environment, common.is_local_only())
            .into_iter()
            .chain(notification.errors(common.environment))
            .chain(files.errors())
            .map(|(name, problem)| format!("{name}: {problem}"))
            .collect();
        let operations = embedded.ops_listen.map(|at| at.ip());
        if common.is_local_only()
            && gateway.published.is_none()
            && operations.is_some_and(|ip| !ip.is_loopback())
        {
            errors.push(format!("WAYBILL_OPS_LISTEN: {}", settings::EXPOSE));
        }
        if embedded.demo && common.environment.is_production() {
            errors
                .push("WAYBILL_DEMO: demo accounts have known passwords; not in production".into());
        }
        if !errors.is_empty() {
            return Err(SettingsError(errors));
        }
        Ok(Self {
            common,
            embedded,
            auth,
            order,
            files,
            payment,
            notification,
            chat,
            gateway,
        })
    }

    /// Variables of the environment that are not settings.
    pub fn strays(sources: &Sources) -> Vec<String> {
        settings::strays::<Sections>(sources)
    }

    pub fn data_dir(&self) -> PathBuf {
        PathBuf::from(&self.embedded.data_dir)
    }
}

/// The settings reference, in Markdown.
pub fn reference() -> String {
    settings::reference(&[
        CommonSettings::TABLE,
        EmbeddedSettings::TABLE,
        ProcessSettings::TABLE,
        PeerSettings::TABLE,
        waybill_gateway::GatewaySettings::TABLE,
        waybill_auth::Settings::TABLE,
        waybill_order::Settings::TABLE,
        waybill_file_store::FilesSettings::TABLE,
        waybill_payment::Settings::TABLE,
        waybill_notification::Settings::TABLE,
        waybill_chat::Settings::TABLE,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_do_not_fit_together_are_errors() {
        let sources = Sources::empty().with("WAYBILL_SMTP_USERNAME", "shop");
        let errors = Config::load(&sources).expect_err("a user name without a password");
        assert!(
            errors.to_string().contains("WAYBILL_SMTP_PASSWORD"),
            "{errors}"
        );
    }

    #[test]
    fn in_development_operations_are_for_this_machine() {
        let at = |address: &str| Sources::empty().with("WAYBILL_OPS_LISTEN", address);
        let errors = Config::load(&at("0.0.0.0:4200")).expect_err("others reach it");
        assert!(
            errors.to_string().contains("WAYBILL_OPS_LISTEN"),
            "{errors}"
        );
        assert!(Config::load(&at("127.0.0.1:4200")).is_ok());
        let allowed = at("0.0.0.0:4200").with("WAYBILL_EXPOSE_DEVELOPMENT", "on");
        assert!(Config::load(&allowed).is_ok());
    }
}

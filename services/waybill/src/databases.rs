//! Locations of the databases of the five services: files in a data directory, or databases on a server.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use waybill_store::{Db, DbConfig, admin};

use crate::private;

/// The services that own a database.
pub const SERVICES: [&str; 5] = ["auth", "order", "payment", "notification", "chat"];

/// The location of the databases, one per service.
#[derive(Debug, Clone)]
pub enum DatabaseLocation {
    /// SQLite files, `<service>.db`.
    Folder(PathBuf),
    /// `<prefix><service>` on a PostgreSQL or MySQL/MariaDB server, given as a URL without a database.
    Server { url: String, prefix: String },
}

/// Without what is secret in a URL.
impl fmt::Display for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "the databases in {}", folder.display()),
            Self::Server { url, prefix } => {
                let server = url.rsplit_once('@').map_or(url.as_str(), |(_, host)| host);
                let server = server.split('?').next().unwrap_or_default();
                write!(f, "the databases {prefix}* on {server}")
            }
        }
    }
}

impl DatabaseLocation {
    pub fn url(&self, service: &str) -> String {
        match self {
            Self::Folder(folder) => file_url(&folder.join(format!("{service}.db"))),
            Self::Server { url, prefix } => {
                format!("{}/{prefix}{service}", url.trim_end_matches('/'))
            }
        }
    }

    /// Creates the folder or the databases that are missing.
    pub async fn create(&self) -> Result<()> {
        match self {
            Self::Folder(folder) => private::create_folder(folder)
                .with_context(|| format!("cannot create the data directory {}", folder.display())),
            Self::Server { url, prefix } => {
                for service in SERVICES {
                    admin::create_database(url, &format!("{prefix}{service}"))
                        .await
                        .with_context(|| format!("cannot create database {prefix}{service}"))?;
                }
                Ok(())
            }
        }
    }

    pub async fn connect(&self, service: &'static str, max_connections: u32) -> Result<Db> {
        let config = DbConfig {
            max_connections,
            ..DbConfig::new(self.url(service))
        };
        Db::connect(&config, service)
            .await
            .with_context(|| format!("cannot open the database of {service}"))
    }
}

/// A path as a SQLite URL, escaped.
fn file_url(path: &Path) -> String {
    let path = path
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    format!("sqlite://{path}")
}

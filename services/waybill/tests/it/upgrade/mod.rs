//! Databases of released versions can be upgraded to this version: its migrations run on them, the data can be read through the
//! API, and the shop keeps working.
//!
//! `tests/databases/` contains a small shop written by each released version. `cargo xtask record-database VERSION` adds one.

mod dump;
mod sample;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use waybill_testkit::{DatabaseKind, Platform, SERVICES, Setup, Shape, TestDb};

use crate::support::bin;

use dump::Dump;

/// Set to the version by `cargo xtask record-database`.
const RECORD: &str = "WAYBILL_RECORD_DATABASE";

#[tokio::test]
async fn databases_of_released_versions_are_taken_over_sqlite() {
    taken_over(DatabaseKind::Sqlite).await;
}

#[tokio::test]
async fn databases_of_released_versions_are_taken_over_postgres() {
    taken_over(DatabaseKind::Postgres).await;
}

#[tokio::test]
async fn databases_of_released_versions_are_taken_over_mariadb() {
    taken_over(DatabaseKind::MariaDb).await;
}

async fn taken_over(kind: DatabaseKind) {
    let versions = fs::read_dir(recorded()).expect("the recorded databases");
    let mut versions: Vec<_> = versions.map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    assert!(!versions.is_empty());
    for version in versions {
        eprintln!("{}", version.display());
        let Some(place) = Place::create(kind).await else {
            return;
        };
        for service in SERVICES {
            let dump = fs::read_to_string(file(&version, service)).expect("a recorded database");
            Dump::parse(&dump)
                .load(service, kind, &place.url(service))
                .await;
        }
        checked(&place).await;
    }
}

#[tokio::test]
async fn a_database_can_be_recorded_and_loaded() {
    let place = Place::create(DatabaseKind::Sqlite).await.unwrap();
    let mut platform = Platform::start_setup(place.setup()).await.unwrap();
    sample::write(&platform).await;
    platform.verify().await.unwrap();
    assert_eq!(platform.stop("waybill"), Some(0));
    drop(platform);

    let copy = Place::create(DatabaseKind::Sqlite).await.unwrap();
    let target = env::var(RECORD).ok().map(|name| recorded().join(name));
    for service in SERVICES {
        let text = Dump::of(&place.url(service)).await.text();
        if let Some(folder) = &target {
            fs::create_dir_all(folder).unwrap();
            fs::write(file(folder, service), &text).unwrap();
        }
        Dump::parse(&text)
            .load(service, DatabaseKind::Sqlite, &copy.url(service))
            .await;
    }
    checked(&copy).await;
}

/// Starts this version on these databases.
async fn checked(place: &Place) {
    let platform = Platform::start_setup(place.setup()).await.unwrap();
    sample::check(&platform).await;
    platform.verify().await.unwrap();
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/databases")
}

fn file(folder: &Path, service: &str) -> PathBuf {
    folder.join(format!("{service}.jsonl"))
}

/// Databases of the five services.
pub struct Place {
    folder: TempDir,
    server: Option<String>,
    /// Prefix of the names on the server.
    prefix: String,
    databases: Vec<TestDb>,
}

impl Place {
    /// None, with a message, if the server is missing.
    pub async fn create(kind: DatabaseKind) -> Option<Self> {
        let mut place = Self {
            folder: tempfile::tempdir().unwrap(),
            server: kind.server(),
            prefix: TestDb::new_prefix(),
            databases: Vec::new(),
        };
        if place.server.is_some() {
            for service in SERVICES {
                let name = format!("{}{service}", place.prefix);
                place.databases.push(TestDb::create_as(kind, name).await?);
            }
        }
        Some(place)
    }

    fn url(&self, service: &str) -> String {
        match &self.server {
            None => format!("sqlite://{}/{service}.db", self.folder.path().display()),
            Some(server) => format!("{server}/{}{service}", self.prefix),
        }
    }

    pub fn setup(&self) -> Setup {
        let setup = Setup::new(Shape::Embedded, bin()).data(self.folder.path());
        match &self.server {
            None => setup,
            Some(server) => setup.server(server).prefix(&self.prefix),
        }
    }
}

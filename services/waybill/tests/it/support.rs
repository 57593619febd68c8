//! Paths of the binaries and databases, and checks of errors.

use std::path::Path;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use waybill_store::{Db, DbConfig, EventContext};
use waybill_testkit::{Answer, Platform};

/// The folder into which cargo built `waybill` and the services.
pub fn bin() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_waybill"))
        .parent()
        .expect("a binary is in a folder")
}

/// The database of a service.
pub async fn database(platform: &Platform, service: &'static str) -> Db {
    let config = DbConfig {
        max_connections: 1,
        ..DbConfig::new(platform.database_url(service))
    };
    Db::connect(&config, service).await.unwrap()
}

/// Runs SQL in the database of a service.
pub async fn run_sql(platform: &Platform, service: &'static str, sql: &str) {
    let db = database(platform, service).await;
    let tx = db.begin(&EventContext::default()).await.unwrap();
    tx.conn().execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}

/// Collects all failures instead of stopping at the first.
#[derive(Default)]
pub struct Findings(Vec<String>);

impl Findings {
    pub fn add(&mut self, what: &str, answer: &Answer) {
        self.0
            .push(format!("{what}: {} {}", answer.status, answer.body));
    }

    /// The answer must be this error, in the common format.
    pub fn refused(&mut self, what: &str, answer: &Answer, status: u16, code: &str) {
        if answer.status != status
            || answer.body["error"]["code"] != json!(code)
            || !is_error(answer)
        {
            self.add(&format!("{what}: expected {status} {code}"), answer);
        }
    }

    /// The answer must be a validation error that names this field.
    pub fn names(&mut self, what: &str, answer: &Answer, field: &str) {
        self.refused(what, answer, 422, "VALIDATION_ERROR");
        let details = answer.body["error"]["details"].as_array();
        let named = details
            .is_some_and(|details| details.iter().any(|detail| detail["field"] == json!(field)));
        if !named {
            self.add(&format!("{what}: the error does not name {field}"), answer);
        }
    }

    /// The answer must be a client error (4xx), in the common format.
    pub fn client_error(&mut self, what: &str, answer: &Answer) {
        if !(400..500).contains(&answer.status) || !is_error(answer) {
            self.add(&format!("{what}: expected a client error"), answer);
        }
    }

    /// The data must not have changed.
    pub fn unchanged(&mut self, before: &[Value], after: &[Value]) {
        for (before, after) in before.iter().zip(after) {
            if before != after {
                self.0
                    .push(format!("changed:\n  from {before}\n  to   {after}"));
            }
        }
    }

    /// # Panics
    /// If anything was found.
    #[track_caller]
    pub fn none(self) {
        assert!(
            self.0.is_empty(),
            "{} findings:\n{}",
            self.0.len(),
            self.0.join("\n")
        );
    }
}

/// Whether the body has the common error format and the request id of the header.
pub fn is_error(answer: &Answer) -> bool {
    let body = &answer.body;
    body["success"] == json!(false)
        && body["error"]["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty())
        && body["error"]["code"].is_string()
        && body["error"]["details"].is_array()
        && body["timestamp"].is_string()
        && answer
            .headers
            .get("x-request-id")
            .is_some_and(|id| body["requestId"] == json!(id.to_str().unwrap_or_default()))
}

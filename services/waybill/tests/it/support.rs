//! Paths of the binaries and databases, and checks of errors.

use std::path::Path;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use waybill_store::{Db, DbConfig, EventContext};
use waybill_testkit::{Answer, Api, Platform};

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

/// A payout that waits for its approval: of what the worker has earned with an order of the service, which the owner pays.
pub async fn payout_to(admin: &Api, owner: &Api, worker: &Api, service: &str) -> Value {
    let request = json!({"items": [{"productId": service, "quantity": 1}]});
    let order = owner.post("/orders", request).await.expect(201);
    let order = format!("/orders/{}", order["id"].as_str().expect("an id"));
    owner.pay(order.trim_start_matches("/orders/")).await;
    owner
        .until(&order, "the payment", |order| {
            order["paymentStatus"] == "PAID"
        })
        .await;
    let claimed = worker.post(&format!("{order}/claim"), json!({})).await;
    claimed.expect(200);
    let done = json!({"status": "COMPLETED"});
    let completed = admin.patch(&format!("{order}/status"), done).await;
    completed.expect(200);
    worker
        .until("/payouts/balance", "the worker's share", |page| {
            page["balances"][0]["available"]["amount"].as_i64() > Some(100)
        })
        .await;
    let profile = worker.get("/users/profile").await.expect(200);
    let amount = json!({"amount": 100, "currency": "USD"});
    let request = json!({"workerId": profile["id"], "amount": amount});
    admin.post("/admin/payouts", request).await.expect(201)
}

//! A stand-in for Stripe that checks each request by Stripe's own description of its API.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use uuid::Uuid;
use waybill_payment::{Stripe, StripeSettings};

use crate::described::Description;

pub const SECRET: &str = "sk_test_secret";

/// A stand-in with sessions, refunds and transfers.
pub struct StandIn {
    address: SocketAddr,
    account: Arc<Account>,
    task: JoinHandle<()>,
}

struct Account {
    description: Description,
    /// Objects by their ids.
    objects: Mutex<HashMap<String, Value>>,
    /// Answers by idempotency key.
    answers: Mutex<HashMap<String, (String, Value)>>,
    /// Answers to give instead, the next one first.
    troubles: Mutex<Vec<StatusCode>>,
    calls: Mutex<Vec<String>>,
    /// Requests that the description does not allow.
    findings: Mutex<Vec<String>>,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
        if !std::thread::panicking() {
            let findings = self.account.findings.lock();
            assert!(findings.is_empty(), "{findings:#?}");
        }
    }
}

impl StandIn {
    /// None without Stripe's description; prints that it is skipped.
    pub async fn start() -> Option<Self> {
        let account = Arc::new(Account {
            description: Description::load("specs/stripe.json")?,
            objects: Mutex::default(),
            answers: Mutex::default(),
            troubles: Mutex::default(),
            calls: Mutex::default(),
            findings: Mutex::default(),
        });
        let router = Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&account));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Some(Self {
            address,
            account,
            task,
        })
    }

    pub fn provider(&self) -> Stripe {
        Stripe::new(StripeSettings {
            secret_key: SECRET.into(),
            webhook_secrets: vec!["whsec_test".into()],
            url: format!("http://{}", self.address),
        })
        .unwrap()
    }

    /// Changes an object, as the customer or Stripe does.
    pub fn change(&self, id: &str, change: Value) {
        let mut objects = self.account.objects.lock();
        let object = objects.get_mut(id).unwrap().as_object_mut().unwrap();
        object.extend(change.as_object().unwrap().clone());
    }

    /// The object of which this is true.
    pub fn object(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        let objects = self.account.objects.lock();
        let found = objects.values().find(|object| is_it(object));
        found.expect("an object").clone()
    }

    pub fn trouble(&self, troubles: &[StatusCode]) {
        self.account.troubles.lock().extend(troubles.iter().rev());
    }

    pub fn calls(&self) -> usize {
        self.account.calls.lock().len()
    }
}

async fn serve(
    State(account): State<Arc<Account>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    account.calls.lock().push(format!("{method} {uri}"));
    if let Some(status) = account.troubles.lock().pop() {
        return refused(status, "trouble", "planned by the test");
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("authorization") != Some(&format!("Bearer {SECRET}")) {
        return refused(
            StatusCode::UNAUTHORIZED,
            "api_key",
            "Invalid API Key provided",
        );
    }
    let form = match account.description.checked(&method, &uri, &headers, &body) {
        Ok(form) => form,
        Err(finding) => {
            account.findings.lock().push(finding.clone());
            return refused(StatusCode::BAD_REQUEST, "parameter_unknown", &finding);
        }
    };
    if header("stripe-version") != Some("2023-08-16") {
        account.findings.lock().push(format!("{uri}: no version"));
    }
    if method == Method::GET && matches!(uri.path(), "/v1/refunds" | "/v1/transfers") {
        let objects = account.objects.lock();
        let is_asked_for = |object: &&Value| {
            let filters = uri.query().unwrap_or_default().split('&');
            let mut filters = filters.filter_map(|pair| pair.split_once('='));
            let kind = uri.path().trim_start_matches("/v1/").trim_end_matches('s');
            object["object"] == kind
                && filters.all(|(name, value)| name == "limit" || object[name] == value)
        };
        let data: Vec<_> = objects.values().filter(is_asked_for).collect();
        let (url, has_more) = (uri.path(), false);
        let list = json!({"object": "list", "data": data, "has_more": has_more, "url": url});
        return Json(list).into_response();
    }
    if method == Method::GET {
        let id = uri.path().rsplit('/').next().unwrap();
        return match account.objects.lock().get(id) {
            Some(object) => Json(object).into_response(),
            None => refused(StatusCode::NOT_FOUND, "resource_missing", "No such object"),
        };
    }
    let Some(key) = header("idempotency-key") else {
        account
            .findings
            .lock()
            .push(format!("{uri}: no idempotency key"));
        return refused(StatusCode::BAD_REQUEST, "idempotency", "no key");
    };
    // The same key and body get the first answer again; another body is refused.
    let text = format!("{uri} {}", String::from_utf8_lossy(&body));
    if let Some((first, answer)) = account.answers.lock().get(key) {
        if *first != text {
            return refused(
                StatusCode::BAD_REQUEST,
                "idempotency_error",
                "other parameters",
            );
        }
        return Json(answer).into_response();
    }
    match account.create(uri.path(), &form) {
        Ok(answer) => {
            let kept = (text, answer.clone());
            account.answers.lock().insert(key.to_owned(), kept);
            Json(answer).into_response()
        }
        Err((code, message)) => refused(StatusCode::BAD_REQUEST, code, message),
    }
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let error = json!({"error": {"code": code, "message": message, "type": "api_error"}});
    (status, Json(error)).into_response()
}

impl Account {
    fn create(&self, path: &str, form: &Value) -> Result<Value, (&'static str, &'static str)> {
        let mut objects = self.objects.lock();
        let parts: Vec<_> = path.trim_start_matches("/v1/").split('/').collect();
        let object = match parts[..] {
            ["checkout", "sessions"] => {
                let price = &form["line_items"][0]["price_data"];
                let id = format!("cs_test_{}", Uuid::now_v7().simple());
                json!({
                    "id": id, "object": "checkout.session", "status": "open",
                    "payment_status": "unpaid", "payment_intent": null,
                    "url": format!("https://checkout.stripe.com/c/pay/{id}"),
                    "amount_total": price["unit_amount"], "currency": price["currency"],
                    "client_reference_id": form["client_reference_id"],
                    "metadata": form["metadata"],
                })
            }
            ["checkout", "sessions", id, "expire"] => {
                let session = objects
                    .get(id)
                    .ok_or(("resource_missing", "No such session"))?;
                if session["status"] != "open" {
                    return Err((
                        "session_not_open",
                        "Only Checkout Sessions with a status of open",
                    ));
                }
                let mut session = session.clone();
                session["status"] = json!("expired");
                session
            }
            ["refunds"] => {
                let intent = form["payment_intent"].as_str().unwrap();
                let made = objects.values().filter(|it| it["payment_intent"] == intent);
                let made = made.filter(|it| it["object"] == "refund");
                let made: i64 = made.filter_map(|it| it["amount"].as_i64()).sum();
                if made + form["amount"].as_i64().unwrap() > 10_000 {
                    return Err(("charge_already_refunded", "Refund amount is greater"));
                }
                json!({
                    "id": format!("re_{}", Uuid::now_v7().simple()), "object": "refund",
                    "status": "pending", "amount": form["amount"], "payment_intent": intent,
                    "metadata": form["metadata"],
                })
            }
            ["transfers"] => json!({
                "id": format!("tr_{}", Uuid::now_v7().simple()), "object": "transfer",
                "reversed": false, "amount": form["amount"], "metadata": form["metadata"],
                "transfer_group": form["transfer_group"],
            }),
            _ => return Err(("unknown", "the stand-in has no such call")),
        };
        objects.insert(object["id"].as_str().unwrap().to_owned(), object.clone());
        Ok(object)
    }
}

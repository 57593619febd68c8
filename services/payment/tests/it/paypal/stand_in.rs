//! A stand-in for PayPal that checks each request by PayPal's own description of its API.

use std::{
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
use base64::{Engine as _, prelude::BASE64_STANDARD};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use waybill_payment::{CertificateSource, PayPal, PayPalSettings, PayPalTrust};

use super::{
    account::{Account, Refused},
    signer::{self, WEBHOOK},
};
use crate::described::Description;

pub const SECRET: &str = "EExampleSecret";
const CLIENT: &str = "AExampleClient";

/// What happens to the next request.
#[derive(Debug, Clone, Copy)]
pub enum Trouble {
    /// It is not carried out.
    Status(StatusCode),
    /// It is carried out, and its answer is lost.
    Lost,
    /// It is refused with this word.
    Issue(&'static str),
}

/// A stand-in with orders, captures, refunds and batches of payouts.
pub struct StandIn {
    address: SocketAddr,
    served: Arc<Served>,
    task: JoinHandle<()>,
}

struct Served {
    description: Description,
    account: Mutex<Account>,
    /// The next one first.
    troubles: Mutex<Vec<Trouble>>,
    calls: Mutex<Vec<String>>,
    /// Requests that the description does not allow.
    findings: Mutex<Vec<String>>,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
        if !std::thread::panicking() {
            let findings = self.served.findings.lock();
            assert!(findings.is_empty(), "{findings:#?}");
        }
    }
}

impl StandIn {
    /// None without PayPal's description; prints that it is skipped.
    pub async fn start() -> Option<Self> {
        let served = Arc::new(Served {
            description: Description::load("specs/paypal.json")?,
            account: Mutex::default(),
            troubles: Mutex::default(),
            calls: Mutex::default(),
            findings: Mutex::default(),
        });
        let router = Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&served));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Some(Self {
            address,
            served,
            task,
        })
    }

    pub fn settings(&self) -> PayPalSettings {
        PayPalSettings {
            client_id: CLIENT.to_owned(),
            client_secret: SECRET.into(),
            webhook_id: WEBHOOK.to_owned(),
            url: format!("http://{}", self.address),
        }
    }

    pub fn provider(&self) -> PayPal {
        self.provider_with(signer::trust(), Box::new(signer::Source))
    }

    pub fn provider_with(&self, trust: PayPalTrust, source: Box<dyn CertificateSource>) -> PayPal {
        PayPal::with_certificates(self.settings(), trust, source).unwrap()
    }

    /// What PayPal has; tests change it as the customer or PayPal does.
    pub fn account(&self) -> parking_lot::MutexGuard<'_, Account> {
        self.served.account.lock()
    }

    pub fn trouble(&self, troubles: &[Trouble]) {
        self.served.troubles.lock().extend(troubles.iter().rev());
    }

    /// The calls so far whose method and path contain this text.
    pub fn calls(&self, text: &str) -> usize {
        let calls = self.served.calls.lock();
        calls.iter().filter(|call| call.contains(text)).count()
    }
}

async fn serve(
    State(served): State<Arc<Served>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    served.calls.lock().push(format!("{method} {uri}"));
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let found = |finding: String| served.findings.lock().push(finding);
    let authorization = header("authorization").unwrap_or_default();
    let is_grant = uri.path() == "/v1/oauth2/token";
    let trouble = if is_grant {
        None
    } else {
        served.troubles.lock().pop()
    };
    match trouble {
        Some(Trouble::Status(status)) => return refused((status, "TROUBLE".to_owned())),
        Some(Trouble::Issue(issue)) => {
            return refused((StatusCode::UNPROCESSABLE_ENTITY, issue.to_owned()));
        }
        Some(Trouble::Lost) | None => {}
    }
    let body = match served.description.checked(&method, &uri, &headers, &body) {
        Ok(body) => body,
        Err(finding) => {
            found(finding.clone());
            return refused((StatusCode::BAD_REQUEST, finding));
        }
    };
    let mut account = served.account.lock();
    if is_grant {
        let expected = BASE64_STANDARD.encode(format!("{CLIENT}:{SECRET}"));
        if authorization != format!("Basic {expected}") {
            let error = json!({"error": "invalid_client", "error_description": "Failed"});
            return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
        }
        return Json(account.grant()).into_response();
    }
    if authorization != format!("Bearer {}", account.token()) {
        let error = json!({"error": "invalid_token", "error_description": "Token not found"});
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let key = header("paypal-request-id");
    let needs_key = method == Method::POST && uri.path().starts_with("/v2/");
    if needs_key && key.is_none() {
        found(format!("{uri}: no key"));
    }
    if method == Method::POST && header("prefer") != Some("return=representation") {
        found(format!("{uri}: the short form is asked for"));
    }
    let answer = account.answer(&method, uri.path(), key, &body);
    if matches!(trouble, Some(Trouble::Lost)) {
        return refused((StatusCode::BAD_GATEWAY, "LOST".to_owned()));
    }
    let status = match uri.path() {
        "/v1/notifications/verify-webhook-signature" => StatusCode::OK,
        _ if method == Method::GET => StatusCode::OK,
        _ => StatusCode::CREATED,
    };
    match answer {
        Ok(answer) => {
            let checked = served
                .description
                .check_answer(&method, &uri, status, &answer);
            checked.unwrap_or_else(found);
            (status, Json(answer)).into_response()
        }
        Err(refusal) => refused(refusal),
    }
}

fn refused((status, issue): Refused) -> Response {
    // The link of a batch that was made before is told in the issue.
    let (issue, link) = issue.split_once(" at ").unwrap_or((issue.as_str(), ""));
    let mut detail = json!({"issue": issue, "description": "An example."});
    if !link.is_empty() {
        detail["link"] = json!([{"href": link, "rel": "self", "method": "GET"}]);
    }
    let body: Value = json!({
        "name": "UNPROCESSABLE_ENTITY", "message": "An example.", "debug_id": "b6b9a374802ea",
        "details": [detail], "links": [],
    });
    (status, Json(body)).into_response()
}

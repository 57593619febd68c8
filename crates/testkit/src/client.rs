//! A REST client with short calls for tests.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

/// Nothing here takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// The boundary between the parts of a form.
pub const BOUNDARY: &str = "waybill-test-boundary";

/// A form as browsers send it.
pub fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(part.as_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// A client for HTTP; gives up after a minute.
pub(crate) fn http() -> reqwest::Client {
    // Needed before the first client is built: no default is compiled in.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .build()
        .expect("a client with default settings can be built")
}

/// A client of the gateway, signed in or not.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// A response of the gateway.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The body of a response with this status.
    ///
    /// # Panics
    /// On any other status, with the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The `code` of an error in the API's error format.
    ///
    /// # Panics
    /// If the status differs, or the body is not in that format.
    #[track_caller]
    pub fn refused(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{:#}", self.body);
        assert_eq!(self.body["success"], json!(false), "{:#}", self.body);
        let well_formed = self.body["error"]["message"].is_string()
            && self.body["error"]["details"].is_array()
            && self.body["requestId"].is_string()
            && self.body["timestamp"].is_string();
        assert!(well_formed, "not the one error format: {:#}", self.body);
        assert!(self.headers.contains_key("x-request-id"));
        self.body["error"]["code"].as_str().expect("an error code")
    }
}

impl Api {
    /// A client that is not signed in.
    pub fn new(base: &str) -> Self {
        Self {
            http: http(),
            base: base.to_owned(),
            token: None,
        }
    }

    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Sends a request; a transport failure is returned for the caller to check.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, reqwest::Error> {
        let path = if path.starts_with("/api") || path.starts_with("/health") {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        match body {
            None => self.raw(method, &path, headers, None).await,
            Some(body) => {
                let headers = [&[("content-type", "application/json")], headers].concat();
                self.raw(method, &path, &headers, Some(body.to_string().into()))
                    .await
            }
        }
    }

    /// Sends a raw request: a path from the root or a full URL, and a body that need not be JSON.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Answer, reqwest::Error> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        // As received: decoding as text would drop a byte order mark.
        let text = String::from_utf8_lossy(&answer.bytes().await?).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer {
            status: status.as_u16(),
            headers,
            body,
        })
    }

    /// Sends a form with text fields and, after them, a file.
    ///
    /// # Panics
    /// If the gateway cannot be reached.
    pub async fn upload(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Answer {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let form = form(fields, Some((name, bytes)));
        let sent = self
            .raw(
                Method::POST,
                &format!("/api/v1{path}"),
                &[("content-type", &kind)],
                Some(form),
            )
            .await;
        sent.unwrap_or_else(|error| panic!("POST {path}: {error:?}"))
    }

    async fn must(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let sent = self.send(method.clone(), path, body, &[]).await;
        sent.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.must(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.must(Method::POST, path, Some(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.must(Method::PATCH, path, Some(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.must(Method::PUT, path, Some(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.must(Method::DELETE, path, None).await
    }

    /// Repeats the request until the response satisfies the condition; what is delivered by events takes a moment.
    ///
    /// # Panics
    /// After a minute, with the last response.
    pub async fn until(&self, path: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let answer = self.get(path).await;
            if answer.status == StatusCode::OK.as_u16() && holds(&answer.body) {
                return answer.body;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "timed out waiting for {what}: {:#}",
                answer.body
            );
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Registers a customer and signs in.
    pub async fn register(&self, email: &str, first: &str, last: &str) -> Self {
        let body = json!({"email": email, "password": "a good password", "firstName": first, "lastName": last});
        let session = self.post("/auth/register", body).await.expect(201);
        self.with_token(session["accessToken"].as_str().expect("a token"))
    }

    pub async fn login(&self, email: &str, password: &str) -> Self {
        let body = json!({"email": email, "password": password});
        let session = self.post("/auth/login", body).await.expect(200);
        self.with_token(session["accessToken"].as_str().expect("a token"))
    }

    /// Registers a worker: a customer to whom the administrator gives the role.
    pub async fn enrol(&self, admin: &Self, email: &str, first: &str, last: &str) -> Self {
        let registered = self.register(email, first, last).await;
        let id = registered.get("/users/profile").await.expect(200)["id"].clone();
        let id = id.as_str().expect("an id");
        admin
            .patch(&format!("/admin/users/{id}/role"), json!({"role": "STAFF"}))
            .await
            .expect(200);
        self.login(email, "a good password").await
    }

    /// Creates a product. Returns its id.
    pub async fn product(&self, sku: &str, kind: &str, price: i64, stock: i64) -> String {
        let mut body = json!({
            "name": format!("Product {sku}"), "description": "For a test", "kind": kind,
            "price": {"amount": price, "currency": "USD"}, "sku": sku,
        });
        if kind == "GOODS" {
            body["stock"] = json!(stock);
        }
        let product = self.post("/products", body).await.expect(201);
        product["id"].as_str().expect("an id").to_owned()
    }

    /// Pays an order in the sandbox. Returns the payment's id; does not wait until the order is paid.
    pub async fn pay(&self, order: &str) -> String {
        let body = json!({"provider": "SANDBOX"});
        let created = self
            .post(&format!("/orders/{order}/payments"), body)
            .await
            .expect(201);
        let redirect = created["redirectUrl"].as_str().expect("a redirect URL");
        let path = &redirect[redirect.find("/api/").expect("a URL of the API")..];
        self.post(path, json!({"outcome": "SUCCEED"}))
            .await
            .expect(200);
        created["payment"]["id"].as_str().expect("an id").to_owned()
    }
}

//! A gateway with fake services, and a client for it.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, OnceLock, atomic::AtomicBool},
};

use axum::{Router, body::Body};
use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, StreamBody};
use parking_lot::Mutex;
use prost::Message;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt as _, service_fn, util::BoxCloneSyncService};
use uuid::Uuid;
use waybill_bus::InProcessBus;
use waybill_gateway::{GatewayDeps, GatewaySettings};
use waybill_primitives::{Role, Timestamp, UserId};
use waybill_proto::Channels;
use waybill_service_kit::{
    AppError, GrpcChannel,
    crypto::{SigningKey, key_set},
    settings::{Environment, Sources, load},
    tokens::{AccessClaims, ISSUER, ServiceTokens, Verifier},
};

type Handler = Arc<dyn Fn(Bytes, &HeaderMap) -> Result<Vec<u8>, AppError> + Send + Sync>;

/// Fakes all services: answers by gRPC method. Methods without an answer are unavailable.
#[derive(Clone, Default)]
pub struct Fake {
    handlers: Arc<Mutex<HashMap<String, Handler>>>,
    calls: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

impl Fake {
    /// `path` is for instance `waybill.order.v1.OrderService/GetOrder`.
    pub fn on<Q, A>(
        &self,
        path: &str,
        answer: impl Fn(Q) -> Result<A, AppError> + Send + Sync + 'static,
    ) -> &Self
    where
        Q: Message + Default,
        A: Message,
    {
        let handler: Handler = Arc::new(move |bytes, _| {
            let request = Q::decode(bytes).expect("a well-formed request");
            answer(request).map(|answer| answer.encode_to_vec())
        });
        self.handlers.lock().insert(format!("/{path}"), handler);
        self
    }

    /// The metadata of each call of a method so far.
    pub fn calls(&self, path: &str) -> Vec<HeaderMap> {
        let path = format!("/{path}");
        let calls = self.calls.lock();
        let of_path = calls.iter().filter(|(called, _)| *called == path);
        of_path.map(|(_, headers)| headers.clone()).collect()
    }

    pub fn channel(&self) -> GrpcChannel {
        let fake = self.clone();
        BoxCloneSyncService::new(service_fn(move |request: Request<tonic::body::Body>| {
            let fake = fake.clone();
            async move { Ok::<_, Infallible>(fake.answer(request).await) }
        }))
    }

    async fn answer(&self, request: Request<tonic::body::Body>) -> Response<tonic::body::Body> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        self.calls
            .lock()
            .push((path.clone(), parts.headers.clone()));
        let handler = self.handlers.lock().get(&path).cloned();
        let Some(handler) = handler else {
            return tonic::Status::from(AppError::unavailable("played away")).into_http();
        };
        let frame = body.collect().await.expect("a body").to_bytes();
        match handler(frame.slice(5..), &parts.headers) {
            Ok(answer) => grpc(&answer),
            Err(error) => tonic::Status::from(error).into_http(),
        }
    }
}

/// Answers a method and records its requests.
pub fn record<Q, A>(gateway: &Gateway, path: &str, answer: A) -> Arc<Mutex<Vec<Q>>>
where
    Q: Message + Default + Clone + 'static,
    A: Message + Clone + 'static,
{
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    gateway.fake.on(path, move |request: Q| {
        log.lock().push(request);
        Ok(answer.clone())
    });
    asked
}

/// One message in gRPC's framing.
fn grpc(message: &[u8]) -> Response<tonic::body::Body> {
    let mut data = BytesMut::with_capacity(message.len() + 5);
    data.put_u8(0);
    data.put_u32(u32::try_from(message.len()).expect("a small message"));
    data.put_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let frames = [
        Ok::<_, tonic::Status>(hyper::body::Frame::data(data.freeze())),
        Ok(hyper::body::Frame::trailers(trailers)),
    ];
    let body = tonic::body::Body::new(StreamBody::new(futures::stream::iter(frames)));
    let mut response = Response::new(body);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/grpc"),
    );
    response
}

fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate().expect("a key"))
}

/// An access token of `user` that expires `seconds` from now.
pub fn token_of(user: UserId, role: Role, seconds: i64) -> String {
    token_of_session(user, role, seconds, None)
}

/// The same, of a session.
pub fn token_of_session(user: UserId, role: Role, seconds: i64, sid: Option<Uuid>) -> String {
    let now = Timestamp::now().secs();
    key()
        .sign(&AccessClaims {
            sub: user,
            role,
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            sid,
            guest: false,
            iat: now - 1,
            exp: now + seconds,
            iss: ISSUER.to_owned(),
            aud: None,
        })
        .expect("a token")
}

/// An access token of a guest.
pub fn guest_token() -> String {
    let now = Timestamp::now().secs();
    key()
        .sign(&AccessClaims {
            sub: UserId::new(),
            role: Role::Customer,
            name: "Grace Hopper".to_owned(),
            email: "grace@example.com".to_owned(),
            sid: None,
            guest: true,
            iat: now - 1,
            exp: now + 600,
            iss: ISSUER.to_owned(),
            aud: None,
        })
        .expect("a token")
}

/// An access token of somebody with this role.
pub fn token(role: Role) -> String {
    token_of(UserId::new(), role, 600)
}

/// A gateway in this process.
pub struct Gateway {
    pub router: Router,
    pub operations: Router,
    pub fake: Fake,
    pub bus: Arc<InProcessBus>,
    pub stop: CancellationToken,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Gateway {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With settings; rate limits are off unless one of them says otherwise.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let mut sources = Sources::empty().with("WAYBILL_RATE_LIMIT", "off");
        for (name, value) in settings {
            sources = sources.with(name, *value);
        }
        let (settings,) = load::<(GatewaySettings,)>(&sources).expect("good settings");
        Self::build(settings, Environment::Development)
            .await
            .expect("a gateway")
    }

    pub async fn build(
        settings: GatewaySettings,
        environment: Environment,
    ) -> Result<Self, AppError> {
        Self::build_with(settings, environment, |_| {}).await
    }

    /// As [`Gateway::build`], with changed dependencies.
    pub async fn build_with(
        settings: GatewaySettings,
        environment: Environment,
        change: impl FnOnce(&mut GatewayDeps),
    ) -> Result<Self, AppError> {
        let fake = Fake::default();
        let channel = fake.channel();
        let bus = InProcessBus::new();
        let stop = CancellationToken::new();
        let mut deps = GatewayDeps {
            channels: Channels {
                auth: channel.clone(),
                order: channel.clone(),
                payment: channel.clone(),
                notification: channel.clone(),
                chat: channel,
            },
            bus: bus.clone(),
            verifier: Verifier::fixed(&key_set([key()])),
            service_tokens: ServiceTokens::new(&"0123456789abcdef0123456789abcdef".into()),
            settings,
            environment,
            local_only: false,
            shutdown: stop.clone().into(),
            demo_accounts: Vec::new(),
            mailbox: true,
            one_process: false,
            complete: Arc::new(AtomicBool::new(true)),
        };
        change(&mut deps);
        let routers = waybill_gateway::build(deps).await?;
        Ok(Self {
            router: routers.public,
            operations: routers.operations,
            fake,
            bus,
            stop,
        })
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        answer(&self.router, request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(
            request(Method::GET, path)
                .body(Body::empty())
                .expect("a request"),
        )
        .await
    }

    /// Asks the operations listener.
    pub async fn ask_operations(&self, path: &str) -> Answer {
        let request = request(Method::GET, path).body(Body::empty());
        answer(&self.operations, request.expect("a request")).await
    }

    pub async fn get_as(&self, role: Role, path: &str) -> Answer {
        let request = request(Method::GET, path).header("authorization", bearer(role));
        self.call(request.body(Body::empty()).expect("a request"))
            .await
    }

    pub async fn send(&self, method: Method, path: &str, json: &str) -> Answer {
        let request = request(method, path).header("content-type", "application/json");
        self.call(
            request
                .body(Body::from(json.to_owned()))
                .expect("a request"),
        )
        .await
    }

    pub async fn send_as(&self, role: Role, method: Method, path: &str, json: &str) -> Answer {
        let request = request(method, path)
            .header("content-type", "application/json")
            .header("authorization", bearer(role));
        self.call(
            request
                .body(Body::from(json.to_owned()))
                .expect("a request"),
        )
        .await
    }
}

async fn answer(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

pub fn bearer(role: Role) -> String {
    format!("Bearer {}", token(role))
}

pub fn request(method: Method, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path)
}

/// An answer with its body.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// Checks that this is an error in the one format, and gives its `error`.
    #[track_caller]
    pub fn error(&self, status: u16, code: &str) -> Value {
        let json = self.json();
        assert_eq!(self.status.as_u16(), status, "{json}");
        assert_eq!(json["success"], false, "{json}");
        assert_eq!(json["error"]["code"], code, "{json}");
        assert!(
            json["error"]["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        assert!(json["error"]["details"].is_array());
        assert_eq!(json["requestId"], self.header("x-request-id"));
        assert!(
            json["timestamp"]
                .as_str()
                .is_some_and(|text| text.ends_with('Z'))
        );
        json["error"].clone()
    }

    /// As [`Answer::error`] for a validation error, which names this field.
    #[track_caller]
    pub fn names(&self, field: &str) {
        let error = self.error(422, "VALIDATION_ERROR");
        let details = error["details"].as_array().unwrap();
        let named = details.iter().any(|detail| detail["field"] == field);
        assert!(named, "{field}: {error}");
    }
}

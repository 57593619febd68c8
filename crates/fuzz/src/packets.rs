//! Packets of Socket.IO from a client that is signed in, by the transport of plain requests.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock, atomic::AtomicBool},
};

use axum::{Router, body::Body};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tower::{Service as _, service_fn, util::BoxCloneSyncService};
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

const SOCKETS: &str = "/socket.io/?EIO=4&transport=polling";

/// A gateway whose services are away.
struct Front {
    runtime: Runtime,
    router: Router,
    token: String,
}

/// Sends the bytes as a payload of packets.
///
/// # Panics
/// If the gateway answers with an error of its own, or answers no more.
pub fn packets(bytes: &[u8]) {
    static FRONT: OnceLock<Front> = OnceLock::new();
    let front = FRONT.get_or_init(front);
    front.runtime.block_on(async {
        let (status, open) = front.ask(Method::GET, "", Vec::new()).await;
        assert_eq!(status, 200, "{open}");
        let session = open.split('"').nth(3).expect("a session");
        let session = format!("&sid={session}");
        let token = &front.token;
        let connect = format!("40{{\"token\":\"{token}\"}}").into_bytes();
        let (status, answer) = front.ask(Method::POST, &session, connect).await;
        assert_eq!(status, 200, "{answer}");
        // The answer to the connection.
        let (status, answer) = front.ask(Method::GET, &session, Vec::new()).await;
        assert!(
            status == 200 && answer.starts_with("40"),
            "{status} {answer}"
        );
        let (status, answer) = front.ask(Method::POST, &session, bytes.to_vec()).await;
        assert!(status < 500, "{status} {answer}");
        // Goodbye; the packets may have ended the session already.
        let (status, answer) = front.ask(Method::POST, &session, b"1".to_vec()).await;
        assert!(status < 500, "{status} {answer}");
    });
}

impl Front {
    async fn ask(&self, method: Method, session: &str, body: Vec<u8>) -> (u16, String) {
        let request = Request::builder()
            .method(method)
            .uri(format!("{SOCKETS}{session}"))
            .body(Body::from(body))
            .expect("a request");
        let Ok(answer) = self.router.clone().call(request).await;
        let status = answer.status().as_u16();
        let body = answer
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

fn front() -> Front {
    let runtime = super::runtime();
    let key = SigningKey::generate().expect("a key");
    let now = Timestamp::now().secs();
    let claims = AccessClaims {
        sub: UserId::new(),
        role: Role::Customer,
        name: "Ada Lovelace".to_owned(),
        email: "ada@example.com".to_owned(),
        sid: None,
        guest: false,
        iat: now - 1,
        exp: now + 7 * 24 * 3600,
        iss: ISSUER.to_owned(),
        aud: None,
    };
    let token = key.sign(&claims).expect("a token");
    let sources = Sources::empty()
        .with("WAYBILL_RATE_LIMIT", "off")
        .with("WAYBILL_SOCKET_EVENTS", "100000")
        .with("WAYBILL_SOCKETS_PER_USER", "100000");
    let (settings,) = load::<(GatewaySettings,)>(&sources).expect("settings");
    let channel = away();
    let deps = GatewayDeps {
        channels: Channels {
            auth: channel.clone(),
            order: channel.clone(),
            payment: channel.clone(),
            notification: channel.clone(),
            chat: channel,
        },
        bus: InProcessBus::new(),
        verifier: Verifier::fixed(&key_set([&key])),
        service_tokens: ServiceTokens::new(&"0123456789abcdef0123456789abcdef".into()),
        settings,
        environment: Environment::Development,
        local_only: false,
        shutdown: CancellationToken::new().into(),
        demo_accounts: Vec::new(),
        mailbox: false,
        one_process: false,
        complete: Arc::new(AtomicBool::new(true)),
    };
    let built = runtime.block_on(waybill_gateway::build(deps));
    Front {
        router: built.expect("a gateway").public,
        runtime,
        token,
    }
}

/// A service that is not there.
fn away() -> GrpcChannel {
    BoxCloneSyncService::new(service_fn(async |_: Request<tonic::body::Body>| {
        let away = AppError::unavailable("played away");
        let response: Response<tonic::body::Body> = tonic::Status::from(away).into_http();
        Ok::<_, Infallible>(response)
    }))
}

//! Live connections (Socket.IO, default namespace).
//!
//! A socket connects with an access token and is disconnected when the token expires. It is in the room of its user, the room of
//! its role, and the room of each order that it watches (if the order service lets it read the order). All events are in the
//! table of `events`; a payload is a protobuf message or a type of `shapes`. `client` handles events from clients, `catch_up` those about what a
//! client missed. `fanout`
//! sends events of the bus to clients: `newest` drops old ones, `payloads` maps them to payloads and rooms, `stock_updates`
//! collects products whose stock has changed, `outgoing` sends, with URLs below the client's `addresses`.

mod addresses;
mod catch_up;
mod client;
pub mod events;
mod fanout;
mod newest;
mod outgoing;
mod payloads;
mod shapes;
mod stock_updates;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{OriginalUri, Request},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::{HeaderName, HeaderValue};
use parking_lot::Mutex;
use serde::Deserialize;
use socketioxide::{
    SocketIo,
    extract::{SocketRef, TryData},
    handler::ConnectHandler as _,
    service::SocketIoService,
    socket::Sid,
};
use tokio::task::JoinSet;
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_service_kit::{
    CallContext, Caller, ErrorCode, UserCaller, new_request_id, tokens::AccessClaims,
};

use self::{
    addresses::{Addresses, address_room},
    events::SESSION_ENDED,
    outgoing::{role_room, user_room},
    shapes::SessionEndedEvent,
    stock_updates::StockUpdates,
};
use crate::{app::App, error::ApiError};

/// Maximum size of a message from a client, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;
/// Maximum number of packets queued for a client; a client that does not read is disconnected and gets missed events when it is back.
const BUFFER: usize = 512;
/// Interval of checking for expired sessions.
const SWEEP: Duration = Duration::from_secs(1);

/// The user of a socket.
pub(crate) struct Peer {
    pub claims: Arc<AccessClaims>,
    token: Arc<str>,
    /// Of the client.
    address: Option<String>,
    /// The URL of the gateway for this client.
    base: Arc<str>,
}

impl Peer {
    /// The context of calls for this socket.
    fn context(&self) -> CallContext {
        let context = CallContext {
            request_id: new_request_id(),
            client_address: self.address.clone(),
            caller: Caller::User(UserCaller::from(self.claims.as_ref())),
            ..CallContext::default()
        };
        context.with_token(Arc::clone(&self.token))
    }
}

/// The sockets of this gateway.
pub struct Hub {
    app: App,
    /// Expiry of each socket's token, in seconds since the epoch, soonest first.
    expiries: Mutex<BTreeSet<(i64, Sid)>>,
    open: AtomicI64,
    addresses: Addresses,
    /// Rate limit of events from each user, over all sockets.
    pace: DefaultKeyedRateLimiter<Uuid>,
}

impl Hub {
    /// Whether any socket is connected.
    fn has_sockets(&self) -> bool {
        self.open.load(Ordering::Relaxed) > 0
    }

    /// Counts one event that a user sends; false if there are too many.
    fn keeps_pace(&self, peer: &Peer) -> bool {
        self.pace.check_key(&peer.claims.sub.uuid()).is_ok()
    }
}

#[derive(Debug, Deserialize)]
struct Handshake {
    token: Option<String>,
}

/// Why a connection was refused; the client gets the text as the message of `connect_error`.
#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The layer that serves `/socket.io/`, and the background work of sockets, which ends when the gateway stops.
pub fn service(app: &App) -> (SocketIoService<Router>, impl Future<Output = ()> + use<>) {
    let burst =
        std::num::NonZeroU32::new(app.settings.socket_events).unwrap_or(std::num::NonZeroU32::MIN);
    let (service, io) = SocketIo::builder()
        .max_payload(MAX_MESSAGE as u64)
        .ws_max_message_size(MAX_MESSAGE)
        .ws_max_frame_size(MAX_MESSAGE)
        .ws_read_buffer_size(4 * 1024)
        .max_buffer_size(BUFFER)
        .build_with_inner_svc(Router::new());
    let hub = Arc::new(Hub {
        app: Arc::clone(app),
        expiries: Mutex::default(),
        open: AtomicI64::new(0),
        addresses: Addresses::new(Arc::clone(&app.base)),
        pace: RateLimiter::keyed(Quota::per_second(burst)),
    });
    let welcome = {
        let hub = Arc::clone(&hub);
        async move |socket: SocketRef| connected(&hub, &socket)
    };
    let admit = {
        let hub = Arc::clone(&hub);
        move |io: SocketIo, socket: SocketRef, TryData(auth): TryData<Handshake>| {
            let hub = Arc::clone(&hub);
            async move { admit(&hub, &io, &socket, auth.ok()).await }
        }
    };
    io.ns("/", welcome.with(admit));
    (service, work(hub, io))
}

/// The request with a path and headers of its own. A socket keeps its request for as long as it lives, and what hyper parsed keeps the
/// whole read buffer of the connection, 8 KB or more.
pub fn detached(mut request: Request) -> Request {
    request.extensions_mut().remove::<OriginalUri>();
    let whole = request.uri().to_string();
    if let Ok(uri) = whole.parse() {
        *request.uri_mut() = uri;
    }
    let headers = request.headers().iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    });
    *request.headers_mut() = headers.collect();
    request
}

/// Runs everything that sends events to sockets until the gateway stops. Then all sockets are closed.
async fn work(hub: Arc<Hub>, io: SocketIo) {
    let stock = Arc::new(StockUpdates::default());
    let mut tasks = JoinSet::new();
    // Separate tasks: loading products from the order service must not delay events.
    tasks.spawn({
        let (hub, io, stock) = (Arc::clone(&hub), io.clone(), Arc::clone(&stock));
        async move { fanout::follow(&hub, &io, &stock).await }
    });
    tasks.spawn({
        let (hub, io) = (Arc::clone(&hub), io.clone());
        async move { stock.run(&hub, &io).await }
    });
    tasks.spawn(sweep(Arc::clone(&hub), io.clone()));
    tasks.spawn(watch_revocations(Arc::clone(&hub), io.clone()));
    hub.app.stop.cancelled().await;
    // Aborts the tasks and waits for them. Closing removes the namespace, and sending to it afterwards panics.
    tasks.shutdown().await;
    io.close().await;
}

/// The connect middleware. It registers handlers and joins rooms, so that no event is lost right after connecting.
async fn admit(
    hub: &Arc<Hub>,
    io: &SocketIo,
    socket: &SocketRef,
    auth: Option<Handshake>,
) -> Result<(), Refused> {
    let token = auth.and_then(|auth| auth.token).ok_or_else(|| {
        Refused(
            "UNAUTHENTICATED: send the access token in the handshake, as auth: { token }"
                .to_owned(),
        )
    })?;
    let token = token.strip_prefix("Bearer ").unwrap_or(&token);
    let refused = |error: ApiError| Refused(format!("{}: {}", error.code, error.message));
    let claims = hub
        .app
        .verifier
        .verify(token)
        .await
        .map_err(|error| refused(error.into()))?;
    let id = claims.sub.to_string();
    // A client may connect while the sockets are being closed.
    let namespace = io
        .of("/")
        .ok_or_else(|| Refused("UNAVAILABLE: the server is stopping; connect again".to_owned()))?;
    let already = namespace.within(user_room(&id)).sockets().len();
    if already >= hub.app.settings.sockets_per_user as usize {
        return Err(Refused(
            "RATE_LIMITED: you have too many live connections; close one".to_owned(),
        ));
    }
    let info = socket
        .req_parts()
        .extensions
        .get::<crate::extract::RequestInfo>();
    let peer = Arc::new(Peer {
        token: token.into(),
        address: info.map(|info| info.client_address.clone()),
        base: hub
            .addresses
            .of_socket(info.map_or(&*hub.app.base, |info| &*info.base)),
        claims,
    });
    client::register(hub, socket, &peer);
    socket.join([
        user_room(&id),
        role_room(peer.claims.role),
        address_room(&peer.base),
    ]);
    socket.extensions.insert(Arc::clone(&peer));
    // Checked again after joining: a revocation since the first check did not see this socket.
    let still = hub.app.verifier.check(&peer.claims);
    still.map_err(|error| refused(ApiError::from(error)))
}

fn connected(hub: &Arc<Hub>, socket: &SocketRef) {
    if let Some(peer) = socket.extensions.get::<Arc<Peer>>() {
        hub.expiries.lock().insert((peer.claims.exp, socket.id));
    }
    let open = hub.open.fetch_add(1, Ordering::Relaxed) + 1;
    metrics::gauge!("waybill_sockets").set(open as f64);
}

fn disconnected(hub: &Hub, peer: &Peer, socket: &SocketRef) {
    hub.expiries.lock().remove(&(peer.claims.exp, socket.id));
    let open = hub.open.fetch_sub(1, Ordering::Relaxed) - 1;
    metrics::gauge!("waybill_sockets").set(open as f64);
}

/// Disconnects sockets whose token has expired, and removes unused rate limit keys.
async fn sweep(hub: Arc<Hub>, io: SocketIo) {
    let mut timer = tokio::time::interval(SWEEP);
    loop {
        timer.tick().await;
        hub.pace.retain_recent();
        let now = Timestamp::now().secs();
        let ended = {
            let mut expiries = hub.expiries.lock();
            let later = expiries.split_off(&(now + 1, Sid::ZERO));
            std::mem::replace(&mut *expiries, later)
        };
        for (_, id) in ended {
            if let Some(socket) = io.get_socket(id) {
                let message = "the access token has expired; connect again with a new one";
                end(socket, message.to_owned());
            }
        }
    }
}

/// Disconnects sockets whose token was revoked, however the gateway learns of it. An event does it at once, for its user; this looks
/// at all sockets, and so not for each revocation.
async fn watch_revocations(hub: Arc<Hub>, io: SocketIo) {
    let mut revoked = hub.app.verifier.revoked();
    while revoked.changed().await.is_ok() {
        end_revoked(&hub, io.sockets());
        tokio::time::sleep(SWEEP).await;
    }
}

/// Disconnects those of these sockets whose token is revoked.
fn end_revoked(hub: &Hub, sockets: Vec<SocketRef>) {
    for socket in sockets {
        let peer = socket.extensions.get::<Arc<Peer>>();
        let still = peer.map_or(Ok(()), |peer| hub.app.verifier.check(&peer.claims));
        if let Err(error) = still {
            end(socket, error.message.clone());
        }
    }
}

/// Sends the reason to the client, then disconnects it.
fn end(socket: SocketRef, message: String) {
    let reason = SessionEndedEvent {
        code: ErrorCode::Unauthenticated,
        message,
    };
    let (event, reason) = SESSION_ENDED.with(&reason);
    // The client may be gone or not reading.
    let _ = socket.emit(event, reason);
    let _ = socket.disconnect();
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_detached_request_is_the_same_and_keeps_no_buffer() {
        // As hyper parses it: all parts are in one buffer.
        let buffer = Bytes::from_static(b"/socket.io/?EIO=4&transport=websocket a b");
        let mut request = Request::new(Body::empty());
        let uri = buffer.slice(..37);
        *request.uri_mut() = http::Uri::from_maybe_shared(uri).unwrap();
        let original = OriginalUri(request.uri().clone());
        request.extensions_mut().insert(original);
        for value in [buffer.slice(38..39), buffer.slice(40..41)] {
            let value = HeaderValue::from_maybe_shared(value).unwrap();
            request.headers_mut().append("x-forwarded-for", value);
        }
        let kept = detached(request);
        assert_eq!(kept.uri(), "/socket.io/?EIO=4&transport=websocket");
        let values: Vec<_> = kept.headers().get_all("x-forwarded-for").iter().collect();
        assert_eq!(values, ["a", "b"]);
        assert!(kept.extensions().get::<OriginalUri>().is_none());
        let buffer = buffer.as_ptr_range();
        let path = kept.uri().path().as_bytes();
        for part in values.iter().map(|value| value.as_bytes()).chain([path]) {
            assert!(!buffer.contains(&part.as_ptr()));
        }
    }
}

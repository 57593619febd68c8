//! Live connections (Socket.IO, default namespace).
//!
//! A socket is let in with an access token and lives as long as that token. It is in the room of its user and of its role,
//! and in the room of each order that it watches, after the order service said that it may read it. Each event is
//! in the table of `events`, with its payload, which is a message or one of `shapes`. `client` handles what clients send; `fanout`
//! turns events of the bus into what they get: `newest` knows which of them are news, `payloads` says who gets what,
//! `stock_updates` gathers products whose stock has changed, `outgoing` sends.

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

use axum::Router;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
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
    events::SESSION_ENDED,
    outgoing::{role_room, user_room},
    shapes::SessionEndedEvent,
    stock_updates::StockUpdates,
};
use crate::{app::App, error::ApiError};

/// Bytes of one message from a client at most.
const MAX_MESSAGE: usize = 64 * 1024;
/// Packets that wait for one client; one that does not read them is dropped and asks for what it missed when it is back.
const BUFFER: usize = 512;
/// How often expired sessions are looked for.
const SWEEP: Duration = Duration::from_secs(1);

/// Whose socket it is.
pub(crate) struct Peer {
    pub claims: Arc<AccessClaims>,
    token: Arc<str>,
    address: Option<String>,
}

impl Peer {
    /// The context of a call that this socket makes.
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
    /// When each socket's token expires, in seconds since the epoch; the soonest first.
    expiries: Mutex<BTreeSet<(i64, Sid)>>,
    open: AtomicI64,
    /// How fast each user may send, over all sockets.
    pace: DefaultKeyedRateLimiter<Uuid>,
}

impl Hub {
    /// Whether anybody would hear an event.
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

/// Why a socket was not let in; the text reaches the client as the message of `connect_error`.
#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What answers `/socket.io/`, and the background work of its sockets, which ends when the gateway stops.
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

/// Everything that sends to sockets of its own accord, until the gateway stops. Then all sockets are closed.
async fn work(hub: Arc<Hub>, io: SocketIo) {
    let stock = Arc::new(StockUpdates::default());
    let mut tasks = JoinSet::new();
    // Tasks of their own: one waits for the order service, and events do not wait with it.
    tasks.spawn({
        let (hub, io, stock) = (Arc::clone(&hub), io.clone(), Arc::clone(&stock));
        async move { fanout::follow(&hub, &io, &stock).await }
    });
    tasks.spawn({
        let (hub, io) = (Arc::clone(&hub), io.clone());
        async move { stock.tell(&hub, &io).await }
    });
    tasks.spawn(sweep(Arc::clone(&hub), io.clone()));
    hub.app.stop.cancelled().await;
    // Aborts the tasks and waits for their end. Closing takes the namespace away, and whoever sends to it afterwards panics.
    tasks.shutdown().await;
    io.close().await;
}

/// The connect middleware. Handlers are registered and rooms joined here, so that nothing is lost right after connecting.
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
        .identify(token)
        .await
        .map_err(|error| refused(error.into()))?;
    let id = claims.sub.to_string();
    // A client may come while the sockets are being closed.
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
        claims,
    });
    client::register(hub, socket, &peer);
    socket.join([user_room(&id), role_room(peer.claims.role)]);
    socket.extensions.insert(Arc::clone(&peer));
    // Asked again inside the room: rights that were withdrawn since the first time found nothing there to end.
    let still = hub.app.identify(&peer.token).await;
    still
        .map(|_| ())
        .map_err(|error| refused(ApiError::from(error)))
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

/// Ends sockets whose token has expired, and forgets whose pace is even.
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
                end(
                    socket,
                    "the access token has expired; connect again with a new one",
                );
            }
        }
    }
}

/// Tells the client why, then disconnects it.
fn end(socket: SocketRef, message: &'static str) {
    let reason = SessionEndedEvent {
        code: ErrorCode::Unauthenticated,
        message,
    };
    let (event, reason) = SESSION_ENDED.with(&reason);
    // A client that is gone or does not read needs no explanation.
    let _ = socket.emit(event, reason);
    let _ = socket.disconnect();
}

/// The sockets of a user whose rights changed at this time connect again with a new token. Those that have done so stay.
pub(crate) fn end_user(io: &SocketIo, user: Uuid, changed: Timestamp, message: &'static str) {
    for socket in io.within(user_room(&user.to_string())).sockets() {
        let peer = socket.extensions.get::<Arc<Peer>>();
        // A token of the same second may be an old one.
        if peer.is_none_or(|peer| peer.claims.iat <= changed.secs()) {
            end(socket, message);
        }
    }
}

//! From the bus to the sockets. Every gateway sees every event and serves its own sockets.

use std::{collections::HashSet, time::Duration};

use futures::StreamExt as _;
use socketioxide::SocketIo;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::Timestamp;

use super::{
    Hub, end_user,
    newest::{Freshness, Newest},
    outgoing::{ORDER_ROOM, emit, order_room, sync, user_room},
    payloads::{self, Effects},
    stock_updates::StockUpdates,
};
use crate::app::Gateway;

/// A bus that is away is asked again after this.
const RETRY: Duration = Duration::from_millis(500);
/// Clients are told together that they may have missed something, so that a refill does not make them ask for each event.
const GATHER: Duration = Duration::from_secs(1);

/// Follows the bus for ever.
pub async fn follow(hub: &Hub, io: &SocketIo, stock: &StockUpdates) {
    let app = &hub.app;
    let mut newest = Newest::new(app.bus.keeps_events(), Timestamp::now());
    let mut unsure = Unsure::default();
    let mut losses = app.bus.tail_losses();
    loop {
        match app.bus.tail(vec!["waybill.>".to_owned()]).await {
            Ok(mut events) => {
                start_anew(app, io);
                loop {
                    tokio::select! {
                        // First: what came after a gap must not reach whom the gap put out.
                        biased;
                        () = lost(&mut losses) => start_anew(app, io),
                        () = unsure.due() => unsure.tell(io),
                        event = events.next() => {
                            let Some(event) = event else { break };
                            // The gap may have been just before this event.
                            if losses.has_changed().unwrap_or(false) {
                                losses.mark_unchanged();
                                start_anew(app, io);
                            }
                            let Some(effects) = effects(&event) else { continue };
                            match newest.take(&event, Timestamp::now()) {
                                Freshness::New => deliver(hub, io, stock, &event, effects).await,
                                Freshness::Old => repeat(hub, io, &event, &effects).await,
                                Freshness::Unsure => {
                                    repeat(hub, io, &event, &effects).await;
                                    // Products are told of as they are now.
                                    stock.note(hub, effects.stock.clone());
                                    unsure.note(io, effects).await;
                                }
                            }
                        }
                    }
                }
                tracing::warn!("the stream of events ended; following it again");
            }
            Err(error) => tracing::warn!(%error, "events cannot be followed; trying again"),
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Returns when events may have been lost.
async fn lost(losses: &mut watch::Receiver<u64>) {
    if losses.changed().await.is_err() {
        // The bus never loses any.
        std::future::pending::<()>().await;
    }
}

/// What was missed may have changed anything. It may have taken an order from somebody who watches it: so nobody watches any
/// more, and all are told to ask again, which checks their right.
fn start_anew(app: &Gateway, io: &SocketIo) {
    app.products.invalidate();
    for socket in io.sockets() {
        for room in socket.rooms() {
            if room.starts_with(ORDER_ROOM) {
                socket.leave(room);
            }
        }
        sync(socket);
    }
}

/// None for an event that means nothing here.
fn effects(event: &Envelope) -> Option<Effects> {
    payloads::effects(&event.subject, event.time, &event.payload)
        .inspect_err(|error| {
            tracing::error!(%error, subject = event.subject, "an event cannot be read");
        })
        .ok()
        .filter(|effects| *effects != Effects::default())
}

async fn deliver(
    hub: &Hub,
    io: &SocketIo,
    stock: &StockUpdates,
    event: &Envelope,
    effects: Effects,
) {
    repeat(hub, io, event, &effects).await;
    stock.note(hub, effects.stock);
    // Before anything is sent: the old worker must not get it.
    evict(io, effects.evicted).await;
    for outgoing in effects.outgoing {
        emit(io, outgoing).await;
    }
}

/// What of an event may be done again, whatever happened since: the cache asks the order service, and tokens from before it
/// hold no longer.
async fn repeat(hub: &Hub, io: &SocketIo, event: &Envelope, effects: &Effects) {
    hub.app.products.touch(&effects.touched);
    if let Some((user, why)) = &effects.revoked
        && let Ok(user) = user.parse::<Uuid>()
    {
        hub.app.revoke(user, event.time).await;
        end_user(io, user, event.time, why);
    }
}

/// The user's sockets leave the room of the order.
async fn evict(io: &SocketIo, evicted: Option<(String, String)>) {
    if let Some((user, order)) = evicted {
        let left = io.within(user_room(&user)).leave(order_room(&order)).await;
        if let Err(error) = left {
            tracing::error!(%error, "a socket could not leave a room");
        }
    }
}

/// Who is to ask for the present state, because an event may be news to them.
#[derive(Default)]
struct Unsure {
    rooms: HashSet<String>,
    since: Option<Instant>,
}

impl Unsure {
    async fn note(&mut self, io: &SocketIo, effects: Effects) {
        self.rooms
            .extend(effects.outgoing.into_iter().flat_map(|one| one.rooms));
        // They watch again, which checks their right.
        if let Some((user, _)) = &effects.evicted {
            self.rooms.insert(user_room(user));
        }
        evict(io, effects.evicted).await;
        if !self.rooms.is_empty() {
            self.since.get_or_insert_with(Instant::now);
        }
    }

    /// Returns when they should be told.
    async fn due(&self) {
        match self.since {
            Some(since) => tokio::time::sleep_until(since + GATHER).await,
            None => std::future::pending().await,
        }
    }

    fn tell(&mut self, io: &SocketIo) {
        self.since = None;
        let rooms: Vec<String> = std::mem::take(&mut self.rooms).into_iter().collect();
        for socket in io.to(rooms).sockets() {
            sync(socket);
        }
    }
}

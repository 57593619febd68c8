//! Sends events of the bus to sockets. Every gateway gets every event and serves its own sockets.

use std::{collections::HashSet, time::Duration};

use futures::StreamExt as _;
use socketioxide::SocketIo;
use tokio::{sync::watch, time::Instant};
use waybill_bus::Envelope;
use waybill_primitives::Timestamp;

use super::{
    Hub, end_revoked,
    newest::{Freshness, Newest},
    outgoing::{ORDER_ROOM, emit, order_room, sync, user_room},
    payloads::{self, Effects, Heard},
    stock_updates::StockUpdates,
};
use crate::app::Gateway;

/// Delay before following an unavailable bus again.
const RETRY: Duration = Duration::from_millis(500);
/// `sync` is sent once for all doubtful events of this interval, so that a refill does not make clients reload for each event.
const GATHER: Duration = Duration::from_secs(1);

/// Follows the bus; never returns.
pub async fn follow(hub: &Hub, io: &SocketIo, stock: &StockUpdates) {
    let app = &hub.app;
    let mut newest = Newest::new(app.bus.keeps_events(), Timestamp::now());
    let mut unsure = Unsure::default();
    let mut losses = app.bus.tail_losses();
    loop {
        match app.bus.tail(vec!["waybill.>".to_owned()]).await {
            Ok(mut events) => {
                resync_all(app, io);
                loop {
                    tokio::select! {
                        // First: events after a gap must not reach users who lost their permission in the gap.
                        biased;
                        () = lost(&mut losses) => resync_all(app, io),
                        () = unsure.due() => unsure.send_sync(io),
                        event = events.next() => {
                            let Some(event) = event else { break };
                            // The gap may have been just before this event.
                            if losses.has_changed().unwrap_or(false) {
                                losses.mark_unchanged();
                                resync_all(app, io);
                            }
                            // Before anything else is sent.
                            if let Some(user) = app.verifier.observe(&event) {
                                end_revoked(hub, io.within(user_room(&user.to_string())).sockets());
                            }
                            let heard = |rooms: &[String]| rooms.iter().any(|room| is_open(io, room));
                            let Some(effects) = effects(&event, &heard) else { continue };
                            match newest.take(&event, Timestamp::now()) {
                                Freshness::New => deliver(hub, io, stock, effects).await,
                                Freshness::Old => app.products.touch(&effects.touched),
                                Freshness::Unsure => {
                                    app.products.touch(&effects.touched);
                                    // Products are sent in their current state.
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
        // This bus never loses events.
        std::future::pending::<()>().await;
    }
}

/// After lost events, everything may have changed, including who may watch an order. So all sockets leave the rooms of orders and
/// get `sync`: to watch again, clients have to pass the permission check again.
fn resync_all(app: &Gateway, io: &SocketIo) {
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

/// Whether a socket is in the room.
fn is_open(io: &SocketIo, room: &str) -> bool {
    !io.to(room.to_owned()).sockets().is_empty()
}

/// None for an event without effects here.
fn effects(event: &Envelope, heard: Heard<'_>) -> Option<Effects> {
    payloads::effects(&event.subject, event.time, &event.payload, heard)
        .inspect_err(|error| {
            tracing::error!(%error, subject = event.subject, "an event cannot be read");
        })
        .ok()
        .filter(|effects| *effects != Effects::default())
}

async fn deliver(hub: &Hub, io: &SocketIo, stock: &StockUpdates, effects: Effects) {
    hub.app.products.touch(&effects.touched);
    stock.note(hub, effects.stock);
    // Before anything is sent: the old worker must not get it.
    evict(io, effects.evicted).await;
    for outgoing in effects.outgoing {
        emit(hub, io, outgoing).await;
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

/// Rooms that get `sync`, because an event may be new to them or not.
#[derive(Default)]
struct Unsure {
    rooms: HashSet<String>,
    since: Option<Instant>,
}

impl Unsure {
    async fn note(&mut self, io: &SocketIo, effects: Effects) {
        self.rooms
            .extend(effects.outgoing.into_iter().flat_map(|one| one.rooms));
        // They have to watch again, which checks their permission.
        if let Some((user, _)) = &effects.evicted {
            self.rooms.insert(user_room(user));
        }
        evict(io, effects.evicted).await;
        if !self.rooms.is_empty() {
            self.since.get_or_insert_with(Instant::now);
        }
    }

    /// Returns when `sync` should be sent.
    async fn due(&self) {
        match self.since {
            Some(since) => tokio::time::sleep_until(since + GATHER).await,
            None => std::future::pending().await,
        }
    }

    fn send_sync(&mut self, io: &SocketIo) {
        self.since = None;
        let rooms: Vec<String> = std::mem::take(&mut self.rooms).into_iter().collect();
        for socket in io.to(rooms).sockets() {
            sync(socket);
        }
    }
}

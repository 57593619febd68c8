//! From the bus to the sockets. Every gateway sees every event and serves its own sockets.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures::StreamExt as _;
use socketioxide::{SocketIo, extract::SocketRef};
use tokio::sync::watch;
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::EventId;

use super::{
    Hub, ORDER_ROOM, end, end_user,
    moved::Moved,
    order_room,
    payloads::{self, Outgoing},
    user_room,
};
use crate::app::Gateway;

/// Events whose repeats are recognised.
const REMEMBERED: usize = 8192;
/// A bus that is away is asked again after this.
const RETRY: Duration = Duration::from_millis(500);

/// Runs until the gateway stops.
pub async fn fan_out(hub: Arc<Hub>, io: SocketIo) {
    let stop = hub.app.stop.clone();
    let moved = Arc::new(Moved::default());
    let telling = {
        let (hub, io, moved) = (Arc::clone(&hub), io.clone(), Arc::clone(&moved));
        // Apart: it waits for the order service, and events do not.
        tokio::spawn(async move { moved.tell(&hub, &io).await })
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = follow(&hub, &io, &moved) => {}
    }
    telling.abort();
}

async fn follow(hub: &Hub, io: &SocketIo, moved: &Moved) {
    let app = &hub.app;
    let mut seen = Seen::default();
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
                        event = events.next() => match event {
                            Some(event) if seen.is_new(event.id) => {
                                // The gap may have been just before this event.
                                if losses.has_changed().unwrap_or(false) {
                                    losses.mark_unchanged();
                                    start_anew(app, io);
                                }
                                deliver(hub, io, moved, &event).await;
                            }
                            Some(_) => {}
                            None => break,
                        }
                    }
                }
                tracing::warn!("the stream of events ended; following it anew");
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
/// more, and all are told to ask again, which checks their right anew.
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

/// Tells a client to ask for what it missed. One that cannot even take that is dropped, and asks when it is back.
fn sync(socket: SocketRef) {
    if socket.emit("sync", &serde_json::json!({})).is_err() {
        metrics::counter!("waybill_sockets_dropped_total").increment(1);
        end(
            socket,
            "too slow; connect again and ask for what you missed",
        );
    }
}

async fn deliver(hub: &Hub, io: &SocketIo, moved: &Moved, event: &Envelope) {
    let app = &hub.app;
    let effects = match payloads::effects(&event.subject, event.time, &event.payload) {
        Ok(effects) => effects,
        Err(error) => {
            tracing::error!(%error, subject = event.subject, "an event cannot be read");
            return;
        }
    };
    app.products.touch(&effects.touched);
    moved.note(hub, effects.moved);
    // Before anything is sent: the old worker must not get it.
    if let Some((user, order)) = effects.evicted {
        let left = io.within(user_room(&user)).leave(order_room(&order)).await;
        if let Err(error) = left {
            tracing::error!(%error, "a socket could not leave a room");
        }
    }
    if let Some((user, why)) = effects.revoked
        && let Ok(user) = user.parse::<Uuid>()
    {
        app.revoke(user, event.time).await;
        end_user(io, user, why);
    }
    for outgoing in effects.outgoing {
        emit(io, outgoing).await;
    }
}

/// Never waits for a client: what does not fit into its buffer fails at once.
pub async fn emit(io: &SocketIo, outgoing: Outgoing) {
    let Outgoing {
        event,
        rooms,
        payload,
    } = outgoing;
    if io.to(rooms.clone()).emit(event, &payload).await.is_ok() {
        return;
    }
    // Somebody missed it.
    tracing::debug!(event, "a client is too slow");
    for socket in io.to(rooms).sockets() {
        sync(socket);
    }
}

/// The latest event ids: the bus delivers at least once.
#[derive(Default)]
struct Seen {
    ids: HashSet<EventId>,
    order: VecDeque<EventId>,
}

impl Seen {
    fn is_new(&mut self, id: EventId) -> bool {
        if !self.ids.insert(id) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_recognised_and_memory_is_bounded() {
        let mut seen = Seen::default();
        let first = EventId::new();
        assert!(seen.is_new(first));
        assert!(!seen.is_new(first));
        for _ in 0..REMEMBERED {
            assert!(seen.is_new(EventId::new()));
        }
        assert_eq!(seen.ids.len(), REMEMBERED);
    }
}

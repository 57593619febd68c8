//! From the bus to the sockets. Every gateway sees every event and serves its own sockets.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures::StreamExt as _;
use socketioxide::SocketIo;
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::EventId;

use super::{
    end, end_user, order_room,
    payloads::{self, Outgoing},
    user_room,
};
use crate::app::{App, Gateway};

/// Events whose repeats are recognised.
const REMEMBERED: usize = 8192;
/// A bus that is away is asked again after this.
const RETRY: Duration = Duration::from_millis(500);

/// Runs until the gateway stops.
pub async fn fan_out(app: App, io: SocketIo) {
    let stop = app.stop.clone();
    tokio::select! {
        () = stop.cancelled() => {}
        () = follow(app, io) => {}
    }
}

async fn follow(app: App, io: SocketIo) {
    let mut seen = Seen::default();
    loop {
        match app.bus.tail(vec!["waybill.>".to_owned()]).await {
            Ok(mut events) => {
                // What was missed meanwhile may have changed anything.
                app.products.invalidate();
                while let Some(event) = events.next().await {
                    if seen.is_new(event.id) {
                        deliver(&app, &io, &event).await;
                    }
                }
                tracing::warn!("the stream of events ended; following it anew");
            }
            Err(error) => tracing::warn!(%error, "events cannot be followed; trying again"),
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn deliver(app: &Arc<Gateway>, io: &SocketIo, event: &Envelope) {
    let effects = match payloads::effects(&event.subject, event.time, &event.payload) {
        Ok(effects) => effects,
        Err(error) => {
            tracing::error!(%error, subject = event.subject, "an event cannot be read");
            return;
        }
    };
    if effects.products_changed {
        app.products.invalidate();
    }
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
async fn emit(io: &SocketIo, outgoing: Outgoing) {
    let Outgoing {
        event,
        rooms,
        payload,
    } = outgoing;
    if io.to(rooms.clone()).emit(event, &payload).await.is_ok() {
        return;
    }
    // Somebody missed it. Who still cannot take a packet is dropped, and asks for what it missed when it is back.
    tracing::debug!(event, "a client is too slow");
    for socket in io.to(rooms).sockets() {
        if socket.emit("sync", &serde_json::json!({})).is_err() {
            metrics::counter!("waybill_sockets_dropped_total").increment(1);
            end(
                socket,
                "too slow; connect again and ask for what you missed",
            );
        }
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

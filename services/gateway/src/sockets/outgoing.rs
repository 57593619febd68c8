//! Sends events to clients.

use serde::Serialize;
use serde_json::Value;
use socketioxide::{SocketIo, extract::SocketRef, operators::BroadcastOperators};
use waybill_primitives::Role;

use super::{
    Hub, end,
    events::{SYNC, SocketEvent},
    shapes::SyncEvent,
};
use crate::relative_json::RelativeJson;

/// One event for sockets. Each socket in any of the rooms gets it once.
#[derive(Debug, PartialEq)]
pub struct Outgoing {
    pub event: &'static str,
    pub rooms: Vec<String>,
    pub payload: RelativeJson,
}

impl Outgoing {
    /// None if the payload cannot be serialized, which never happens.
    pub fn new<T: Serialize>(
        event: SocketEvent<T>,
        rooms: Vec<String>,
        payload: &T,
    ) -> Option<Self> {
        let (event, payload) = event.with(payload);
        let payload = RelativeJson::of(payload)
            .inspect_err(
                |error| tracing::error!(%error, event, "a payload could not be serialized"),
            )
            .ok()?;
        Some(Self {
            event,
            rooms,
            payload,
        })
    }

    /// With a serialized payload.
    pub const fn written<T>(
        event: SocketEvent<T>,
        rooms: Vec<String>,
        payload: RelativeJson,
    ) -> Self {
        Self {
            event: event.name(),
            rooms,
            payload,
        }
    }
}

/// Sends an event, to each client with URLs below its address.
pub async fn emit(hub: &Hub, io: &SocketIo, outgoing: Outgoing) {
    let Outgoing {
        event,
        rooms,
        payload,
    } = outgoing;
    if !payload.has_urls() {
        return send(event, payload.text(), &|| io.to(rooms.clone())).await;
    }
    for (address, others) in hub.addresses.in_use() {
        let to = || io.to(rooms.clone()).except(others.clone());
        send(event, &payload.below(&address), &to).await;
    }
}

/// Never waits for a client: sending fails at once if its buffer is full.
async fn send(event: &str, payload: &[u8], to: &(impl Fn() -> BroadcastOperators + Sync)) {
    let payload: Value = match serde_json::from_slice(payload) {
        Ok(payload) => payload,
        Err(error) => return tracing::error!(%error, event, "a payload could not be read"),
    };
    if to().emit(event, &payload).await.is_ok() {
        return;
    }
    // A client missed the event.
    tracing::debug!(event, "a client is too slow");
    for socket in to().sockets() {
        sync(socket);
    }
}

/// Sends `sync` to a client. If its buffer is full, it is disconnected instead, and reloads when it is back.
pub fn sync(socket: SocketRef) {
    let (event, payload) = SYNC.with(&SyncEvent {});
    if socket.emit(event, payload).is_err() {
        metrics::counter!("waybill_sockets_dropped_total").increment(1);
        end(
            socket,
            "too slow; connect again and reload missed data".to_owned(),
        );
    }
}

/// The room of all sockets of a user.
pub fn user_room(id: &str) -> String {
    format!("user:{id}")
}

/// The room of all sockets of a role.
pub fn role_room(role: Role) -> String {
    format!("role:{role}")
}

/// The room of the sockets that watch an order.
pub fn order_room(id: &str) -> String {
    format!("{ORDER_ROOM}{id}")
}

/// Prefix of the names of order rooms.
pub const ORDER_ROOM: &str = "order:";

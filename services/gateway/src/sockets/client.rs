//! Events from clients. Every event is acknowledged: `{ok: true, …}` or `{ok: false, error: {code, message, details}}`.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt as _;
use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_primitives::Role;
use waybill_proto::{
    chat as chat_pb,
    common::{self, PageRequest, Person},
    json, order as order_pb,
};
use waybill_service_kit::{AppError, CallContext, ErrorCode, tokens::AccessClaims};

use super::{
    Hub, Peer,
    catch_up::catch_up,
    disconnected,
    events::{
        Asked, CATCH_UP, CHAT_TYPING, PRESENCE, READ_MESSAGES, SEND_MESSAGE, TYPE_MESSAGE,
        UNWATCH_ORDER, WATCH_ORDER,
    },
    outgoing::{ORDER_ROOM, order_room, user_room},
    shapes::{
        Acknowledged, CatchUpAnswer, CatchUpRequest, ChatReadAnswer, ChatReadRequest,
        ChatSendAnswer, ChatSendRequest, ChatTypingEvent, ChatTypingRequest, OrderUnwatchRequest,
        OrderWatchAnswer, OrderWatchRequest, PresenceEvent, Since, SocketError, SocketRefusal,
    },
};
use crate::{
    app::{read, required, send},
    error::{Always, ApiError},
    extract,
};

/// Maximum number of missed messages in an answer; further ones are at `GET …/chat/messages?since=`.
const MISSED_MESSAGES: u32 = 100;

/// A socket and its user.
#[derive(Clone)]
struct Client {
    hub: Arc<Hub>,
    peer: Arc<Peer>,
    socket: SocketRef,
}

pub(super) fn register(hub: &Arc<Hub>, socket: &SocketRef, peer: &Arc<Peer>) {
    on(hub, peer, socket, WATCH_ORDER, Client::watch);
    on(hub, peer, socket, CATCH_UP, catching_up);
    on(hub, peer, socket, UNWATCH_ORDER, Client::unwatch);
    on(hub, peer, socket, SEND_MESSAGE, Client::chat_send);
    on(hub, peer, socket, TYPE_MESSAGE, Client::chat_typing);
    on(hub, peer, socket, READ_MESSAGES, Client::chat_read);
    let (fallback_hub, fallback_peer) = (Arc::clone(hub), Arc::clone(peer));
    socket.on_fallback(async move |ack: AckSender| {
        let error = if fallback_hub.keeps_pace(&fallback_peer) {
            AppError::malformed("there is no such event").into()
        } else {
            too_fast()
        };
        let _ = ack.send(&refusal(error));
    });
    let (hub, peer) = (Arc::clone(hub), Arc::clone(peer));
    socket.on_disconnect(async move |socket: SocketRef| {
        disconnected(&hub, &peer, &socket);
        for room in socket.rooms() {
            if let Some(order) = room.strip_prefix(ORDER_ROOM) {
                present(&socket, &peer, order, false).await;
            }
        }
    });
}

fn on<T, A, F, Fut>(
    hub: &Arc<Hub>,
    peer: &Arc<Peer>,
    socket: &SocketRef,
    event: Asked<T, A>,
    handler: F,
) where
    T: DeserializeOwned + ToSchema + Send + 'static,
    A: Serialize + 'static,
    F: Fn(Client, T) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<A, ApiError>> + Send + 'static,
{
    let (hub, peer) = (Arc::clone(hub), Arc::clone(peer));
    socket.on(
        event.name(),
        move |socket: SocketRef, TryData(data): TryData<Value>, ack: AckSender| {
            let client = Client {
                hub: Arc::clone(&hub),
                peer: Arc::clone(&peer),
                socket,
            };
            let (handler, base) = (handler.clone(), Arc::clone(&client.peer.base));
            async move {
                let work = async {
                    if !client.hub.keeps_pace(&client.peer) {
                        return Err(too_fast());
                    }
                    let data = data.map_err(|_| AppError::malformed("send one JSON object"))?;
                    let bytes = serde_json::to_vec(&data).map_err(AppError::internal)?;
                    handler(client, extract::parse(&bytes)?).await
                };
                // Unwind safe: the state of the handler is dropped with the panic and never used again.
                let outcome = AssertUnwindSafe(work).catch_unwind().await;
                // The client may be gone.
                let _ = match outcome {
                    Ok(Ok(answer)) => json::with_base(&base, || ack.send(&answer)),
                    Ok(Err(error)) => ack.send(&refusal(error)),
                    Err(_) => {
                        let error = AppError::internal("a socket handler panicked");
                        ack.send(&refusal(error.into()))
                    }
                };
            }
        },
    );
}

fn refusal(error: ApiError) -> SocketRefusal {
    SocketRefusal {
        ok: Always,
        error: SocketError {
            code: error.code,
            message: error.message,
            details: error.details,
        },
    }
}

fn too_fast() -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::RateLimited,
        "too many events; send fewer per second",
    )
}

impl Client {
    async fn order(&self, context: &CallContext, id: Uuid) -> Result<order_pb::Order, ApiError> {
        let request = order_pb::GetOrderRequest { id: id.to_string() };
        let answer = read!(self.hub.app.clients.order, get_order, context, request)?;
        let order = required(answer.order, "the order")?;
        if follows(&order, &self.peer.claims) {
            Ok(order)
        } else {
            Err(AppError::not_found("order of yours; the pool is sent as order:available").into())
        }
    }

    /// Joins the room of an order that the user may read.
    async fn watch(self, watch: OrderWatchRequest) -> Result<OrderWatchAnswer, ApiError> {
        let context = self.peer.context();
        let id = watch.order_id.to_string();
        self.order(&context, watch.order_id).await?;
        self.socket.join(order_room(&id));
        // Read again after joining: between the check and the join the order may have changed, or been assigned to another worker.
        let order = match self.order(&context, watch.order_id).await {
            Ok(order) => order,
            Err(error) => {
                self.socket.leave(order_room(&id));
                return Err(error);
            }
        };
        let missed = match &watch.since {
            Some(Since::Message(_)) | None => Vec::new(),
            Some(since) => self.history(&context, &id, since).await?,
        };
        let answer = OrderWatchAnswer {
            ok: Always,
            order,
            missed,
            messages: self.missed_messages(&context, &id, &watch).await?,
            present: present_users(&self.socket, &id),
        };
        present(&self.socket, &self.peer, &id, true).await;
        Ok(answer)
    }

    async fn history(
        &self,
        context: &CallContext,
        order_id: &str,
        since: &Since,
    ) -> Result<Vec<order_pb::HistoryItem>, ApiError> {
        let request = order_pb::GetHistoryRequest {
            limit: 0,
            order_id: order_id.to_owned(),
            after_version: match since {
                Since::Version(version) => *version,
                Since::Time(_) | Since::Message(_) => 0,
            },
        };
        let answer = read!(self.hub.app.clients.order, get_history, context, request)?;
        let mut items = answer.items;
        if let Since::Time(time) = since {
            items.retain(|item| item.at > Some((*time).into()));
        }
        Ok(items)
    }

    /// None if the client sent no `since`.
    async fn missed_messages(
        &self,
        context: &CallContext,
        order_id: &str,
        watch: &OrderWatchRequest,
    ) -> Result<Option<Vec<chat_pb::Message>>, ApiError> {
        let message = match (watch.since_message, &watch.since) {
            (Some(id), _) => Some(id),
            (None, Some(Since::Message(id))) => Some(*id),
            _ => None,
        };
        let after = match (message, &watch.since) {
            (None, Some(Since::Time(time))) => Some(*time),
            (Some(_), _) => None,
            _ => return Ok(None),
        };
        let request = chat_pb::ListMessagesRequest {
            order_id: order_id.to_owned(),
            page: Some(PageRequest {
                limit: MISSED_MESSAGES,
                ..PageRequest::default()
            }),
            since: message.map(|id| id.to_string()).unwrap_or_default(),
        };
        let answer = read!(self.hub.app.clients.chat, list_messages, context, request)?;
        let mut messages = answer.messages;
        if let Some(after) = after {
            // The page is sorted newest first.
            messages.retain(|message| message.created_at > Some(after.into()));
            messages.reverse();
        }
        Ok(Some(messages))
    }

    /// No effect for a socket that is not in the room.
    async fn unwatch(self, order: OrderUnwatchRequest) -> Result<Acknowledged, ApiError> {
        let id = order.order_id.to_string();
        if self.watches(&id) {
            self.socket.leave(order_room(&id));
            present(&self.socket, &self.peer, &id, false).await;
        }
        Ok(Acknowledged::default())
    }

    fn watches(&self, order_id: &str) -> bool {
        let room = order_room(order_id);
        self.socket.rooms().iter().any(|joined| *joined == room)
    }

    /// Stores the message; all participants, including the sender, then get it as `chat:message`.
    async fn chat_send(self, message: ChatSendRequest) -> Result<ChatSendAnswer, ApiError> {
        let request = chat_pb::PostMessageRequest {
            order_id: message.order_id.to_string(),
            body: message.body,
            client_id: message.client_id,
        };
        let context = self.peer.context();
        let answer = send!(self.hub.app.clients.chat, post_message, &context, request)?;
        Ok(ChatSendAnswer {
            ok: Always,
            message: required(answer.message, "the message")?,
            replayed: answer.replayed,
        })
    }

    /// Notifies the others who watch the order. Permission was checked when the socket joined the room.
    async fn chat_typing(self, typing: ChatTypingRequest) -> Result<Acknowledged, ApiError> {
        let id = typing.order_id.to_string();
        if !self.watches(&id) {
            return Err(AppError::not_found("watched order; send order:watch first").into());
        }
        let claims = &self.peer.claims;
        let payload = ChatTypingEvent {
            user: person(claims),
            typing: typing.typing.unwrap_or(true),
            order_id: id.clone(),
        };
        let (event, payload) = CHAT_TYPING.with(&payload);
        // Outdated a moment later, so it is dropped for slow clients.
        let others = self
            .socket
            .to(order_room(&id))
            .except(user_room(&claims.sub.to_string()));
        let _ = others.volatile().emit(event, payload).await;
        Ok(Acknowledged::default())
    }

    async fn chat_read(self, read: ChatReadRequest) -> Result<ChatReadAnswer, ApiError> {
        let request = chat_pb::MarkReadRequest {
            order_id: read.order_id.to_string(),
            up_to: read.up_to.to_string(),
        };
        let context = self.peer.context();
        let answer = send!(self.hub.app.clients.chat, mark_read, &context, request)?;
        Ok(ChatReadAnswer {
            ok: Always,
            unread: answer.unread,
        })
    }
}

async fn catching_up(client: Client, request: CatchUpRequest) -> Result<CatchUpAnswer, ApiError> {
    catch_up(&client.hub.app, &client.peer, request).await
}

/// Whether a user who may read an order may also join its room. All workers may read an order in the pool, but once it is claimed,
/// its events are only for the worker who got it. So other workers must not be in its room.
fn follows(order: &order_pb::Order, claims: &AccessClaims) -> bool {
    let user = claims.sub.to_string();
    claims.role != Role::Staff
        || order.assignee.as_ref().is_some_and(|it| it.id == user)
        || order.customer.as_ref().is_some_and(|it| it.id == user)
}

/// Notifies the others in an order's room that a user joined or left. A user with another socket in the room has not left.
async fn present(socket: &SocketRef, peer: &Peer, order_id: &str, online: bool) {
    let claims = &peer.claims;
    let own = user_room(&claims.sub.to_string());
    let still_here = !online
        && socket
            .within(order_room(order_id))
            .sockets()
            .iter()
            .any(|other| other.id != socket.id && other.rooms().iter().any(|room| *room == own));
    if still_here {
        return;
    }
    let payload = PresenceEvent {
        order_id: order_id.to_owned(),
        user: person(claims),
        online,
    };
    let (event, payload) = PRESENCE.with(&payload);
    let _ = socket
        .to(order_room(order_id))
        .except(own)
        .volatile()
        .emit(event, payload)
        .await;
}

/// The users who watch an order on this gateway.
fn present_users(socket: &SocketRef, order_id: &str) -> Vec<Person> {
    let mut seen = std::collections::HashSet::new();
    socket
        .within(order_room(order_id))
        .sockets()
        .iter()
        .filter_map(|other| other.extensions.get::<Arc<Peer>>())
        .filter(|peer| seen.insert(peer.claims.sub))
        .map(|peer| person(&peer.claims))
        .collect()
}

fn person(claims: &AccessClaims) -> Person {
    Person {
        id: claims.sub.to_string(),
        name: claims.name.clone(),
        role: common::Role::from(claims.role).into(),
    }
}

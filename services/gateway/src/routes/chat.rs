//! Conversations: one per order.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use waybill_proto::chat as pb;

use crate::{
    answer::{Answer, Created, Page},
    app::{App, read, send},
    error::ApiError,
    extract::{Body, Id, Paged, Paging, Params, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_conversations))
        .routes(routes!(list_messages, post_message))
        .routes(routes!(mark_messages_read))
}

/// List your conversations, the latest first, with what you have not read.
#[utoipa::path(get, path = "/api/v1/chat/conversations", tag = "chat", params(Paging))]
pub async fn list_conversations(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    Params(paging): Params<Paging>,
) -> Result<Page<pb::Conversation>, ApiError> {
    let request = pb::ListConversationsRequest {
        page: Some(paging.into()),
    };
    let answer = read!(app.clients.chat, list_conversations, &context, request)?;
    Ok(Page::new(answer.conversations, answer.page))
}

/// Which part of a conversation.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct MessageFilter {
    /// Only messages after this one, oldest first: what you missed.
    pub since: Option<Uuid>,
}

/// Read the conversation of an order, newest first; with `since`, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{id}/chat/messages",
    tag = "chat",
    params(MessageFilter, Paging)
)]
pub async fn list_messages(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Paged(filter, page): Paged<MessageFilter>,
) -> Result<Page<pb::Message>, ApiError> {
    let request = pb::ListMessagesRequest {
        order_id: id.to_string(),
        page,
        since: filter.since.map(|id| id.to_string()).unwrap_or_default(),
    };
    let answer = read!(app.clients.chat, list_messages, &context, request)?;
    Ok(Page::new(answer.messages, answer.page))
}

/// Write into the conversation of an order.
#[utoipa::path(post, path = "/api/v1/orders/{id}/chat/messages", tag = "chat", request_body = pb::PostMessageRequest)]
pub async fn post_message(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Body(mut request): Body<pb::PostMessageRequest>,
) -> Result<Created<pb::Message>, ApiError> {
    request.order_id = id.to_string();
    let answer = send!(app.clients.chat, post_message, &context, request)?;
    Ok(Created::of(answer.message)?.replayed(answer.replayed))
}

/// Mark a conversation as read up to a message.
#[utoipa::path(post, path = "/api/v1/orders/{id}/chat/read", tag = "chat", request_body = pb::MarkReadRequest)]
pub async fn mark_messages_read(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Body(mut request): Body<pb::MarkReadRequest>,
) -> Result<Answer<pb::MarkReadResponse>, ApiError> {
    request.order_id = id.to_string();
    let answer = send!(app.clients.chat, mark_read, &context, request)?;
    Ok(Answer(answer))
}

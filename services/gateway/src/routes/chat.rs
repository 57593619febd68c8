//! Conversations: one per order.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
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

/// List your conversations, latest first, with the number of unread messages.
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

/// Read the conversation of an order, newest first; with `since`, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{id}/chat/messages",
    tag = "chat",
    params(pb::ListMessagesRequest, Paging)
)]
pub async fn list_messages(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Paged(mut request, page): Paged<pb::ListMessagesRequest>,
) -> Result<Page<pb::Message>, ApiError> {
    request.page = page;
    request.order_id = id.to_string();
    let answer = read!(app.clients.chat, list_messages, &context, request)?;
    Ok(Page::new(answer.messages, answer.page))
}

/// Post a message in the conversation of an order.
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

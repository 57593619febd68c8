//! Conversations: one per order.

use axum::{Json, extract::State, response::Response};
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use waybill_proto::chat as pb;

use super::{Made, Paging, created};
use crate::{
    app::{App, must, read, send},
    dto::{self, page_request},
    error::ApiError,
    extract::{Body, Id, Params, SignedIn},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(conversations))
        .routes(routes!(messages, post))
        .routes(routes!(mark_read))
}

/// List your conversations, the latest first, with what you have not read.
#[utoipa::path(get, path = "/api/v1/chat/conversations", tag = "chat", params(Paging), security(("bearer" = [])),
    responses((status = 200, description = "A page of conversations", body = dto::Page<pb::Conversation>)))]
pub async fn conversations(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    Params(paging): Params<Paging>,
) -> Result<Json<dto::Page<pb::Conversation>>, ApiError> {
    let request = pb::ListConversationsRequest {
        page: page_request(paging.limit, paging.cursor, paging.total),
    };
    let answer = read!(app.clients.chat, list_conversations, &context, request)?;
    Ok(Json(dto::Page::new(answer.conversations, answer.page)))
}

/// Which part of a conversation.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct MessageFilter {
    /// Only messages after this one, oldest first: what you missed.
    #[garde(skip)]
    pub since: Option<Uuid>,
    /// Rows at most, 1 to 100; 20 if not given.
    #[garde(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[garde(length(bytes, max = 1024))]
    pub cursor: Option<String>,
    /// Also count the rows of all pages.
    #[garde(skip)]
    pub total: Option<bool>,
}

/// Read the conversation of an order, newest first; with `since`, oldest first.
#[utoipa::path(get, path = "/api/v1/orders/{id}/chat/messages", tag = "chat", params(("id" = uuid::Uuid, Path), MessageFilter), security(("bearer" = [])),
    responses((status = 200, description = "A page of messages", body = dto::Page<pb::Message>)))]
pub async fn messages(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Params(filter): Params<MessageFilter>,
) -> Result<Json<dto::Page<pb::Message>>, ApiError> {
    let request = pb::ListMessagesRequest {
        order_id: id.to_string(),
        page: page_request(filter.limit, filter.cursor, filter.total),
        since: filter.since.map(|id| id.to_string()).unwrap_or_default(),
    };
    let answer = read!(app.clients.chat, list_messages, &context, request)?;
    Ok(Json(dto::Page::new(answer.messages, answer.page)))
}

/// Write into the conversation of an order.
#[utoipa::path(post, path = "/api/v1/orders/{id}/chat/messages", tag = "chat", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::NewMessage,
    responses((status = 201, description = "The stored message", body = pb::Message)))]
pub async fn post(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Body(body): Body<dto::NewMessage>,
) -> Result<Response, ApiError> {
    let request = pb::PostMessageRequest {
        order_id: id.to_string(),
        body: body.body,
        client_id: body.client_id,
    };
    let answer = send!(app.clients.chat, post_message, &context, request)?;
    let message: pb::Message = must(answer.message, "the message")?;
    Ok(created(message, answer.replayed, &Made::default()))
}

/// Mark a conversation as read up to a message.
#[utoipa::path(post, path = "/api/v1/orders/{id}/chat/read", tag = "chat", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::ChatRead,
    responses((status = 200, description = "What is still unread", body = pb::MarkReadResponse)))]
pub async fn mark_read(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
    Body(body): Body<dto::ChatRead>,
) -> Result<Json<pb::MarkReadResponse>, ApiError> {
    let request = pb::MarkReadRequest {
        order_id: id.to_string(),
        up_to: body.up_to.to_string(),
    };
    let answer = send!(app.clients.chat, mark_read, &context, request)?;
    Ok(Json(pb::MarkReadResponse {
        unread: answer.unread,
    }))
}

//! The gRPC layer: decodes, calls the use case, encodes.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use waybill_primitives::{MessageId, Role, non_empty};
use waybill_proto::{
    chat::{
        Conversation, GetConversationRequest, GetConversationResponse, ListConversationsRequest,
        ListConversationsResponse, ListMessagesRequest, ListMessagesResponse, MarkReadRequest,
        MarkReadResponse, PostMessageRequest, PostMessageResponse,
        chat_service_server::ChatService,
    },
    parse_id,
};
use waybill_service_kit::{AppError, context, page_query, trace};

use crate::{
    app::{App, Seen},
    events,
};

/// The service that tonic serves.
pub struct Grpc(pub Arc<App>);

fn conversation(seen: Seen) -> Conversation {
    let conversation = seen.conversation;
    let assignee = conversation.assignee_id;
    let assignee_name = conversation.assignee_name.unwrap_or_default();
    Conversation {
        order_id: conversation.order_id.to_string(),
        order_number: conversation.order_number,
        title: non_empty(conversation.title),
        customer: Some(events::person(
            conversation.customer_id,
            &conversation.customer_name,
            Role::Customer,
        )),
        assignee: assignee.map(|id| events::person(id, &assignee_name, Role::Staff)),
        unread: seen.unread,
        last_message: seen.last.as_ref().map(events::message),
        updated_at: Some(conversation.updated_at),
    }
}

#[tonic::async_trait]
impl ChatService for Grpc {
    async fn list_messages(
        &self,
        request: Request<ListMessagesRequest>,
    ) -> Result<Response<ListMessagesResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let order = parse_id("orderId", &request.order_id).map_err(AppError::from)?;
        let since: Option<MessageId> = match request.since.as_str() {
            "" => None,
            since => Some(parse_id("since", since).map_err(AppError::from)?),
        };
        let query = page_query(request.page.as_ref())?;
        let page = self.0.messages(&ctx, order, since, &query).await?;
        Ok(Response::new(ListMessagesResponse {
            messages: page.rows.iter().map(events::message).collect(),
            page: Some(page.info()),
        }))
    }

    async fn post_message(
        &self,
        request: Request<PostMessageRequest>,
    ) -> Result<Response<PostMessageResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let order = parse_id("orderId", &request.order_id).map_err(AppError::from)?;
        trace::about_order(order);
        let posted = self
            .0
            .post(&ctx, order, &request.body, request.client_id())
            .await?;
        Ok(Response::new(PostMessageResponse {
            message: Some(events::message(&posted.message)),
            replayed: posted.replayed,
        }))
    }

    async fn mark_read(
        &self,
        request: Request<MarkReadRequest>,
    ) -> Result<Response<MarkReadResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let order = parse_id("orderId", &request.order_id).map_err(AppError::from)?;
        let up_to = parse_id("upTo", &request.up_to).map_err(AppError::from)?;
        let unread = self.0.mark_read(&ctx, order, up_to).await?;
        Ok(Response::new(MarkReadResponse { unread }))
    }

    async fn get_conversation(
        &self,
        request: Request<GetConversationRequest>,
    ) -> Result<Response<GetConversationResponse>, Status> {
        let ctx = context(&request);
        let order = request.into_inner().order_id;
        let order = parse_id("orderId", &order).map_err(AppError::from)?;
        let conversation = Some(conversation(self.0.conversation(&ctx, order).await?));
        Ok(Response::new(GetConversationResponse { conversation }))
    }

    async fn list_conversations(
        &self,
        request: Request<ListConversationsRequest>,
    ) -> Result<Response<ListConversationsResponse>, Status> {
        let ctx = context(&request);
        let query = page_query(request.get_ref().page.as_ref())?;
        let page = self.0.conversations(&ctx, &query).await?;
        Ok(Response::new(ListConversationsResponse {
            page: Some(page.info()),
            conversations: page.rows.into_iter().map(conversation).collect(),
        }))
    }
}

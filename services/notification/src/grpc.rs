//! The gRPC layer: decodes, calls the use case, encodes.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use waybill_proto::{
    notification::{
        self as proto, DeleteNotificationRequest, DeleteNotificationResponse, GetMailRequest,
        GetMailResponse, GetUnreadCountRequest, GetUnreadCountResponse, ListMailsRequest,
        ListMailsResponse, ListNotificationsRequest, ListNotificationsResponse, Mail,
        MarkAllReadRequest, MarkAllReadResponse, MarkReadRequest, MarkReadResponse,
        notification_service_server::NotificationService,
    },
    parse_id,
};
use waybill_service_kit::{AppError, context, page_query};

use crate::{
    app::App,
    domain::{Delivery, DeliveryState},
    events,
};

/// The service that tonic serves.
pub struct Grpc(pub Arc<App>);

fn mail(sent: Delivery) -> Mail {
    Mail {
        id: sent.id.to_string(),
        to: sent.address.unwrap_or_default(),
        subject: sent.subject,
        text: sent.text,
        html: sent.html,
        at: sent.sent_at,
    }
}

impl From<Delivery> for proto::Delivery {
    fn from(delivery: Delivery) -> Self {
        let queued = delivery.state == DeliveryState::Queued;
        Self {
            id: delivery.id.to_string(),
            state: delivery.state.into(),
            user_id: delivery.user_id.to_string(),
            to: delivery.address,
            subject: delivery.subject,
            attempts: delivery.attempts.into(),
            last_error: delivery.last_error,
            next_attempt_at: queued.then_some(delivery.due_at),
            sent_at: delivery.sent_at,
            created_at: Some(delivery.created_at),
        }
    }
}

#[tonic::async_trait]
impl NotificationService for Grpc {
    async fn list_notifications(
        &self,
        request: Request<ListNotificationsRequest>,
    ) -> Result<Response<ListNotificationsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let query = page_query(request.page.as_ref())?;
        let page = self
            .0
            .list(&ctx, request.unread_only, request.since, &query)
            .await?;
        Ok(Response::new(ListNotificationsResponse {
            notifications: page.rows.iter().map(events::message).collect(),
            page: Some(page.info()),
        }))
    }

    async fn get_unread_count(
        &self,
        request: Request<GetUnreadCountRequest>,
    ) -> Result<Response<GetUnreadCountResponse>, Status> {
        let count = self.0.unread_count(&context(&request)).await?;
        Ok(Response::new(GetUnreadCountResponse { count }))
    }

    async fn mark_read(
        &self,
        request: Request<MarkReadRequest>,
    ) -> Result<Response<MarkReadResponse>, Status> {
        let ctx = context(&request);
        let id = parse_id("id", &request.into_inner().id).map_err(AppError::from)?;
        let notification = Some(events::message(&self.0.mark_read(&ctx, id).await?));
        Ok(Response::new(MarkReadResponse { notification }))
    }

    async fn mark_all_read(
        &self,
        request: Request<MarkAllReadRequest>,
    ) -> Result<Response<MarkAllReadResponse>, Status> {
        let changed = self.0.mark_all_read(&context(&request)).await?;
        Ok(Response::new(MarkAllReadResponse { changed }))
    }

    async fn delete_notification(
        &self,
        request: Request<DeleteNotificationRequest>,
    ) -> Result<Response<DeleteNotificationResponse>, Status> {
        let ctx = context(&request);
        let id = parse_id("id", &request.into_inner().id).map_err(AppError::from)?;
        self.0.delete(&ctx, id).await?;
        Ok(Response::new(DeleteNotificationResponse {}))
    }

    async fn list_deliveries(
        &self,
        request: Request<proto::ListDeliveriesRequest>,
    ) -> Result<Response<proto::ListDeliveriesResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let query = page_query(request.page.as_ref())?;
        let states = DeliveryState::any_from_proto(&request.states)
            .map_err(|error| AppError::invalid_field("state", error.to_string()))?;
        let page = self.0.list_deliveries(&ctx, states, &query).await?;
        Ok(Response::new(proto::ListDeliveriesResponse {
            page: Some(page.info()),
            deliveries: page.rows.into_iter().map(Into::into).collect(),
        }))
    }

    async fn retry_delivery(
        &self,
        request: Request<proto::RetryDeliveryRequest>,
    ) -> Result<Response<proto::RetryDeliveryResponse>, Status> {
        let ctx = context(&request);
        let id = parse_id("id", &request.into_inner().id).map_err(AppError::from)?;
        let delivery = Some(self.0.retry_delivery(&ctx, id).await?.into());
        Ok(Response::new(proto::RetryDeliveryResponse { delivery }))
    }

    async fn list_mails(
        &self,
        request: Request<ListMailsRequest>,
    ) -> Result<Response<ListMailsResponse>, Status> {
        let request = request.into_inner();
        let query = page_query(request.page.as_ref())?;
        let page = self.0.list_mails(&request.to, &query).await?;
        Ok(Response::new(ListMailsResponse {
            page: Some(page.info()),
            mails: page.rows.into_iter().map(mail).collect(),
        }))
    }

    async fn get_mail(
        &self,
        request: Request<GetMailRequest>,
    ) -> Result<Response<GetMailResponse>, Status> {
        let id = parse_id("id", &request.into_inner().id).map_err(AppError::from)?;
        let mail = Some(mail(self.0.get_mail(id).await?));
        Ok(Response::new(GetMailResponse { mail }))
    }
}

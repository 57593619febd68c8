//! Work over gRPC.

use tonic::{Request, Response, Status};
use waybill_primitives::{ChangeRequestId, OrderId};
use waybill_proto::order::{
    ClaimOrderRequest, ClaimOrderResponse, CreateChangeRequestRequest, CreateChangeRequestResponse,
    DecideChangeRequestRequest, DecideChangeRequestResponse, ListAvailableRequest,
    ListAvailableResponse, ListChangeRequestsRequest, ListChangeRequestsResponse,
    work_service_server::WorkService,
};
use waybill_service_kit::{AppError, context};

use super::app::Work;
use crate::{
    grpc::{id, page_info, page_query},
    wire,
};

/// Answers `waybill.order.v1.WorkService`.
#[derive(Debug, Clone)]
pub struct WorkGrpc(pub Work);

#[tonic::async_trait]
impl WorkService for WorkGrpc {
    async fn list_available(
        &self,
        request: Request<ListAvailableRequest>,
    ) -> Result<Response<ListAvailableResponse>, Status> {
        let ctx = context(&request);
        let query = page_query(request.get_ref().page.as_ref())?;
        let page = self.0.available(&ctx, &query).await?;
        Ok(Response::new(ListAvailableResponse {
            orders: page.rows.iter().map(wire::order).collect(),
            page: Some(page_info(&page)),
        }))
    }

    async fn claim_order(
        &self,
        request: Request<ClaimOrderRequest>,
    ) -> Result<Response<ClaimOrderResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("id", &request.get_ref().id)?;
        let order = Some(wire::order(&self.0.claim(&ctx, id).await?));
        Ok(Response::new(ClaimOrderResponse { order }))
    }

    async fn create_change_request(
        &self,
        request: Request<CreateChangeRequestRequest>,
    ) -> Result<Response<CreateChangeRequestResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("id", &request.order_id)?;
        let kind = wire::read_request_kind("kind", request.kind).map_err(AppError::from)?;
        let created = self.0.request(&ctx, id, kind, &request.reason).await?;
        Ok(Response::new(CreateChangeRequestResponse {
            change_request: Some(wire::change_request(&created)),
        }))
    }

    async fn list_change_requests(
        &self,
        request: Request<ListChangeRequestsRequest>,
    ) -> Result<Response<ListChangeRequestsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let order = match request.order_id.as_str() {
            "" => None,
            text => Some(id::<OrderId>("orderId", text)?),
        };
        let state = wire::read_request_state("state", request.state).map_err(AppError::from)?;
        let query = page_query(request.page.as_ref())?;
        let page = self.0.requests(&ctx, order, state, &query).await?;
        Ok(Response::new(ListChangeRequestsResponse {
            change_requests: page.rows.iter().map(wire::change_request).collect(),
            page: Some(page_info(&page)),
        }))
    }

    async fn decide_change_request(
        &self,
        request: Request<DecideChangeRequestRequest>,
    ) -> Result<Response<DecideChangeRequestResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: ChangeRequestId = id("id", &request.id)?;
        let (decided, order) = self
            .0
            .decide(&ctx, id, request.approve, &request.note)
            .await?;
        Ok(Response::new(DecideChangeRequestResponse {
            change_request: Some(wire::change_request(&decided)),
            order: Some(wire::order(&order)),
        }))
    }
}

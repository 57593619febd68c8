//! Stock over gRPC.

use prost::Message as _;
use tonic::{Request, Response, Status};
use waybill_primitives::ProductId;
use waybill_proto::order::{
    AdjustStockRequest, AdjustStockResponse, ListMovementsRequest, ListMovementsResponse,
    stock_service_server::StockService,
};
use waybill_service_kit::{AppError, context, once, page_query};

use super::{app::Stock, domain::Adjustment, wire};
use crate::base::grpc::id;

/// Answers `waybill.order.v1.StockService`.
#[derive(Debug, Clone)]
pub struct StockGrpc(pub Stock);

#[tonic::async_trait]
impl StockService for StockGrpc {
    async fn adjust_stock(
        &self,
        request: Request<AdjustStockRequest>,
    ) -> Result<Response<AdjustStockResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let key = once::key(&ctx, "adjust_stock", &request.encode_to_vec())?;
        let id: ProductId = id("productId", &request.product_id)?;
        let adjustment = Adjustment::new(request.delta, &request.reason).map_err(AppError::from)?;
        let (version, key) = (request.version, key.as_ref());
        let adjusted = self.0.adjust(&ctx, id, &adjustment, version, key).await?;
        Ok(Response::new(AdjustStockResponse {
            product: Some(adjusted.answer),
            replayed: adjusted.replayed,
        }))
    }

    async fn list_movements(
        &self,
        request: Request<ListMovementsRequest>,
    ) -> Result<Response<ListMovementsResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: ProductId = id("productId", &request.product_id)?;
        let query = page_query(request.page.as_ref())?;
        let page = self.0.movements(&ctx, id, &query).await?;
        Ok(Response::new(ListMovementsResponse {
            movements: page.rows.iter().map(wire::movement).collect(),
            page: Some(page.info()),
        }))
    }
}

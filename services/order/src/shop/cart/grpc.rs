//! Carts over gRPC.

use tonic::{Request, Response, Status};
use waybill_primitives::ProductId;
use waybill_proto::order::{
    ClearCartRequest, ClearCartResponse, GetCartRequest, GetCartResponse, MergeCartRequest,
    MergeCartResponse, PutCartItemRequest, PutCartItemResponse, RemoveCartItemRequest,
    RemoveCartItemResponse, cart_service_server::CartService,
};
use waybill_service_kit::context;

use super::{app::Carts, wire};
use crate::base::grpc::id;

/// Answers `waybill.order.v1.CartService`.
#[derive(Debug, Clone)]
pub struct CartGrpc(pub Carts);

#[tonic::async_trait]
impl CartService for CartGrpc {
    async fn get_cart(
        &self,
        request: Request<GetCartRequest>,
    ) -> Result<Response<GetCartResponse>, Status> {
        let ctx = context(&request);
        let view = self.0.get(&ctx, &request.get_ref().cart_token).await?;
        let cart = Some(wire::cart(&view, &self.0.shop()));
        Ok(Response::new(GetCartResponse { cart }))
    }

    async fn put_cart_item(
        &self,
        request: Request<PutCartItemRequest>,
    ) -> Result<Response<PutCartItemResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let product: ProductId = id("productId", &request.product_id)?;
        let put = self
            .0
            .put(&ctx, &request.cart_token, product, request.quantity);
        let (view, token) = put.await?;
        Ok(Response::new(PutCartItemResponse {
            cart: Some(wire::cart(&view, &self.0.shop())),
            cart_token: token.map_or_else(String::new, |token| token.as_str().to_owned()),
        }))
    }

    async fn remove_cart_item(
        &self,
        request: Request<RemoveCartItemRequest>,
    ) -> Result<Response<RemoveCartItemResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let product: ProductId = id("productId", &request.product_id)?;
        let view = self.0.remove(&ctx, &request.cart_token, product).await?;
        let cart = Some(wire::cart(&view, &self.0.shop()));
        Ok(Response::new(RemoveCartItemResponse { cart }))
    }

    async fn clear_cart(
        &self,
        request: Request<ClearCartRequest>,
    ) -> Result<Response<ClearCartResponse>, Status> {
        let ctx = context(&request);
        let view = self.0.clear(&ctx, &request.get_ref().cart_token).await?;
        let cart = Some(wire::cart(&view, &self.0.shop()));
        Ok(Response::new(ClearCartResponse { cart }))
    }

    async fn merge_cart(
        &self,
        request: Request<MergeCartRequest>,
    ) -> Result<Response<MergeCartResponse>, Status> {
        let ctx = context(&request);
        let view = self.0.merge(&ctx, &request.get_ref().cart_token).await?;
        let cart = Some(wire::cart(&view, &self.0.shop()));
        Ok(Response::new(MergeCartResponse { cart }))
    }
}

//! Orders over gRPC.

use prost::Message as _;
use tonic::{Request, Response, Status};
use waybill_primitives::OrderId;
use waybill_proto::{
    order::{
        self as pb, CancelOrderRequest, CancelOrderResponse, ChangeStatusRequest,
        ChangeStatusResponse, GetHistoryRequest, GetHistoryResponse, GetOrderRequest,
        GetOrderResponse, ListOrdersRequest, ListOrdersResponse, OrderSort, PlaceOrderRequest,
        PlaceOrderResponse, order_service_server::OrderService,
    },
    time,
};
use waybill_service_kit::{AppError, context};

use super::{
    app::{Orders, user_id},
    domain::{Address, Draft, Filter, Line, Search, Sort},
};
use crate::{
    fields::Faults,
    grpc::{id, page_info, page_query},
    wire,
};

/// Answers `waybill.order.v1.OrderService`.
#[derive(Debug, Clone)]
pub struct OrdersGrpc(pub Orders);

fn draft(request: PlaceOrderRequest) -> Result<Draft, Faults> {
    let mut faults = Faults::default();
    let mut lines = Vec::with_capacity(request.items.len());
    for (index, item) in request.items.iter().enumerate() {
        match item.product_id.parse() {
            Ok(product_id) => lines.push(Line {
                product_id,
                quantity: item.quantity,
            }),
            Err(_) => faults.add(
                format!("items[{index}].productId"),
                "must be the id of a product",
            ),
        }
    }
    faults.or(Draft {
        lines,
        title: request.title,
        description: request.description,
        special_instructions: request.special_instructions,
        estimated_completion: request.estimated_completion.as_ref().map(time::from_proto),
        shipping_address: request.shipping_address.map(address),
    })
}

fn address(address: pb::Address) -> Address {
    Address {
        name: address.name,
        line1: address.line1,
        line2: address.line2,
        city: address.city,
        region: address.region,
        postal_code: address.postal_code,
        country: address.country,
    }
}

fn sort(value: i32) -> Result<Sort, Faults> {
    match OrderSort::try_from(value) {
        Ok(OrderSort::Unspecified | OrderSort::Newest) => Ok(Sort::Newest),
        Ok(OrderSort::Oldest) => Ok(Sort::Oldest),
        Ok(OrderSort::TotalAsc) => Ok(Sort::TotalAsc),
        Ok(OrderSort::TotalDesc) => Ok(Sort::TotalDesc),
        Err(_) => Err(Faults::one(
            "sort",
            "must be one of newest, oldest, total_asc, total_desc",
        )),
    }
}

fn filter(request: &ListOrdersRequest) -> Result<Filter, Faults> {
    Ok(Filter {
        search: Search::parse(&request.q)?,
        status: wire::read_order_status("status", request.status)?,
        payment_status: wire::read_payment_status("paymentStatus", request.payment_status)?,
        from: request.from.as_ref().map(time::from_proto),
        to: request.to.as_ref().map(time::from_proto),
        customer: user_id("customerId", &request.customer_id)?,
        assignee: user_id("assigneeId", &request.assignee_id)?,
        min_total: request.min_total,
        max_total: request.max_total,
    })
}

#[tonic::async_trait]
impl OrderService for OrdersGrpc {
    async fn place_order(
        &self,
        request: Request<PlaceOrderRequest>,
    ) -> Result<Response<PlaceOrderResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let bytes = request.encode_to_vec();
        let draft = draft(request).map_err(AppError::from)?;
        let placed = self.0.place(&ctx, &bytes, draft).await?;
        Ok(Response::new(PlaceOrderResponse {
            order: Some(placed.order),
            replayed: placed.replayed,
        }))
    }

    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("id", &request.get_ref().id)?;
        let order = Some(wire::order(&self.0.get(&ctx, id).await?));
        Ok(Response::new(GetOrderResponse { order }))
    }

    async fn list_orders(
        &self,
        request: Request<ListOrdersRequest>,
    ) -> Result<Response<ListOrdersResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let query = page_query(request.page.as_ref())?;
        let filter = filter(&request).map_err(AppError::from)?;
        let sort = sort(request.sort).map_err(AppError::from)?;
        let page = self.0.list(&ctx, filter, sort, &query).await?;
        Ok(Response::new(ListOrdersResponse {
            orders: page.rows.iter().map(wire::order).collect(),
            page: Some(page_info(&page)),
        }))
    }

    async fn get_history(
        &self,
        request: Request<GetHistoryRequest>,
    ) -> Result<Response<GetHistoryResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("id", &request.get_ref().order_id)?;
        let entries = self
            .0
            .history(&ctx, id, request.get_ref().after_version)
            .await?;
        let items = entries.iter().map(wire::history).collect();
        Ok(Response::new(GetHistoryResponse { items }))
    }

    async fn change_status(
        &self,
        request: Request<ChangeStatusRequest>,
    ) -> Result<Response<ChangeStatusResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("id", &request.id)?;
        let status = wire::read_order_status("status", request.status).map_err(AppError::from)?;
        let status = status.ok_or_else(|| AppError::invalid_field("status", "is required"))?;
        let order = self
            .0
            .change_status(&ctx, id, status, &request.note, request.version)
            .await?;
        Ok(Response::new(ChangeStatusResponse {
            order: Some(wire::order(&order)),
        }))
    }

    async fn cancel_order(
        &self,
        request: Request<CancelOrderRequest>,
    ) -> Result<Response<CancelOrderResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: OrderId = id("id", &request.id)?;
        let order = self
            .0
            .cancel(&ctx, id, &request.reason, request.version)
            .await?;
        Ok(Response::new(CancelOrderResponse {
            order: Some(wire::order(&order)),
        }))
    }
}

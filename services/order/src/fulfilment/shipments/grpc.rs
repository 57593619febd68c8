//! Shipments over gRPC.

use prost::Message as _;
use tonic::{Request, Response, Status};
use waybill_primitives::{FieldErrors, OrderId, ProductId, ShipmentId};
use waybill_proto::order::{
    CreateShipmentRequest, CreateShipmentResponse, ListShipmentsRequest, ListShipmentsResponse,
    Shipment, UpdateShipmentRequest, UpdateShipmentResponse,
    shipment_service_server::ShipmentService,
};
use waybill_service_kit::{AppError, choice, context, once};

use super::{
    app::Shipments,
    domain::{NewShipment, ShipmentPatch, ShipmentState},
    wire,
};
use crate::base::grpc::id;

/// Answers `waybill.order.v1.ShipmentService`.
#[derive(Debug, Clone)]
pub struct ShipmentsGrpc(pub Shipments);

fn new(request: CreateShipmentRequest) -> Result<NewShipment, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut lines: Vec<(ProductId, i64)> = Vec::new();
    errors.items("lines", request.lines.len(), Shipment::MAX_LINES);
    for (index, line) in request.lines.iter().enumerate() {
        match line.product_id.parse() {
            Ok(product) => lines.push((product, line.quantity)),
            Err(_) => errors.add(
                format!("lines[{index}].productId"),
                "must be the id of a product",
            ),
        }
    }
    let shipped = match choice("state", ShipmentState::from_proto(request.state)) {
        Ok(None | Some(ShipmentState::Preparing)) => false,
        Ok(Some(ShipmentState::Shipped)) => true,
        Ok(Some(_)) | Err(_) => {
            errors.add("state", "must be PREPARING or SHIPPED");
            false
        }
    };
    errors.or(NewShipment {
        carrier: request.carrier,
        tracking_number: request.tracking_number,
        tracking_url: request.tracking_url,
        note: request.note,
        lines,
        shipped,
    })
}

#[tonic::async_trait]
impl ShipmentService for ShipmentsGrpc {
    async fn list_shipments(
        &self,
        request: Request<ListShipmentsRequest>,
    ) -> Result<Response<ListShipmentsResponse>, Status> {
        let ctx = context(&request);
        let id: OrderId = id("orderId", &request.get_ref().order_id)?;
        let shipments = self.0.list(&ctx, id).await?;
        Ok(Response::new(ListShipmentsResponse {
            shipments: shipments.iter().map(wire::shipment).collect(),
        }))
    }

    async fn create_shipment(
        &self,
        request: Request<CreateShipmentRequest>,
    ) -> Result<Response<CreateShipmentResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let key = once::key(&ctx, "create_shipment", &request.encode_to_vec())?;
        let id: OrderId = id("orderId", &request.order_id)?;
        let new = new(request).map_err(AppError::from)?;
        let created = self.0.create(&ctx, id, &new, key.as_ref()).await?;
        Ok(Response::new(CreateShipmentResponse {
            shipment: Some(created.answer),
            replayed: created.replayed,
        }))
    }

    async fn update_shipment(
        &self,
        request: Request<UpdateShipmentRequest>,
    ) -> Result<Response<UpdateShipmentResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let order: OrderId = id("orderId", &request.order_id)?;
        let shipment: ShipmentId = id("id", &request.id)?;
        let state = choice("state", ShipmentState::from_proto(request.state))?;
        let patch = ShipmentPatch {
            state,
            carrier: request.carrier,
            tracking_number: request.tracking_number,
            tracking_url: request.tracking_url,
            note: request.note,
        };
        let version = request.version;
        let shipment = self
            .0
            .update(&ctx, order, shipment, &patch, version)
            .await?;
        Ok(Response::new(UpdateShipmentResponse {
            shipment: Some(wire::shipment(&shipment)),
        }))
    }
}

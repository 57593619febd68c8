//! Shipments of an order's goods.

use axum::{Json, extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use super::{Made, created, versioned};
use crate::{
    app::{App, must, read, send},
    dto,
    error::ApiError,
    extract::{Body, Id, IdPair, Idempotency, IfMatch, SignedIn, Worker},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(shipments, create))
        .routes(routes!(update))
}

/// List the shipments of an order, oldest first.
#[utoipa::path(get, path = "/api/v1/orders/{id}/shipments", tag = "orders", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "The shipments", body = dto::Page<pb::Shipment>)))]
pub async fn shipments(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Json<dto::Page<pb::Shipment>>, ApiError> {
    let request = pb::ListShipmentsRequest {
        order_id: id.to_string(),
    };
    let answer = read!(app.clients.shipment, list_shipments, &context, request)?;
    Ok(Json(dto::Page::whole(answer.shipments)))
}

/// Ship goods of a paid order: administrators, and the assigned worker.
///
/// An order of nothing but goods is in progress when its first shipment leaves, and completed when the customer has all of them.
#[utoipa::path(post, path = "/api/v1/orders/{id}/shipments", tag = "orders", params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters", max_length = 255)), security(("bearer" = [])), request_body = dto::NewShipment,
    responses((status = 201, description = "The shipment", body = pb::Shipment)))]
pub async fn create(
    State(app): State<App>,
    Worker(mut context): Worker,
    id: Id,
    idempotency: Idempotency,
    Body(body): Body<dto::NewShipment>,
) -> Result<Response, ApiError> {
    context.idempotency_key = idempotency.0;
    let request = body.into_request(id.to_string());
    let answer = send!(app.clients.shipment, create_shipment, &context, request)?;
    let shipment: pb::Shipment = must(answer.shipment, "the shipment")?;
    let made = Made::default().version(shipment.version);
    Ok(created(shipment, answer.replayed, &made))
}

/// Change a shipment, or tell how far it has got.
#[utoipa::path(patch, path = "/api/v1/orders/{id}/shipments/{shipmentId}", tag = "orders", params(("id" = uuid::Uuid, Path), ("shipmentId" = uuid::Uuid, Path)), security(("bearer" = [])), request_body = dto::ShipmentPatch,
    responses((status = 200, description = "The shipment as it is now", body = pb::Shipment)))]
pub async fn update(
    State(app): State<App>,
    Worker(context): Worker,
    IdPair(order, shipment): IdPair,
    if_match: IfMatch,
    Body(body): Body<dto::ShipmentPatch>,
) -> Result<Response, ApiError> {
    let version = if_match.or_field(body.version)?;
    let request = body.into_request(order.to_string(), shipment.to_string(), version);
    let answer = send!(app.clients.shipment, update_shipment, &context, request)?;
    let shipment: pb::Shipment = must(answer.shipment, "the shipment")?;
    Ok(versioned(shipment.version, shipment))
}

//! Shipments of an order's goods.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};
use waybill_proto::order as pb;

use crate::{
    answer::{Created, Page, Versioned},
    app::{App, read, send},
    error::ApiError,
    extract::{Body, Id, IdPair, Idempotency, IfMatch, SignedIn, Worker},
};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_shipments, create_shipment))
        .routes(routes!(update_shipment))
}

/// List the shipments of an order, oldest first.
#[utoipa::path(get, path = "/api/v1/orders/{id}/shipments", tag = "orders")]
pub async fn list_shipments(
    State(app): State<App>,
    SignedIn(context): SignedIn,
    id: Id,
) -> Result<Page<pb::Shipment>, ApiError> {
    let request = pb::ListShipmentsRequest {
        order_id: id.to_string(),
    };
    let answer = read!(app.clients.shipment, list_shipments, &context, request)?;
    Ok(Page::whole(answer.shipments))
}

/// Ship goods of a paid order: administrators, and the assigned worker.
///
/// An order with goods only is in progress once its first shipment is shipped, and completed once everything is delivered.
#[utoipa::path(post, path = "/api/v1/orders/{id}/shipments", tag = "orders", params(Idempotency),
    request_body = pb::CreateShipmentRequest)]
pub async fn create_shipment(
    State(app): State<App>,
    Worker(mut context): Worker,
    id: Id,
    idempotency: Idempotency,
    Body(mut request): Body<pb::CreateShipmentRequest>,
) -> Result<Created<pb::Shipment>, ApiError> {
    context.idempotency_key = idempotency.0;
    request.order_id = id.to_string();
    let answer = send!(app.clients.shipment, create_shipment, &context, request)?;
    Ok(Created::of(answer.shipment)?
        .versioned()
        .replayed(answer.replayed))
}

/// Change a shipment or its status.
#[utoipa::path(patch, path = "/api/v1/orders/{id}/shipments/{shipmentId}", tag = "orders", params(IfMatch),
    request_body = pb::UpdateShipmentRequest)]
pub async fn update_shipment(
    State(app): State<App>,
    Worker(context): Worker,
    IdPair(order, shipment): IdPair,
    if_match: IfMatch,
    Body(mut request): Body<pb::UpdateShipmentRequest>,
) -> Result<Versioned<pb::Shipment>, ApiError> {
    (request.order_id, request.id) = (order.to_string(), shipment.to_string());
    if_match.into_field(&mut request.version)?;
    let answer = send!(app.clients.shipment, update_shipment, &context, request)?;
    Versioned::of(answer.shipment)
}

//! Rows of shipments. Writers must hold the lock of the order's row.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use waybill_primitives::{OrderId, ShipmentId};
use waybill_store::{StoreError, Tx};

use super::{
    domain::{Line, Shipment},
    entity::{line, shipment},
};
use crate::base::store;

/// The shipments of an order, oldest first. Their number is limited on creation.
pub async fn of_order(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<Shipment>, StoreError> {
    let mut shipments = shipment::Entity::find()
        .filter(shipment::Column::OrderId.eq(order))
        .order_by_asc(shipment::Column::Id)
        .all(connection)
        .await?;
    if shipments.is_empty() {
        return Ok(shipments);
    }
    let found = line::Entity::find()
        .filter(line::Column::ShipmentId.is_in(shipments.iter().map(|row| row.id)))
        .order_by_asc(line::Column::ProductId)
        .all(connection)
        .await?;
    let mut lines: HashMap<ShipmentId, Vec<Line>> = HashMap::new();
    for line in found {
        lines.entry(line.shipment_id).or_default().push(line);
    }
    for shipment in &mut shipments {
        shipment.lines = lines.remove(&shipment.id).unwrap_or_default();
    }
    Ok(shipments)
}

pub async fn insert(tx: &Tx, shipment: &Shipment) -> Result<(), StoreError> {
    store::insert(tx, shipment).await?;
    store::insert_all(tx, &shipment.lines).await
}

/// Writes the next version. False if the version before is not the current one.
pub async fn update(tx: &Tx, shipment: &Shipment) -> Result<bool, StoreError> {
    let before = shipment::Column::Version.eq(shipment.version - 1);
    store::update(tx, shipment, before).await
}

//! Rows of shipments. Whoever writes them holds the row of their order.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set,
};
use uuid::Uuid;
use waybill_primitives::{OrderId, ProductId, ShipmentId, Timestamp};
use waybill_store::{StoreError, Tx};

use super::{
    domain::{Line, Shipment, ShipmentState},
    entity::{line, shipment},
};
use crate::store::spelled;

/// The shipments of an order, oldest first. There are few: their number is limited when they are made.
pub async fn of_order(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<Shipment>, StoreError> {
    let rows = shipment::Entity::find()
        .filter(shipment::Column::OrderId.eq(order.uuid()))
        .order_by_asc(shipment::Column::Id)
        .all(connection)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = line::Entity::find()
        .filter(line::Column::ShipmentId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(line::Column::ProductId)
        .all(connection)
        .await?;
    let mut lines: HashMap<Uuid, Vec<Line>> = HashMap::new();
    for row in found {
        lines.entry(row.shipment_id).or_default().push(Line {
            product_id: ProductId::from_uuid(row.product_id),
            name: row.name,
            quantity: row.quantity,
        });
    }
    rows.into_iter()
        .map(|row| {
            let lines = lines.remove(&row.id).unwrap_or_default();
            read(row, lines)
        })
        .collect()
}

fn read(row: shipment::Model, lines: Vec<Line>) -> Result<Shipment, StoreError> {
    Ok(Shipment {
        id: ShipmentId::from_uuid(row.id),
        order_id: OrderId::from_uuid(row.order_id),
        state: spelled("shipment state", &row.state, ShipmentState::parse)?,
        carrier: row.carrier,
        tracking_number: row.tracking_number,
        tracking_url: row.tracking_url,
        lines,
        note: row.note,
        shipped_at: row.shipped_at.map(Timestamp::from_micros),
        delivered_at: row.delivered_at.map(Timestamp::from_micros),
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

fn changeable(shipment: &Shipment) -> shipment::ActiveModel {
    shipment::ActiveModel {
        state: Set(shipment.state.as_str().to_owned()),
        carrier: Set(shipment.carrier.clone()),
        tracking_number: Set(shipment.tracking_number.clone()),
        tracking_url: Set(shipment.tracking_url.clone()),
        note: Set(shipment.note.clone()),
        shipped_at: Set(shipment.shipped_at.map(Timestamp::micros)),
        delivered_at: Set(shipment.delivered_at.map(Timestamp::micros)),
        version: Set(shipment.version),
        updated_at: Set(shipment.updated_at.micros()),
        ..shipment::ActiveModel::default()
    }
}

pub async fn insert(tx: &Tx, shipment: &Shipment) -> Result<(), StoreError> {
    let row = shipment::ActiveModel {
        id: Set(shipment.id.uuid()),
        order_id: Set(shipment.order_id.uuid()),
        created_at: Set(shipment.created_at.micros()),
        ..changeable(shipment)
    };
    shipment::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    let lines = shipment.lines.iter().map(|line| line::ActiveModel {
        shipment_id: Set(shipment.id.uuid()),
        product_id: Set(line.product_id.uuid()),
        name: Set(line.name.clone()),
        quantity: Set(line.quantity),
    });
    line::Entity::insert_many(lines)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Writes the next version. False if the one before it is not the current one any more.
pub async fn update(tx: &Tx, shipment: &Shipment) -> Result<bool, StoreError> {
    let update = shipment::Entity::update_many()
        .set(changeable(shipment))
        .filter(shipment::Column::Id.eq(shipment.id.uuid()))
        .filter(shipment::Column::Version.eq(shipment.version - 1));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

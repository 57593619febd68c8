//! The statements of this service.

pub mod deliveries;
pub mod notifications;
pub mod recipients;
pub mod shop;

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;
use waybill_store::StoreError;

/// The ids that a query of `verify` returns.
pub async fn ids(connection: &impl ConnectionTrait, sql: &str) -> Result<Vec<Uuid>, StoreError> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| row.try_get::<Uuid>("", "id").map_err(StoreError::from))
        .collect()
}

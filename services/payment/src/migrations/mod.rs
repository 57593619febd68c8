//! The tables of this service.

use sea_orm_migration::prelude::*;

mod m20261129_000001_payments;
mod m20261201_000001_refunds;
mod m20261202_000001_payouts;
mod m20261203_000002_receipts;
mod m20261203_000003_refund_lines;

#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261129_000001_payments::Migration),
            Box::new(m20261201_000001_refunds::Migration),
            Box::new(m20261202_000001_payouts::Migration),
            Box::new(m20261203_000002_receipts::Migration),
            Box::new(m20261203_000003_refund_lines::Migration),
        ]
    }
}

//! The row of `shop_settings`.

use waybill_primitives::{Currency, Timestamp};
use waybill_store::entity_prelude::*;

use crate::base::file_types::FileTypes;

/// The current settings. Durations in seconds.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shop_settings")]
pub struct Model {
    /// The only row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub shop_name: String,
    pub currency: Currency,
    /// How long an order of each kind may stay unpaid.
    pub goods_expiry: i64,
    pub service_expiry: i64,
    pub mixed_expiry: i64,
    /// An order does not expire for this long after a payment was started.
    pub payment_window: i64,
    /// The same for payments by bank transfer or in cash, from the first one on.
    pub manual_payment_window: i64,
    /// The platform's share of a completed order, in hundredths of a percent.
    pub commission_basis_points: i64,
    /// Default limit of open orders of a worker; 0: no limit.
    pub max_open_orders_per_worker: i64,
    /// Lines of one order.
    pub max_order_lines: i64,
    /// Bytes of one file.
    pub max_file_bytes: i64,
    /// Types of files that are taken, by content.
    pub allowed_file_types: FileTypes,
    /// Files of one order.
    pub max_files_per_order: i64,
    /// A cart that is not used is deleted after this time.
    pub cart_lifetime: i64,
    /// Default low-stock threshold of products, in units.
    pub low_stock_threshold: i64,
    /// An order that costs nothing is paid at once; otherwise it is a request for a quote.
    pub free_orders: bool,
    /// The assigned worker completes an order; otherwise an administrator approves.
    pub completion_without_approval: bool,
    /// The seller on invoices: the texts are empty where there is none. The shop's name stands in for the legal one.
    pub legal_name: String,
    /// In lines.
    pub address: String,
    pub tax_id: String,
    pub billing_email: String,
    pub invoice_note: String,
    pub version: i64,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

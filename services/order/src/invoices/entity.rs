//! Rows of `invoices`, `invoice_series` and `invoicing`.

use serde::{Deserialize, Serialize};
use waybill_primitives::{Timestamp, string_enum};
use waybill_proto::order as pb;

use crate::{orders::entity::Address, shop::products::entity::ProductKind};

string_enum! {
    /// Kind of a document.
    pub enum InvoiceKind as pb::InvoiceKind {
        Invoice = "INVOICE",
        /// Takes back a part of an invoice, or all of it.
        CreditNote = "CREDIT_NOTE",
    }
}

/// What a document says, as it was when it was issued. Amounts in minor units of the document's currency. Fields are only ever added,
/// with a default: documents are kept for years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub order_number: String,
    pub seller: Seller,
    pub customer: Buyer,
    pub lines: Vec<Line>,
    pub subtotal: i64,
    /// None for a credit note.
    pub payment: Option<Paid>,
    /// The number of the invoice that a credit note refers to.
    pub refers_to: Option<String>,
    /// Why a credit note was issued; may be empty.
    pub reason: String,
    /// Of a credit note: the units that were refunded as such until then, by the places of the invoice's lines.
    #[serde(default)]
    pub credited_units: Vec<i64>,
}

/// The shop. All but the names may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// The legal name, or the shop's.
    pub name: String,
    pub shop_name: String,
    pub address: Vec<String>,
    pub tax_id: String,
    pub email: String,
    /// The text at the end.
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    pub name: String,
    /// May be empty.
    pub email: String,
    pub shipping_address: Option<Address>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    /// None for the line of a credit note.
    pub kind: Option<ProductKind>,
    pub unit_price: i64,
    pub quantity: i64,
    pub total: i64,
    /// In hundredths of a percent; none: no tax is stated.
    pub tax_rate_basis_points: Option<i32>,
    pub tax_amount: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// Such as `STRIPE`; none if a version before this one saw the payment.
    pub provider: Option<String>,
    pub at: Timestamp,
}

pub mod invoice {
    use waybill_primitives::{Currency, InvoiceId, OrderId, Timestamp, UserId};
    use waybill_store::entity_prelude::*;

    use super::{InvoiceKind, Snapshot};

    /// A document. It is never changed.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invoices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: InvoiceId,
        /// The order that was paid; of a credit note, that of its invoice.
        pub order_id: OrderId,
        pub customer_id: UserId,
        pub kind: InvoiceKind,
        /// Kind and year, such as `INV-2026`.
        pub series: String,
        /// Within the series, from 1.
        pub number: i64,
        /// Series and number, as people read it.
        pub label: String,
        pub issued_at: Timestamp,
        pub currency: Currency,
        /// Minor units; not negative.
        pub total: i64,
        /// The invoice of a credit note.
        pub refers_to: Option<InvoiceId>,
        /// What it is issued for, once.
        pub source: String,
        pub snapshot: JsonText<Snapshot>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod series {
    use waybill_store::entity_prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invoice_series")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub series: String,
        /// The last number taken.
        pub last: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod invoicing {
    use waybill_primitives::Timestamp;
    use waybill_store::entity_prelude::*;

    /// Locked by whoever issues a document.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invoicing")]
    pub struct Model {
        /// The only row.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        /// Orders that were paid before get no invoice.
        pub since: Timestamp,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

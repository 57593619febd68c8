//! An event from a provider, stored once and processed in the same transaction.

use waybill_primitives::{PaymentId, Timestamp, string_enum};
use waybill_store::entity_prelude::*;

use super::payment::Provider;

string_enum! {
    /// What happened, according to the provider.
    pub enum ProviderEventKind {
        /// The customer has agreed; the money is on its way.
        Authorized = "AUTHORIZED",
        /// It has the customer's money.
        Captured = "CAPTURED",
        /// It refused for good.
        Failed = "FAILED",
        Cancelled = "CANCELLED",
        /// The customer did not pay in time.
        Expired = "EXPIRED",
    }
}

string_enum! {
    /// What an event did to its payment.
    pub enum Effect {
        Applied = "APPLIED",
        /// It came too late to change anything.
        Ignored = "IGNORED",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub provider: Provider,
    /// The provider's id of the event; unique per provider.
    pub event_id: String,
    pub payment_id: PaymentId,
    pub kind: ProviderEventKind,
    pub effect: Effect,
    pub received_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

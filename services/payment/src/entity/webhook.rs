//! A message of a provider, as it arrived at our webhook.

use waybill_primitives::{Timestamp, string_enum};
use waybill_store::entity_prelude::*;

use super::payment::Provider;

string_enum! {
    /// The outcome of a message.
    pub enum WebhookState {
        /// The job has still to process it.
        Open = "OPEN",
        /// It was processed; whether it changed anything is in the events of the payment.
        Done = "DONE",
        /// It does not matter here.
        Ignored = "IGNORED",
        /// Given up; why is in the last error.
        Failed = "FAILED",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhooks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub provider: Provider,
    /// The provider's id of the message; unique per provider.
    pub message_id: String,
    /// The provider's name of what happened.
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub state: WebhookState,
    pub attempts: i32,
    /// No attempt before this time: the lease of the replica that works on it, then the pause after a failure.
    pub next_attempt_at: Timestamp,
    pub last_error: Option<String>,
    pub received_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

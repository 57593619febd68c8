//! Answers to requests that may be repeated.

use waybill_primitives::Timestamp;

use crate::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub idempotency_key: String,
    /// SHA-256 of the request, in hex.
    pub request_hash: String,
    #[sea_orm(column_type = "VarBinary(StringLen::Max)")]
    pub answer: Vec<u8>,
    pub at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

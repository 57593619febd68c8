//! Events that a consumer could not take in, with the reason.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dead_letters")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub consumer: String,
    pub event_id: Uuid,
    pub source: String,
    pub subject: String,
    pub aggregate_id: Uuid,
    pub aggregate_version: i64,
    pub event_at: i64,
    pub traceparent: Option<String>,
    pub request_id: Option<String>,
    pub actor: Option<String>,
    #[sea_orm(column_type = "VarBinary(StringLen::Max)")]
    pub payload: Vec<u8>,
    #[sea_orm(column_type = "Text")]
    pub error: String,
    pub attempts: i32,
    pub at: i64,
    /// An operator asked for another try; the consumer takes it up.
    pub retry_requested: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

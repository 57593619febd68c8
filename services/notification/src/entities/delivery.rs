//! Mails to send, being sent, sent or given up.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub struct Model {
    /// Also the left part of the mail's Message-ID.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The event that it tells of; unique together with user and template.
    pub event_id: Uuid,
    pub user_id: Uuid,
    pub template: String,
    /// None until the recipient's address is known; the sender looks it up.
    pub address: Option<String>,
    pub name: String,
    pub subject: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    #[sea_orm(column_type = "Text")]
    pub html: String,
    /// QUEUED, SENDING, SENT or DEAD.
    pub state: String,
    /// How often sending was begun; also what a claim and its outcome are checked against.
    pub attempts: i32,
    /// QUEUED: not before then. SENDING: until then nobody else takes it.
    pub due_at: i64,
    pub last_error: Option<String>,
    pub created_at: i64,
    pub sent_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Conversations.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::chat as pb;

use super::{Person, filled, moment, rules::not_blank, time};

/// A line of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    #[schema(value_type = Uuid)]
    pub id: String,
    #[schema(value_type = Uuid)]
    pub order_id: String,
    /// Null: a system line.
    #[schema(required)]
    pub author: Option<Person>,
    pub body: String,
    /// Always empty until files can be attached.
    pub attachments: Vec<String>,
    /// The author's own id of the message.
    #[schema(required)]
    pub client_id: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl From<pb::Message> for Message {
    fn from(message: pb::Message) -> Self {
        Self {
            id: message.id,
            order_id: message.order_id,
            author: message.author.map(Into::into),
            body: message.body,
            attachments: Vec::new(),
            client_id: filled(message.client_id),
            created_at: moment(message.created_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"body": "When will it be ready?"}))]
pub struct NewMessage {
    /// 1 to 4000 characters.
    #[garde(custom(not_blank), length(chars, max = 4_000))]
    #[schema(min_length = 1, max_length = 4000)]
    pub body: String,
    /// Your own id of the message: sent twice, it is stored once.
    #[garde(length(chars, max = 64))]
    #[schema(max_length = 64)]
    pub client_id: Option<String>,
}

/// The conversation of an order, in the caller's list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    #[schema(value_type = Uuid)]
    pub order_id: String,
    pub order_number: String,
    #[schema(required)]
    pub title: Option<String>,
    #[schema(required)]
    pub customer: Option<Person>,
    #[schema(required)]
    pub assignee: Option<Person>,
    /// Messages that the caller has not read.
    pub unread: u64,
    #[schema(required)]
    pub last_message: Option<Message>,
    #[schema(required)]
    pub updated_at: Option<DateTime<Utc>>,
}

impl From<pb::Conversation> for Conversation {
    fn from(conversation: pb::Conversation) -> Self {
        Self {
            order_id: conversation.order_id,
            order_number: conversation.order_number,
            title: filled(conversation.title),
            customer: conversation.customer.map(Into::into),
            assignee: conversation.assignee.map(Into::into),
            unread: conversation.unread,
            last_message: conversation.last_message.map(Into::into),
            updated_at: time(conversation.updated_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"upTo": "01890a5d-ac96-774b-bcce-b302099a8057"}))]
pub struct ChatRead {
    /// The newest message that was read.
    #[garde(skip)]
    pub up_to: Uuid,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChatReadResult {
    /// Messages that are still unread.
    pub unread: u64,
}

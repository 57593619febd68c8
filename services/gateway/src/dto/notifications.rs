//! In-app notifications.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use waybill_proto::notification as pb;

use super::{filled, moment, time};

/// Something that the user should know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    #[serde(rename = "type")]
    #[schema(example = "ORDER_STATUS")]
    pub kind: String,
    pub title: String,
    pub body: String,
    #[schema(required, value_type = Option<uuid::Uuid>)]
    pub order_id: Option<String>,
    #[schema(required)]
    pub read_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl From<pb::Notification> for Notification {
    fn from(notification: pb::Notification) -> Self {
        Self {
            id: notification.id,
            kind: notification.r#type,
            title: notification.title,
            body: notification.body,
            order_id: filled(notification.order_id),
            read_at: time(notification.read_at),
            created_at: moment(notification.created_at),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadCount {
    pub count: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReadAllResult {
    /// How many were unread until now.
    pub changed: u64,
}

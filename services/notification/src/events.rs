//! What this service publishes: notifications were created, or one was read (the notification is the aggregate; of several, the
//! first), and acts of administrators.

use serde_json::json;
use waybill_proto::notification as proto;
use waybill_service_kit::{
    CallContext,
    audit::{self, Act},
};
use waybill_store::Tx;

use crate::domain::{Delivery, Notification};

/// Notifications in one event, which must fit a message of the bus (1 MiB).
const MAX_TOGETHER: usize = 200;

/// A notification as clients see it.
pub fn message(notification: &Notification) -> proto::Notification {
    proto::Notification {
        id: notification.id.to_string(),
        user_id: notification.user_id.to_string(),
        r#type: notification.kind.into(),
        title: notification.title.clone(),
        body: notification.body.clone(),
        order_id: notification.order_id.map(|id| id.to_string()),
        read_at: notification.read_at,
        created_at: Some(notification.created_at),
    }
}

/// Those that follow from one event.
pub fn created(tx: &Tx, notifications: &[Notification]) {
    for some in notifications.chunks(MAX_TOGETHER) {
        let event = proto::NotificationCreated {
            notifications: some.iter().map(message).collect(),
        };
        tx.emit(some[0].id, some[0].version, &event);
    }
}

pub fn read(tx: &Tx, notification: &Notification) {
    let event = proto::NotificationRead {
        notification: Some(message(notification)),
    };
    tx.emit(notification.id, notification.version, &event);
}

/// An administrator queued a mail again.
pub fn retried(tx: &Tx, ctx: &CallContext, delivery: &Delivery) {
    let act = Act {
        action: "delivery.retry",
        target_kind: "delivery",
        target_id: delivery.id.to_string(),
        before: Some(json!({ "state": delivery.state.as_str(), "lastError": delivery.last_error })),
        after: Some(json!({
            "userId": delivery.user_id,
            "to": delivery.address,
            "name": delivery.subject,
        })),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}

//! What this service publishes: a notification was created, or read. The notification is the aggregate.

use waybill_proto::notification as proto;
use waybill_store::Tx;

use crate::domain::Notification;

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

pub fn created(tx: &Tx, notification: &Notification) {
    let event = proto::NotificationCreated {
        notification: Some(message(notification)),
    };
    tx.emit(notification.id, notification.version, &event);
}

pub fn read(tx: &Tx, notification: &Notification) {
    let event = proto::NotificationRead {
        notification: Some(message(notification)),
    };
    tx.emit(notification.id, notification.version, &event);
}

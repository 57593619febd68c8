//! Which message travels on which subject. Publishing, consuming, `waybill events tail` and the AsyncAPI document read this one table.

use crate::{auth, chat, notification, order, payment};

/// A message that is published. The subject is `waybill.<service>.<aggregate>.<what>`.
pub trait Event: prost::Message + Default + 'static {
    const SUBJECT: &'static str;
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct EventInfo {
    pub subject: &'static str,
    /// The full protobuf name.
    pub message: &'static str,
}

macro_rules! events {
    ($($subject:literal => $area:ident::$message:ident),+ $(,)?) => {
        $(impl Event for $area::$message {
            const SUBJECT: &'static str = $subject;
        })+

        /// Every event of the platform.
        pub const EVENTS: &[EventInfo] = &[$(EventInfo {
            subject: $subject,
            message: concat!("waybill.", stringify!($area), ".v1.", stringify!($message)),
        }),+];
    };
}

events! {
    "waybill.auth.user.registered" => auth::UserRegistered,
    "waybill.auth.user.updated" => auth::UserUpdated,
    "waybill.auth.user.role_changed" => auth::UserRoleChanged,
    "waybill.auth.user.suspended" => auth::UserSuspended,
    "waybill.auth.user.restored" => auth::UserRestored,
    "waybill.auth.user.password_changed" => auth::UserPasswordChanged,
    "waybill.order.order.placed" => order::OrderPlaced,
    "waybill.order.order.paid" => order::OrderPaid,
    "waybill.order.order.payment_changed" => order::OrderPaymentChanged,
    "waybill.order.order.payment_rejected" => order::OrderPaymentRejected,
    "waybill.order.order.status_changed" => order::OrderStatusChanged,
    "waybill.order.order.claimed" => order::OrderClaimed,
    "waybill.order.order.released" => order::OrderReleased,
    "waybill.order.order.cancelled" => order::OrderCancelled,
    "waybill.order.order.expired" => order::OrderExpired,
    "waybill.order.order.completed" => order::OrderCompleted,
    "waybill.order.order.updated" => order::OrderUpdated,
    "waybill.order.order.assigned" => order::OrderAssigned,
    "waybill.order.order.replaced" => order::OrderReplaced,
    "waybill.order.change_request.created" => order::ChangeRequestCreated,
    "waybill.order.change_request.decided" => order::ChangeRequestDecided,
    "waybill.order.product.created" => order::ProductCreated,
    "waybill.order.product.updated" => order::ProductUpdated,
    "waybill.order.product.archived" => order::ProductArchived,
    "waybill.order.stock.changed" => order::StockChanged,
    "waybill.order.stock.low" => order::StockLow,
    "waybill.order.category.changed" => order::CategoryChanged,
    "waybill.order.note.added" => order::NoteAdded,
    "waybill.order.progress.added" => order::ProgressAdded,
    "waybill.order.file.added" => order::FileAdded,
    "waybill.order.file.deleted" => order::FileDeleted,
    "waybill.order.shipment.created" => order::ShipmentCreated,
    "waybill.order.shipment.updated" => order::ShipmentUpdated,
    "waybill.order.worker.updated" => order::WorkerUpdated,
    "waybill.order.settings.changed" => order::SettingsChanged,
    "waybill.order.audit.recorded" => order::AuditRecorded,
    "waybill.payment.payment.created" => payment::PaymentCreated,
    "waybill.payment.payment.succeeded" => payment::PaymentSucceeded,
    "waybill.payment.payment.failed" => payment::PaymentFailed,
    "waybill.payment.payment.refunded" => payment::PaymentRefunded,
    "waybill.payment.audit.recorded" => payment::AuditRecorded,
    "waybill.notification.notification.created" => notification::NotificationCreated,
    "waybill.notification.notification.read" => notification::NotificationRead,
    "waybill.chat.message.posted" => chat::MessagePosted,
    "waybill.chat.message.read" => chat::MessagesRead,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::EVENTS;

    #[test]
    fn subjects_are_unique_and_name_their_service() {
        let subjects: HashSet<_> = EVENTS.iter().map(|event| event.subject).collect();
        assert_eq!(subjects.len(), EVENTS.len());
        for event in EVENTS {
            let parts: Vec<_> = event.subject.split('.').collect();
            let area = event.message.split('.').nth(1);
            assert_eq!(
                (parts.len(), parts[0], area),
                (4, "waybill", Some(parts[1]))
            );
        }
    }
}

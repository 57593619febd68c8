//! Which message is published on which subject. Publishing, consuming, `waybill events tail` and the AsyncAPI document use this
//! one table.

use crate::{
    auth::{self, UserEvent},
    chat, notification,
    order::{self, OrderEvent, ProductEvent},
    payment::{self, PaymentEvent, PayoutEvent},
};

/// A message that is published. Its subjects are `waybill.<service>.<aggregate>.<what>`.
pub trait Event: prost::Message + Default + 'static {
    /// Every subject on which it is published.
    const SUBJECTS: &'static [&'static str];

    /// The subject of this event.
    fn subject(&self) -> &'static str;
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct EventInfo {
    /// The full protobuf name.
    pub message: &'static str,
    pub subjects: &'static [&'static str],
}

macro_rules! events {
    ($($area:ident::$message:ident => $subjects:tt),+ $(,)?) => {
        $(events!(@event $area::$message $subjects);)+

        /// Every event of the platform.
        pub const EVENTS: &[EventInfo] = &[$(EventInfo {
            message: concat!("waybill.", stringify!($area), ".v1.", stringify!($message)),
            subjects: <$area::$message as Event>::SUBJECTS,
        }),+];
    };
    (@event $area:ident::$message:ident $subject:literal) => {
        impl Event for $area::$message {
            const SUBJECTS: &'static [&'static str] = &[$subject];

            fn subject(&self) -> &'static str {
                $subject
            }
        }
    };
    // A message with several subjects, by its kind.
    (@event $area:ident::$message:ident { $($subject:literal => $kind:pat),+ $(,)? }) => {
        impl Event for $area::$message {
            const SUBJECTS: &'static [&'static str] = &[$($subject),+];

            fn subject(&self) -> &'static str {
                match self.kind() { $($kind => $subject),+ }
            }
        }
    };
}

events! {
    auth::UserChanged => {
        "waybill.auth.user.registered" => UserEvent::Registered,
        "waybill.auth.user.updated" => UserEvent::Updated | UserEvent::Unspecified,
        "waybill.auth.user.role_changed" => UserEvent::RoleChanged,
        "waybill.auth.user.suspended" => UserEvent::Suspended,
        "waybill.auth.user.restored" => UserEvent::Restored,
        "waybill.auth.user.password_changed" => UserEvent::PasswordChanged,
    },
    auth::SessionEnded => "waybill.auth.session.ended",
    order::OrderChanged => {
        "waybill.order.order.placed" => OrderEvent::Placed,
        "waybill.order.order.updated" => OrderEvent::Edited | OrderEvent::PaymentStarted | OrderEvent::Unspecified,
        "waybill.order.order.paid" => OrderEvent::Paid,
        "waybill.order.order.payment_changed" => OrderEvent::PaymentFailed | OrderEvent::Refunded,
        "waybill.order.order.payment_rejected" => OrderEvent::PaymentRejected,
        "waybill.order.order.status_changed" => OrderEvent::StatusChanged,
        "waybill.order.order.claimed" => OrderEvent::Claimed,
        "waybill.order.order.assigned" => OrderEvent::Assigned,
        "waybill.order.order.released" => OrderEvent::Released,
        "waybill.order.order.completed" => OrderEvent::Completed,
        "waybill.order.order.cancelled" => OrderEvent::Cancelled,
        "waybill.order.order.expired" => OrderEvent::Expired,
        "waybill.order.order.replaced" => OrderEvent::Replaced,
        "waybill.order.order.quoted" => OrderEvent::Quoted,
        "waybill.order.order.quote_withdrawn" => OrderEvent::QuoteWithdrawn,
        "waybill.order.order.quote_accepted" => OrderEvent::QuoteAccepted,
        "waybill.order.order.quote_expired" => OrderEvent::QuoteExpired,
    },
    order::ChangeRequestCreated => "waybill.order.change_request.created",
    order::ChangeRequestDecided => "waybill.order.change_request.decided",
    order::ProductChanged => {
        "waybill.order.product.created" => ProductEvent::Created,
        "waybill.order.product.updated" => ProductEvent::Updated | ProductEvent::Unspecified,
        "waybill.order.product.archived" => ProductEvent::Archived,
    },
    order::StockChanged => "waybill.order.stock.changed",
    order::StockLow => "waybill.order.stock.low",
    order::CategoryChanged => "waybill.order.category.changed",
    order::NoteAdded => "waybill.order.note.added",
    order::ProgressAdded => "waybill.order.progress.added",
    order::FileAdded => "waybill.order.file.added",
    order::FileDeleted => "waybill.order.file.deleted",
    order::ShipmentCreated => "waybill.order.shipment.created",
    order::ShipmentUpdated => "waybill.order.shipment.updated",
    order::InvoiceIssued => "waybill.order.invoice.issued",
    order::WorkerUpdated => "waybill.order.worker.updated",
    order::SettingsChanged => "waybill.order.settings.changed",
    order::AuditRecorded => "waybill.order.audit.recorded",
    payment::PaymentChanged => {
        "waybill.payment.payment.created" => PaymentEvent::Created | PaymentEvent::Unspecified,
        "waybill.payment.payment.succeeded" => PaymentEvent::Succeeded,
        "waybill.payment.payment.failed" => PaymentEvent::Failed,
        "waybill.payment.payment.refunded" => PaymentEvent::Refunded,
        "waybill.payment.payment.authorized" => PaymentEvent::Authorized,
        "waybill.payment.payment.cancelled" => PaymentEvent::Cancelled,
        "waybill.payment.payment.expired" => PaymentEvent::Expired,
        "waybill.payment.payment.received" => PaymentEvent::Received,
    },
    payment::PayoutChanged => {
        "waybill.payment.payout.created" => PayoutEvent::Created | PayoutEvent::Unspecified,
        "waybill.payment.payout.approved" => PayoutEvent::Approved,
        "waybill.payment.payout.sent" => PayoutEvent::Sent,
        "waybill.payment.payout.paid" => PayoutEvent::Paid,
        "waybill.payment.payout.failed" => PayoutEvent::Failed,
        "waybill.payment.payout.cancelled" => PayoutEvent::Cancelled,
    },
    payment::DifferenceFound => "waybill.payment.difference.found",
    payment::AuditRecorded => "waybill.payment.audit.recorded",
    notification::NotificationCreated => "waybill.notification.notification.created",
    notification::NotificationRead => "waybill.notification.notification.read",
    notification::AuditRecorded => "waybill.notification.audit.recorded",
    chat::MessagePosted => "waybill.chat.message.posted",
    chat::MessagesRead => "waybill.chat.message.read",
}

/// Runs the arm for the message type of a payload, by its subject: `match_event!(subject, payload => { Message => |it| …, else =>
/// … })`. Needs `?` for payloads that are not the message of their subject.
#[macro_export]
macro_rules! match_event {
    ($subject:expr, $payload:expr => { $($message:ty => |$event:pat_param| $body:expr,)+ else => $other:expr $(,)? }) => {{
        let subject: &str = $subject;
        $(if <$message as $crate::Event>::SUBJECTS.contains(&subject) {
            let $event = <$message as $crate::Message>::decode($payload)?;
            $body
        } else)+ {
            $other
        }
    }};
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::EVENTS;

    #[test]
    fn subjects_are_unique_and_name_their_service() {
        let subjects: Vec<_> = EVENTS.iter().flat_map(|event| event.subjects).collect();
        assert_eq!(
            subjects.iter().collect::<HashSet<_>>().len(),
            subjects.len()
        );
        for event in EVENTS {
            let area = event.message.split('.').nth(1);
            for subject in event.subjects {
                let parts: Vec<_> = subject.split('.').collect();
                assert_eq!(
                    (parts.len(), parts[0], area),
                    (4, "waybill", Some(parts[1]))
                );
            }
        }
    }
}

//! The record of an administrative act: published in the same transaction as the change, and stored by auth in the audit log.

use serde_json::Value;
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_proto::{
    Event,
    common::{self, AuditRecord},
    notification, order, payment,
};
use waybill_store::Tx;

use crate::{CallContext, Caller};

/// The act and its target.
#[derive(Debug, Clone)]
pub struct Act {
    /// Object and verb, such as `product.update`.
    pub action: &'static str,
    /// Such as `product`.
    pub target_kind: &'static str,
    pub target_id: String,
    /// The changed object before the act; none if it did not exist.
    pub before: Option<Value>,
    /// The changed object after the act; none if it was deleted.
    pub after: Option<Value>,
}

/// The event by which a service publishes its records.
pub trait AuditEvent: Event {
    fn of(record: AuditRecord) -> Self;
}

macro_rules! audit_events {
    ($($event:ty),+) => {$(
        impl AuditEvent for $event {
            fn of(record: AuditRecord) -> Self {
                Self { record: Some(record) }
            }
        }
    )+};
}

audit_events!(
    order::AuditRecorded,
    payment::AuditRecorded,
    notification::AuditRecorded
);

/// Publishes the record in the transaction of the act. Only for users: what the platform does by itself is not recorded.
pub fn publish<E: AuditEvent>(tx: &Tx, ctx: &CallContext, act: Act) {
    if let Some((id, record)) = record(ctx, Timestamp::now(), act) {
        tx.emit(id, 1, &E::of(record));
    }
}

/// The record of a user's act, with its id; none if the caller is not a user.
pub fn record(ctx: &CallContext, at: Timestamp, act: Act) -> Option<(Uuid, AuditRecord)> {
    let Caller::User(user) = &ctx.caller else {
        return None;
    };
    let id = Uuid::now_v7();
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    let record = AuditRecord {
        id: id.to_string(),
        at: Some(at),
        actor: Some(common::Person {
            id: user.id.to_string(),
            name: user.name.trim().to_owned(),
            role: common::Role::from(user.role).into(),
        }),
        client_address: ctx.client_address.clone().unwrap_or_default(),
        request_id: ctx.request_id.clone(),
        action: act.action.to_owned(),
        target_kind: act.target_kind.to_owned(),
        target_id: act.target_id,
        before: text(act.before),
        after: text(act.after),
    };
    Some((id, record))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use waybill_primitives::{Role, UserId};

    use super::*;
    use crate::UserCaller;

    #[test]
    fn only_users_act() {
        let act = || Act {
            action: "product.update",
            target_kind: "product",
            target_id: "1".to_owned(),
            before: None,
            after: Some(json!({"name": "Mug"})),
        };
        let now = Timestamp::now();
        assert!(record(&CallContext::system(), now, act()).is_none());
        let admin = UserCaller {
            id: UserId::new(),
            role: Role::Admin,
            name: " Ada ".to_owned(),
            email: String::new(),
            session: None,
            guest: false,
        };
        let ctx = CallContext::for_user(admin.clone());
        let (id, record) = record(&ctx, now, act()).unwrap();
        assert_eq!(record.id, id.to_string());
        let actor = record.actor.unwrap();
        assert_eq!(
            (actor.id, actor.name.as_str()),
            (admin.id.to_string(), "Ada")
        );
        assert_eq!(record.request_id, ctx.request_id);
        assert_eq!(record.before, None);
        assert_eq!(record.after.as_deref(), Some(r#"{"name":"Mug"}"#));
    }
}

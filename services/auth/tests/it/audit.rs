//! The audit log: the service's own acts, those of the order service, and who may read it.

use waybill_bus::Envelope;
use waybill_primitives::{EventId, Role, Timestamp, UserId};
use waybill_proto::{
    Event as _,
    auth::{
        ListAuditLogRequest, RestoreUserRequest, Session, SetUserRoleRequest, SuspendUserRequest,
        audit_service_client::AuditServiceClient,
    },
    common::{self, AuditRecord, PageRequest},
    order::AuditRecorded,
};
use waybill_service_kit::{AppError, ErrorCode, ErrorKind, local_channel, start};
use waybill_testkit::{on_any_database, on_each_database};

use crate::support::{World, answer, by, id_of, invalid, refused};

on_each_database! { acts_of_the_order_service_come_once_and_are_found }

on_any_database! {
    every_own_act_is_recorded_with_its_transaction,
    only_administrators_read_the_log,
}

async fn log(
    world: &World,
    who: &Session,
    request: ListAuditLogRequest,
) -> Result<(Vec<AuditRecord>, String), AppError> {
    let service = waybill_auth::build(&world.deps, &world.settings).await?;
    let mut client = AuditServiceClient::new(local_channel(&service, &world.deps));
    let found = answer(client.list_audit_log(by(who, request)).await)?;
    Ok((
        found.records,
        found.page.unwrap().next_cursor.unwrap_or_default(),
    ))
}

async fn every_own_act_is_recorded_with_its_transaction(world: &World) {
    let admin = world.admin().await;
    let user = id_of(&world.register("ada").await).to_string();
    let role = SetUserRoleRequest {
        id: user.clone(),
        role: common::Role::Staff.into(),
        version: None,
    };
    let suspend = SuspendUserRequest {
        id: user.clone(),
        reason: "spam".to_owned(),
    };
    let restore = RestoreUserRequest { id: user.clone() };
    let mut auth = world.auth.clone();
    answer(auth.set_user_role(by(&admin, role.clone())).await).unwrap();
    answer(auth.suspend_user(by(&admin, suspend)).await).unwrap();
    answer(auth.restore_user(by(&admin, restore)).await).unwrap();
    // A change without effect, or a refused one, is no act.
    answer(auth.set_user_role(by(&admin, role)).await).unwrap();
    let own = SuspendUserRequest {
        id: id_of(&admin).to_string(),
        reason: String::new(),
    };
    assert!(answer(auth.suspend_user(by(&admin, own)).await).is_err());

    let (records, _) = log(world, &admin, ListAuditLogRequest::default())
        .await
        .unwrap();
    let recorded: Vec<_> = records
        .iter()
        .map(|record| (record.action.as_str(), record.before(), record.after()))
        .collect();
    assert_eq!(
        recorded,
        [
            (
                "user.restore",
                r#"{"suspended":true}"#,
                r#"{"suspended":false}"#
            ),
            (
                "user.suspend",
                r#"{"suspended":false}"#,
                r#"{"reason":"spam","suspended":true}"#
            ),
            (
                "user.set_role",
                r#"{"role":"CUSTOMER"}"#,
                r#"{"role":"STAFF"}"#
            ),
        ]
    );
    for record in &records {
        assert_eq!(record.actor.as_ref().unwrap().id, id_of(&admin).to_string());
        assert_eq!(
            (record.target_kind.as_str(), &record.target_id),
            ("user", &user)
        );
        assert!(!record.request_id.is_empty());
    }
}

fn act(action: &str, target: &str, actor: UserId, at: Timestamp) -> Envelope {
    let id = uuid::Uuid::now_v7();
    let message = AuditRecorded {
        record: Some(AuditRecord {
            id: id.to_string(),
            at: Some(at),
            actor: Some(common::Person {
                id: actor.to_string(),
                name: "Anna Admin".to_owned(),
                role: common::Role::Admin.into(),
            }),
            client_address: "203.0.113.7".to_owned(),
            request_id: "r-1".to_owned(),
            action: action.to_owned(),
            target_kind: action.split('.').next().unwrap().to_owned(),
            target_id: target.to_owned(),
            before: None,
            after: Some(r#"{"name":"Cup"}"#.to_owned()),
        }),
    };
    Envelope {
        id: EventId::new(),
        subject: message.subject().to_owned(),
        source: "order".to_owned(),
        aggregate_id: id,
        aggregate_version: 1,
        time: at,
        traceparent: None,
        request_id: None,
        actor: None,
        payload: prost::Message::encode_to_vec(&message).into(),
    }
}

async fn acts_of_the_order_service_come_once_and_are_found(world: &World) {
    let service = waybill_auth::build(&world.deps, &world.settings)
        .await
        .unwrap();
    let running = start(service, &world.deps).await.unwrap();
    let admin = world.admin().await;
    let noon = Timestamp::now();
    let at = |seconds| noon.plus(std::time::Duration::from_secs(seconds));
    let (anna, bo) = (UserId::new(), UserId::new());
    for (action, target, actor, seconds) in [
        ("product.create", "p-1", anna, 1),
        ("product.update", "p-1", bo, 2),
        ("productxupdate", "p-2", bo, 3),
        ("settings.update", "shop", anna, 4),
    ] {
        let event = act(action, target, actor, at(seconds));
        world.deps.bus.publish(event.clone()).await.unwrap();
        world.deps.bus.publish(event).await.unwrap();
    }
    let actions = async |request: ListAuditLogRequest| {
        let (records, _) = log(world, &admin, request).await.unwrap();
        let actions = records.into_iter().map(|record| record.action);
        actions.collect::<Vec<_>>()
    };
    let all = ListAuditLogRequest::default;
    let newest = [
        "settings.update",
        "productxupdate",
        "product.update",
        "product.create",
    ];
    assert_eq!(actions(all()).await, newest);
    let narrowed = [
        (
            ListAuditLogRequest {
                actor_id: anna.to_string(),
                ..all()
            },
            &[0, 3][..],
        ),
        (
            ListAuditLogRequest {
                action: "product.".into(),
                ..all()
            },
            &[2, 3],
        ),
        (
            ListAuditLogRequest {
                action: "settings.update".into(),
                ..all()
            },
            &[0],
        ),
        (
            ListAuditLogRequest {
                action: "product_".into(),
                ..all()
            },
            &[],
        ),
        (
            ListAuditLogRequest {
                target_kind: "product".into(),
                ..all()
            },
            &[2, 3],
        ),
        (
            ListAuditLogRequest {
                target_id: "p-2".into(),
                ..all()
            },
            &[1],
        ),
        (
            ListAuditLogRequest {
                from: Some(at(2)),
                to: Some(at(4)),
                ..all()
            },
            &[1, 2],
        ),
    ];
    for (request, expected) in narrowed {
        let expected: Vec<_> = expected.iter().map(|at| newest[*at]).collect();
        assert_eq!(actions(request.clone()).await, expected, "{request:?}");
    }
    // Page by page.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = Some(PageRequest {
            limit: 3,
            cursor,
            total: true,
        });
        let (records, next) = log(world, &admin, ListAuditLogRequest { page, ..all() })
            .await
            .unwrap();
        seen.extend(records);
        cursor = next;
        if cursor.is_empty() {
            break;
        }
    }
    let actions: Vec<_> = seen.iter().map(|record| record.action.as_str()).collect();
    assert_eq!(actions, newest);
    assert_eq!(
        (
            seen[0].client_address.as_str(),
            seen[0].request_id.as_str(),
            seen[0].after()
        ),
        ("203.0.113.7", "r-1", r#"{"name":"Cup"}"#)
    );
    assert!(running.drain(std::time::Duration::from_mins(1)).await);
}

async fn only_administrators_read_the_log(world: &World) {
    let all = ListAuditLogRequest::default;
    for role in [Role::Customer, Role::Staff] {
        let who = world
            .signed_in_as(&format!("{}-x", role.as_str().to_lowercase()), role)
            .await;
        refused(
            log(world, &who, all()).await,
            ErrorKind::Forbidden,
            ErrorCode::Forbidden,
        );
    }
    let admin = world.admin().await;
    let bad = ListAuditLogRequest {
        action: "%".into(),
        target_kind: "a b".into(),
        ..all()
    };
    invalid(log(world, &admin, bad).await, &["action", "targetKind"]);
}

//! Change requests while the order is reassigned, and who can read them.

use waybill_primitives::Role;
use waybill_proto::{
    auth::{self, UserEvent},
    order::{
        self as pb, ChangeRequestKind as Kind, ChangeRequestState as State, OrderEvent, OrderStatus,
    },
};
use waybill_service_kit::{AppError, ErrorCode};
use waybill_testkit::user_changed;

use crate::{
    crew::account,
    shop::{Shop, Somebody, fields, on_any_database, outgoing},
    work::waiting,
};

async fn requests(
    shop: &Shop,
    who: &Somebody,
    order: &pb::Order,
) -> Result<Vec<pb::ChangeRequest>, AppError> {
    let list = pb::ListChangeRequestsRequest {
        order_id: order.id.clone(),
        ..Default::default()
    };
    let list = outgoing(&who.ctx, list);
    let answer = shop.work().list_change_requests(list).await?;
    Ok(answer.into_inner().change_requests)
}

#[tokio::test]
async fn a_customers_request_stays_pending_when_the_worker_changes() {
    on_any_database(async |shop| {
        let (who, will) = (shop.customer(), shop.hired("Will").await);
        let order = waiting(shop, &who).await;
        shop.claim(&will, &order).await.unwrap();
        let request = shop.ask(&who, &order, Kind::Cancellation).await.unwrap();
        // By a release of the worker, and by an administrator's decision.
        shop.release(&will, &order).await.unwrap();
        let all = requests(shop, &who, &order).await.unwrap();
        assert_eq!(all, std::slice::from_ref(&request));
        shop.claim(&will, &order).await.unwrap();
        shop.reassign(&will, &order, None, false).await.unwrap();
        let all = requests(shop, &who, &order).await.unwrap();
        assert!(all.contains(&request), "{all:?}");
        // It can still be granted.
        let done = shop.decide(&request, true).await.unwrap().order.unwrap();
        assert_eq!(done.status(), OrderStatus::Cancelled);
        // The worker's requests are decided when the worker changes.
        let order = waiting(shop, &who).await;
        shop.claim(&will, &order).await.unwrap();
        shop.ask(&will, &order, Kind::Cancellation).await.unwrap();
        shop.release(&will, &order).await.unwrap();
        let all = requests(shop, &who, &order).await.unwrap();
        assert_eq!(all[0].state(), State::Rejected);
    })
    .await;
}

#[tokio::test]
async fn a_customers_request_continues_with_the_replacement() {
    on_any_database(async |shop| {
        let (who, will) = (shop.customer(), shop.hired("Will").await);
        let order = waiting(shop, &who).await;
        shop.claim(&will, &order).await.unwrap();
        let request = shop.ask(&who, &order, Kind::Cancellation).await.unwrap();
        let decided = shop.reassign(&will, &order, None, true).await.unwrap();
        let opened = decided.replacement.unwrap();
        let all = requests(shop, &who, &order).await.unwrap();
        let old = all.iter().find(|one| one.id == request.id).unwrap();
        assert_eq!((old.state(), &old.decided_by), (State::Rejected, &None));
        assert!(old.note().contains("goes on"), "{}", old.note());
        let new = requests(shop, &who, &opened).await.unwrap();
        assert_eq!(new.len(), 1);
        assert_eq!(
            (new[0].state(), new[0].kind(), &new[0].reason),
            (State::Pending, Kind::Cancellation, &request.reason)
        );
        assert_eq!(new[0].requested_by, request.requested_by);
        assert_eq!(
            shop.events("change_request", &request.id).await,
            ["created", "decided"]
        );
        assert_eq!(shop.events("change_request", &new[0].id).await, ["created"]);
        let done = shop.decide(&new[0], true).await.unwrap().order.unwrap();
        assert_eq!(
            (done.id, done.status),
            (opened.id, OrderStatus::Cancelled.into())
        );
    })
    .await;
}

#[tokio::test]
async fn workers_cannot_read_notes_and_requests_of_orders_in_the_pool() {
    on_any_database(async |shop| {
        let (who, will) = (shop.customer(), shop.hired("Will").await);
        let wanda = shop.hired("Wanda").await;
        let order = waiting(shop, &who).await;
        shop.claim(&will, &order).await.unwrap();
        shop.ask(&who, &order, Kind::Cancellation).await.unwrap();
        shop.release(&will, &order).await.unwrap();
        let seen = shop.history(&wanda, &order).await;
        let known = shop.history(&who, &order).await;
        assert_eq!(seen.len(), known.len());
        let is_blank =
            |entry: &pb::HistoryItem| entry.note().is_empty() && entry.internal_note().is_empty();
        assert!(seen.iter().all(is_blank), "{seen:?}");
        assert!(known.iter().all(is_blank), "{known:?}");
        let error = requests(shop, &wanda, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        // The assigned worker sees both.
        shop.claim(&wanda, &order).await.unwrap();
        assert_eq!(requests(shop, &wanda, &order).await.unwrap().len(), 1);
        let seen = shop.history(&wanda, &order).await;
        assert!(
            seen.iter().any(|entry| entry.internal_note() == "ill"),
            "{seen:?}"
        );
    })
    .await;
}

/// A worker's request with this reason and this text for the customer.
async fn ask(shop: &Shop, who: &Somebody, order: &pb::Order, kind: Kind) -> pb::ChangeRequest {
    let request = pb::CreateChangeRequestRequest {
        order_id: order.id.clone(),
        kind: kind.into(),
        reason: "The customer is difficult".into(),
        customer_note: "Somebody else will do it".into(),
    };
    let request = outgoing(&who.ctx, request);
    let answer = shop.work().create_change_request(request).await.unwrap();
    answer.into_inner().change_request.unwrap()
}

#[tokio::test]
async fn reasons_of_workers_and_decisions_on_them_stay_with_the_staff() {
    on_any_database(async |shop| {
        let (who, will) = (shop.customer(), shop.hired("Will").await);
        let secrets = ["difficult", "I know, too"];
        let decide = async |id: String, approve: bool, replace: bool| {
            let decision = pb::DecideChangeRequestRequest {
                id,
                approve,
                replace,
                note: "I know, too".into(),
                ..Default::default()
            };
            let decision = outgoing(&shop.admin.ctx, decision);
            let decided = shop.work().decide_change_request(decision).await;
            decided.unwrap().into_inner()
        };
        for (kind, approve, replace) in [
            (Kind::Reassignment, false, false),
            (Kind::Reassignment, true, false),
            (Kind::Reassignment, true, true),
            (Kind::Cancellation, true, false),
            (Kind::Completion, true, false),
        ] {
            let order = waiting(shop, &who).await;
            shop.claim(&will, &order).await.unwrap();
            let asked = ask(shop, &will, &order, kind).await;
            // Who requested it reads it all.
            let own = requests(shop, &will, &order).await.unwrap();
            assert_eq!(own, std::slice::from_ref(&asked));
            decide(asked.id, approve, replace).await;

            let seen = requests(shop, &who, &order).await.unwrap();
            assert_eq!((&seen[0].reason, &seen[0].note), (&None, &None), "{kind:?}");
            assert_eq!(seen[0].customer_note(), "Somebody else will do it");
            let history = shop.history(&who, &order).await;
            let text = format!("{history:?}");
            assert!(
                !secrets.iter().any(|secret| text.contains(secret)),
                "{text}"
            );
            let all = format!("{:?}", shop.history(&shop.admin, &order).await);
            if approve {
                assert!(text.contains("Somebody else will do it"), "{text}");
                assert!(all.contains("I know, too"), "{all}");
            }
            let known = requests(shop, &shop.admin, &order).await.unwrap();
            assert_eq!(known[0].reason(), "The customer is difficult");
            assert_eq!(known[0].note(), "I know, too");
        }
        // Events carry both apart; whoever shows them to customers leaves the internal note out.
        for event in shop.published::<pb::OrderChanged>().await {
            let open = secrets.iter().any(|secret| event.note.contains(secret));
            assert!(!open, "{event:?}");
        }
        // A release says nothing either, and an administrator may word it for the customer.
        let order = waiting(shop, &who).await;
        shop.claim(&will, &order).await.unwrap();
        let asked = ask(shop, &will, &order, Kind::Reassignment).await;
        let decision = pb::DecideChangeRequestRequest {
            id: asked.id,
            approve: true,
            customer_note: "Will is on holiday".into(),
            ..Default::default()
        };
        let decision = outgoing(&shop.admin.ctx, decision);
        shop.work().decide_change_request(decision).await.unwrap();
        let history = format!("{:?}", shop.history(&who, &order).await);
        assert!(
            history.contains("on holiday") && !history.contains("Somebody"),
            "{history}"
        );
        // The texts of customers are for everybody, and they have no other.
        let own = shop.ask(&who, &order, Kind::Cancellation).await.unwrap();
        let seen = requests(shop, &who, &order).await.unwrap();
        assert!(seen.contains(&own) && own.reason() == "because");
        let odd = pb::CreateChangeRequestRequest {
            order_id: order.id.clone(),
            kind: Kind::Cancellation.into(),
            reason: "because".into(),
            customer_note: "for me".into(),
        };
        let refused = shop
            .work()
            .create_change_request(outgoing(&who.ctx, odd))
            .await;
        let refused = AppError::from(refused.unwrap_err());
        assert_eq!(fields(&refused), ["customerNote"]);
    })
    .await;
}

#[tokio::test]
async fn a_former_worker_cannot_claim() {
    on_any_database(async |shop| {
        let (who, will) = (shop.customer(), shop.hired("Will").await);
        let order = waiting(shop, &who).await;
        let id = will.id.to_string();
        let suspended = user_changed(
            UserEvent::Suspended,
            &auth::User {
                suspended: true,
                ..account(&will, "Will", Role::Staff, 3)
            },
        );
        shop.send_event_of("auth", &id, 3, &suspended).await;
        // Their token is still valid.
        let error = shop.claim(&will, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        let error = shop.claim_all(&will, &[&order]).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        let demoted = user_changed(
            UserEvent::RoleChanged,
            &account(&will, "Will", Role::Customer, 4),
        );
        shop.send_event_of("auth", &id, 4, &demoted).await;
        let error = shop.claim(&will, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        let promoted = user_changed(
            UserEvent::RoleChanged,
            &account(&will, "Will", Role::Staff, 5),
        );
        shop.send_event_of("auth", &id, 5, &promoted).await;
        shop.claim(&will, &order).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_completion_contains_the_current_commission() {
    on_any_database(async |shop| {
        let (who, will) = (shop.customer(), shop.hired("Will").await);
        let second = shop.second().await;
        for points in [500, 0, 700] {
            let order = waiting(shop, &who).await;
            shop.claim(&will, &order).await.unwrap();
            let request = pb::UpdateSettingsRequest {
                commission_basis_points: Some(points),
                ..Default::default()
            };
            let request = outgoing(&shop.admin.ctx, request);
            shop.settings().update_settings(request).await.unwrap();
            // The other process may not know of it yet.
            second
                .change_status(&shop.admin, &order, OrderStatus::Completed)
                .await
                .unwrap();
            let event = shop.last_change(OrderEvent::Completed, &order).await;
            assert_eq!(event.commission_basis_points, Some(points));
        }
        second.close().await;
    })
    .await;
}

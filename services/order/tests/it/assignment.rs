//! Bulk claims, assignments, releases and reassignments.

use futures::future::join_all;
use waybill_primitives::{Role, UserId};
use waybill_proto::order::{
    self as pb, ChangeRequestKind as Kind, ChangeRequestState, OrderEvent, OrderStatus,
};
use waybill_service_kit::{AppError, ErrorCode};

use crate::{
    crew::result_codes,
    shop::{Shop, fields, on_any_database, on_each_database, outgoing},
};

#[tokio::test]
async fn each_of_many_orders_has_its_own_result() {
    on_any_database(async |shop| {
        let (customer, worker, rival) = (
            shop.customer(),
            shop.hired("Will").await,
            shop.hired("Wanda").await,
        );
        let design = shop.service("Design", 5).await;
        let free = shop.waiting(&customer, &design).await;
        let taken = shop.waiting(&customer, &design).await;
        shop.claim(&rival, &taken).await.unwrap();
        let unpaid = shop.place(&customer, &[(&design, 1)]).await;
        let orders = [&free, &taken, &unpaid, &free];
        let results = shop.claim_all(&worker, &orders).await.unwrap();
        assert_eq!(
            result_codes(&results),
            ["", "ALREADY_CLAIMED", "NOT_FOUND"],
            "an order named twice has one result"
        );
        assert_eq!(
            results[0].order.as_ref().unwrap().status(),
            OrderStatus::InProgress
        );
        let again = shop.claim_all(&worker, &[&free]).await.unwrap();
        assert_eq!(again[0].order, results[0].order, "a repeat changes nothing");
        let none = shop.claim_all(&worker, &[]).await.unwrap_err();
        assert_eq!(fields(&none), ["orderIds"]);
        let many = vec![&free; 51];
        let error = shop.claim_all(&worker, &many).await.unwrap_err();
        assert_eq!(fields(&error), ["orderIds"]);
        let bad = pb::ClaimOrdersRequest {
            order_ids: vec![free.id.clone(), "x".into()],
        };
        let error = shop.work().claim_orders(outgoing(&worker.ctx, bad)).await;
        assert_eq!(fields(&AppError::from(error.unwrap_err())), ["orderIds[1]"]);
        for nobody in [&customer, &shop.admin] {
            let error = shop.claim_all(nobody, &[&free]).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Forbidden);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_who_claim_the_same_orders_at_once_share_them() {
    on_each_database(async |shop| {
        let customer = shop.customer();
        let design = shop.service("Design", 5).await;
        let mut orders = Vec::new();
        for _ in 0..6 {
            orders.push(shop.waiting(&customer, &design).await);
        }
        let mut workers = Vec::new();
        for name in ["Ann", "Ben", "Cid", "Dot"] {
            workers.push(shop.hired(name).await);
        }
        let all: Vec<_> = orders.iter().collect();
        let mut backwards = all.clone();
        backwards.reverse();
        let claims = workers.iter().zip(0..).map(|(worker, at)| {
            let order = if at % 2 == 0 { &all } else { &backwards };
            shop.claim_all(worker, order)
        });
        let mut won = 0;
        for results in join_all(claims).await {
            for result in results.unwrap() {
                won += usize::from(result.order.is_some());
                if let Some(error) = result.error {
                    assert_eq!(error.code(), ErrorCode::AlreadyClaimed);
                }
            }
        }
        assert_eq!(won, orders.len());
    })
    .await;
}

#[tokio::test]
async fn an_administrator_assigns_orders_to_a_worker_and_to_another_one() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let (will, wanda) = (shop.hired("Will").await, shop.hired("Wanda").await);
        let design = shop.service("Design", 5).await;
        let (waiting, working) = (
            shop.waiting(&customer, &design).await,
            shop.waiting(&customer, &design).await,
        );
        shop.claim(&will, &working).await.unwrap();
        let asked = shop.ask(&will, &working, Kind::Completion).await.unwrap();
        let request = shop
            .ask(&customer, &working, Kind::Cancellation)
            .await
            .unwrap();
        let goods = shop.goods("Mug", 5, 1).await;
        let mug = shop.waiting(&customer, &goods).await;
        let unpaid = shop.place(&customer, &[(&design, 1)]).await;
        let orders = [&waiting, &working, &mug, &unpaid];
        let results = shop.assign(&wanda, &orders, false).await.unwrap();
        assert_eq!(result_codes(&results), ["", "", "CONFLICT", "CONFLICT"]);
        for result in &results[..2] {
            let order = result.order.as_ref().unwrap();
            assert_eq!(order.status(), OrderStatus::InProgress);
            let assignee = order.assignee.as_ref().unwrap();
            assert_eq!(
                (assignee.id.clone(), assignee.name.as_str()),
                (wanda.id.to_string(), "Wanda Worker")
            );
        }
        let event = shop.last_change(OrderEvent::Assigned, &waiting).await;
        assert_eq!(event.previous, None);
        let event = shop.last_change(OrderEvent::Assigned, &working).await;
        assert_eq!(event.previous.unwrap().id, will.id.to_string());
        assert_eq!(
            shop.get(&will, &working).await.unwrap_err().code,
            ErrorCode::NotFound
        );
        // The former worker's requests are obsolete; the customer's request is still pending.
        let state = async |request: &pb::ChangeRequest| {
            let list = pb::ListChangeRequestsRequest {
                order_id: working.id.clone(),
                kinds: vec![request.kind],
                ..Default::default()
            };
            let answer = shop
                .work()
                .list_change_requests(outgoing(&shop.admin.ctx, list))
                .await;
            answer.unwrap().into_inner().change_requests[0].state()
        };
        assert_eq!(state(&asked).await, ChangeRequestState::Rejected);
        assert_eq!(state(&request).await, ChangeRequestState::Pending);
        // A retry after a lost answer gets the same result.
        let before = shop.refresh(&waiting).await;
        let again = shop.assign(&wanda, &[&waiting], false).await.unwrap();
        assert_eq!(again[0].order.as_ref(), Some(&before));
        let acts = shop.audited().await;
        for order in [&waiting, &working] {
            let act = ("order.assign".to_owned(), order.id.clone());
            assert_eq!(acts.iter().filter(|it| **it == act).count(), 1);
        }
        assert_eq!(
            shop.events("order", &waiting.id).await,
            ["placed", "paid", "assigned"]
        );
    })
    .await;
}

#[tokio::test]
async fn only_administrators_assign_orders_and_only_to_active_workers() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        for nobody in [&customer, &shop.admin, &shop.worker()] {
            let error = shop.assign(nobody, &[&order], true).await.unwrap_err();
            assert_eq!(fields(&error), ["workerId"]);
        }
        let will = shop.hired("Will").await;
        let request = pb::AssignOrdersRequest {
            order_ids: vec![order.id.clone()],
            worker_id: will.id.to_string(),
            ..Default::default()
        };
        for nobody in [&customer, &will] {
            let answer = shop
                .work()
                .assign_orders(outgoing(&nobody.ctx, request.clone()))
                .await;
            assert_eq!(
                AppError::from(answer.unwrap_err()).code,
                ErrorCode::Forbidden
            );
        }
        // A worker without an event yet, whose name the caller got from auth.
        let request = pb::AssignOrdersRequest {
            worker_id: UserId::new().to_string(),
            worker_name: "New Worker".to_owned(),
            ..request
        };
        let answer = shop
            .work()
            .assign_orders(outgoing(&shop.admin.ctx, request))
            .await;
        let results = answer.unwrap().into_inner().results;
        let given = results[0].order.as_ref().unwrap();
        assert_eq!(given.assignee.as_ref().unwrap().name, "New Worker");
    })
    .await;
}

#[tokio::test]
async fn a_released_order_can_be_claimed_by_anyone() {
    on_any_database(async |shop| {
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        // It has no worker.
        let error = shop.release(&shop.admin, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidTransition);
        let error = shop.release(&will, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        shop.claim(&will, &order).await.unwrap();
        let error = shop.release(&customer, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        let rival = shop.hired("Wanda").await;
        let error = shop.release(&rival, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        let released = shop.release(&will, &order).await.unwrap();
        assert_eq!(released.status(), OrderStatus::Pending);
        assert_eq!(
            released.customer.unwrap().email,
            None,
            "the former worker sees it like any order in the pool"
        );
        shop.claim(&rival, &order).await.unwrap();
        shop.release(&shop.admin, &order).await.unwrap();
        let stale = pb::ReleaseOrderRequest {
            id: order.id.clone(),
            version: Some(1),
            ..Default::default()
        };
        let mut work = shop.work();
        let stale = work.release_order(outgoing(&shop.admin.ctx, stale)).await;
        assert_eq!(
            AppError::from(stale.unwrap_err()).code,
            ErrorCode::VersionConflict
        );
        let last = shop.history(&shop.admin, &order).await.pop().unwrap();
        assert_eq!(
            (last.event(), last.internal_note(), last.note()),
            (OrderEvent::Released, "ill", "")
        );
        // What workers do is in the history; what administrators do is in the audit log, too.
        let acts = shop.audited().await;
        let releases = acts.iter().filter(|(act, _)| act == "order.release");
        assert_eq!(releases.count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_reassignment_can_name_the_next_worker() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let (will, wanda) = (shop.hired("Will").await, shop.hired("Wanda").await);
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        shop.claim(&will, &order).await.unwrap();
        let error = shop.reassign(&will, &order, Some(&customer), false).await;
        assert_eq!(fields(&error.unwrap_err()), ["assignTo"]);
        let pending = pb::ListChangeRequestsRequest {
            states: vec![ChangeRequestState::Pending.into()],
            kinds: vec![Kind::Reassignment.into()],
            ..Default::default()
        };
        let answer = shop
            .work()
            .list_change_requests(outgoing(&shop.admin.ctx, pending))
            .await;
        let waiting = answer.unwrap().into_inner().change_requests;
        assert_eq!(
            waiting.len(),
            1,
            "a refused decision leaves the request pending"
        );
        let decide = |request: pb::DecideChangeRequestRequest| {
            let request = outgoing(&shop.admin.ctx, request);
            async move { shop.work().decide_change_request(request).await }
        };
        let to_wanda = pb::DecideChangeRequestRequest {
            id: waiting[0].id.clone(),
            approve: false,
            assign_to: wanda.id.to_string(),
            ..Default::default()
        };
        let error = decide(to_wanda.clone()).await.unwrap_err();
        assert_eq!(fields(&AppError::from(error)), ["assignTo"]);
        let to_the_same = pb::DecideChangeRequestRequest {
            approve: true,
            assign_to: will.id.to_string(),
            ..to_wanda.clone()
        };
        let error = decide(to_the_same).await.unwrap_err();
        assert_eq!(fields(&AppError::from(error)), ["assignTo"]);
        let decided = decide(pb::DecideChangeRequestRequest {
            approve: true,
            ..to_wanda
        });
        let decided = decided.await.unwrap().into_inner();
        let given = decided.order.unwrap();
        assert_eq!(given.status(), OrderStatus::InProgress);
        assert_eq!(given.assignee.unwrap().id, wanda.id.to_string());
        assert_eq!(decided.replacement, None);
        assert_eq!(
            shop.events("order", &order.id).await,
            ["placed", "paid", "claimed", "assigned"]
        );
        assert_eq!(
            shop.get(&will, &order).await.unwrap_err().code,
            ErrorCode::NotFound
        );
    })
    .await;
}

#[tokio::test]
async fn what_administrators_do_to_orders_is_recorded() {
    on_any_database(async |shop| {
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let design = shop.service("Design", 5).await;
        let order = shop.waiting(&customer, &design).await;
        shop.claim(&will, &order).await.unwrap();
        let held = OrderStatus::OnHold;
        shop.change_status(&shop.admin, &order, held).await.unwrap();
        let back = OrderStatus::InProgress;
        shop.change_status(&will, &order, back).await.unwrap();
        let request = shop.ask(&will, &order, Kind::Completion).await.unwrap();
        shop.decide(&request, false).await.unwrap();
        shop.cancel(&shop.admin, &order).await.unwrap();
        let other = shop.waiting(&customer, &design).await;
        shop.cancel(&customer, &other).await.unwrap();
        let all = shop.acts().await;
        let decided = all.iter().find(|act| act.action == "change_request.reject");
        let after = decided.unwrap().after();
        for part in [&request.id, "\"COMPLETION\"", "\"REJECTED\""] {
            assert!(after.contains(part), "{part} is not in {after}");
        }
        let mut acts = shop.audited().await;
        acts.retain(|(_, target)| *target == order.id || *target == other.id);
        let acts: Vec<_> = acts.iter().map(|(act, _)| act.as_str()).collect();
        assert_eq!(
            acts,
            ["order.status", "change_request.reject", "order.cancel"],
            "changes by the worker or the customer are not recorded"
        );
    })
    .await;
}

#[tokio::test]
async fn workers_see_no_more_of_the_pool_than_they_need() {
    on_any_database(async |shop| {
        let (customer, will) = (shop.customer(), shop.hired("Will").await);
        let design = shop.service("Design", 5).await;
        let request = pb::PlaceOrderRequest {
            shipping_address: Some(pb::Address {
                line1: "1 Main Street".into(),
                city: "Springfield".into(),
                country: "US".into(),
                ..Default::default()
            }),
            ..crate::shop::lines(&[(&design, 1)])
        };
        let placed = shop.try_place(&customer, request).await.unwrap();
        let order = placed.order.unwrap();
        shop.pay(&order).await;
        let seen = |order: &pb::Order| {
            let email = order.customer.as_ref().unwrap().email.clone();
            (email.is_some(), order.shipping_address.is_some())
        };
        let listed = async |who: &crate::shop::Somebody| {
            let request = pb::ListAvailableRequest::default();
            let page = shop
                .work()
                .list_available(outgoing(&who.ctx, request))
                .await;
            page.unwrap().into_inner().orders.remove(0)
        };
        assert_eq!(seen(&listed(&will).await), (false, false));
        assert_eq!(
            seen(&shop.get(&will, &order).await.unwrap()),
            (false, false)
        );
        assert_eq!(seen(&listed(&shop.admin).await), (true, true));
        assert_eq!(
            seen(&shop.get(&customer, &order).await.unwrap()),
            (true, true)
        );
        assert_eq!(
            seen(&shop.claim(&will, &order).await.unwrap()),
            (true, true)
        );
        assert_eq!(seen(&shop.get(&will, &order).await.unwrap()), (true, true));
    })
    .await;
}

/// The numbers of the orders in the pool that match a filter.
async fn found(shop: &Shop, request: pb::ListAvailableRequest) -> Vec<String> {
    let will = shop.somebody(Role::Staff, "Finder");
    let page = shop
        .work()
        .list_available(outgoing(&will.ctx, request))
        .await;
    let orders = page.unwrap().into_inner().orders;
    orders.into_iter().map(|order| order.order_number).collect()
}

#[tokio::test]
async fn the_pool_can_be_searched() {
    on_each_database(async |shop| {
        let customer = shop.customer();
        let cheap = shop.service("Proofreading", 5).await;
        let dear = shop.service("Design", 500).await;
        let mug = shop.goods("Mug", 1, 10).await;
        let fence = pb::PlaceOrderRequest {
            title: Some("A fence".into()),
            ..crate::shop::lines(&[(&cheap, 1)])
        };
        let fence = shop.try_place(&customer, fence).await.unwrap();
        let fence = fence.order.unwrap();
        shop.pay(&fence).await;
        let logo = shop.place(&customer, &[(&dear, 1), (&mug, 1)]).await;
        shop.pay(&logo).await;
        let (fence, logo) = (fence.order_number, logo.order_number);
        let any = pb::ListAvailableRequest::default();
        assert_eq!(
            found(shop, any.clone()).await,
            [fence.clone(), logo.clone()]
        );
        for (request, expected) in [
            (
                pb::ListAvailableRequest {
                    q: "FENCE".into(),
                    ..any.clone()
                },
                vec![&fence],
            ),
            (
                pb::ListAvailableRequest {
                    q: logo.clone(),
                    ..any.clone()
                },
                vec![&logo],
            ),
            (
                pb::ListAvailableRequest {
                    min_total: Some(6),
                    ..any.clone()
                },
                vec![&logo],
            ),
            (
                pb::ListAvailableRequest {
                    max_total: Some(5),
                    ..any.clone()
                },
                vec![&fence],
            ),
            (
                pb::ListAvailableRequest {
                    kinds: vec![pb::OrderKind::Mixed.into()],
                    ..any.clone()
                },
                vec![&logo],
            ),
            (
                pb::ListAvailableRequest {
                    only_mine: true,
                    ..any.clone()
                },
                vec![&fence, &logo],
            ),
            (
                pb::ListAvailableRequest {
                    q: "carport".into(),
                    ..any.clone()
                },
                vec![],
            ),
        ] {
            let found = found(shop, request.clone()).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{request:?}");
        }
    })
    .await;
}

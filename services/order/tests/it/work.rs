//! The pool, claims, change requests.

use futures::future::join_all;
use waybill_primitives::Role;
use waybill_proto::order::{
    self as pb, ChangeRequestKind as Kind, ChangeRequestState as State, OrderEvent, OrderStatus,
};
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{Shop, Somebody, on_any_database, on_each_database, outgoing};

/// A paid order that waits for a worker.
pub async fn waiting(shop: &Shop, who: &Somebody) -> pb::Order {
    let service = shop.service("Advice", 5000).await;
    let order = shop.place(who, &[(&service, 1)]).await;
    shop.pay(&order).await;
    shop.refresh(&order).await
}

async fn pool(shop: &Shop, who: &Somebody) -> Result<Vec<pb::Order>, AppError> {
    let request = pb::ListAvailableRequest::default();
    Ok(shop
        .work()
        .list_available(outgoing(&who.ctx, request))
        .await?
        .into_inner()
        .orders)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_workers_one_gets_the_order() {
    on_each_database(async |shop| {
        let order = waiting(shop, &shop.customer()).await;
        let attempts = (0..16).map(|n| {
            let worker = shop.somebody(Role::Staff, &format!("Worker {n}"));
            let (mut work, id) = (shop.work(), order.id.clone());
            tokio::spawn(async move {
                let claim = pb::ClaimOrderRequest { id, version: None };
                let outcome = work.claim_order(outgoing(&worker.ctx, claim)).await;
                outcome.map(|_| worker.id).map_err(AppError::from)
            })
        });
        let mut winners = Vec::new();
        for outcome in join_all(attempts).await {
            match outcome.unwrap() {
                Ok(id) => winners.push(id),
                Err(error) => assert_eq!(error.code, ErrorCode::AlreadyClaimed),
            }
        }
        assert_eq!(winners.len(), 1);
        let now = shop.refresh(&order).await;
        assert_eq!(now.assignee.as_ref().unwrap().id, winners[0].to_string());
        assert_eq!(
            (now.status(), now.version),
            (OrderStatus::InProgress, order.version + 1)
        );
        let history = shop.history(&shop.admin, &order).await;
        let last = history.last().unwrap();
        assert_eq!(
            (last.event(), last.from(), last.to()),
            (OrderEvent::Claimed, "PENDING", "IN_PROGRESS")
        );
        assert_eq!(
            shop.events("order", &order.id).await,
            ["placed", "paid", "claimed"]
        );
        assert!(pool(shop, &shop.worker()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_claim_that_its_winner_repeats_succeeds_and_changes_nothing() {
    on_each_database(async |shop| {
        let order = waiting(shop, &shop.customer()).await;
        let (will, wanda) = (shop.hired("Will").await, shop.hired("Wanda").await);
        // This order already reaches the limit.
        shop.limit(&will, 1).await;
        let won = shop.claim(&will, &order).await.unwrap();
        assert_eq!(shop.claim(&will, &order).await.unwrap(), won);
        let request = pb::ClaimOrderRequest {
            id: order.id.clone(),
            version: Some(order.version),
        };
        let repeated = shop.work().claim_order(outgoing(&will.ctx, request)).await;
        let repeated = repeated.unwrap().into_inner().order;
        assert_eq!(
            repeated.as_ref(),
            Some(&won),
            "with the first one's version"
        );
        let many = shop.claim_all(&will, &[&order]).await.unwrap();
        assert_eq!(many[0].order.as_ref(), Some(&won));
        assert_eq!(shop.refresh(&order).await, won);
        let claims = shop.history(&shop.admin, &order).await;
        let claims = claims
            .iter()
            .filter(|line| line.event() == OrderEvent::Claimed);
        assert_eq!(claims.count(), 1);
        let expected = ["placed", "paid", "claimed"];
        assert_eq!(shop.events("order", &order.id).await, expected);
        let other = waiting(shop, &shop.customer()).await;
        let full = shop.claim(&will, &other).await.unwrap_err();
        assert_eq!(full.code, ErrorCode::TooManyOrders);

        // After a release it is in the pool again, and the fastest worker gets it.
        shop.release(&will, &order).await.unwrap();
        shop.claim(&wanda, &order).await.unwrap();
        let late = shop.claim(&will, &order).await.unwrap_err();
        assert_eq!(late.code, ErrorCode::AlreadyClaimed);
        shop.cancel(&shop.admin, &order).await.unwrap();
        let ended = shop.claim(&wanda, &order).await.unwrap_err();
        assert_eq!(ended.code, ErrorCode::AlreadyClaimed);
    })
    .await;
}

#[tokio::test]
async fn the_pool_has_paid_work_only_and_is_for_staff() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let (cup, advice) = (
            shop.goods("Cup", 5, 10).await,
            shop.service("Advice", 5).await,
        );
        let unpaid = shop.place(&who, &[(&advice, 1)]).await;
        let goods = shop.place(&who, &[(&cup, 1)]).await;
        shop.pay(&goods).await;
        let first = waiting(shop, &who).await;
        let mixed = shop.place(&who, &[(&cup, 1), (&advice, 1)]).await;
        shop.clock.advance(std::time::Duration::from_secs(1));
        shop.pay(&mixed).await;
        let worker = shop.worker();
        let ids: Vec<_> = pool(shop, &worker)
            .await
            .unwrap()
            .into_iter()
            .map(|o| o.id)
            .collect();
        assert_eq!(ids, [first.id.clone(), mixed.id.clone()]);
        assert_eq!(
            pool(shop, &who).await.unwrap_err().code,
            ErrorCode::Forbidden
        );
        for order in [&unpaid, &goods] {
            assert_eq!(
                shop.claim(&worker, order).await.unwrap_err().code,
                ErrorCode::NotFound
            );
        }
        assert_eq!(
            shop.claim(&who, &first).await.unwrap_err().code,
            ErrorCode::Forbidden
        );
        assert_eq!(
            shop.claim(&shop.admin, &first).await.unwrap_err().code,
            ErrorCode::Forbidden
        );
        let page = |cursor: &str| pb::ListAvailableRequest {
            page: Some(waybill_proto::common::PageRequest {
                limit: 1,
                cursor: cursor.into(),
                total: true,
            }),
            ..Default::default()
        };
        let one = shop
            .work()
            .list_available(outgoing(&worker.ctx, page("")))
            .await
            .unwrap()
            .into_inner();
        let info = one.page.unwrap();
        assert_eq!(
            (one.orders[0].id.clone(), info.total),
            (first.id.clone(), Some(2))
        );
        let two = shop
            .work()
            .list_available(outgoing(&worker.ctx, page(info.next_cursor())))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(
            (two.orders[0].id.clone(), two.page.unwrap().next_cursor),
            (mixed.id, None)
        );
        shop.cancel(&who, &first).await.unwrap();
        assert_eq!(
            shop.claim(&worker, &first).await.unwrap_err().code,
            ErrorCode::NotFound
        );
    })
    .await;
}

#[tokio::test]
async fn an_approved_completion_completes_the_order() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.worker());
        let order = waiting(shop, &who).await;
        shop.claim(&worker, &order).await.unwrap();
        let request = shop.ask(&worker, &order, Kind::Completion).await.unwrap();
        assert_eq!(request.state(), State::Pending);
        let error = shop
            .ask(&worker, &order, Kind::Completion)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict);
        let answer = shop.decide(&request, true).await.unwrap();
        let (decided, done) = (answer.change_request.unwrap(), answer.order.unwrap());
        assert_eq!((decided.state(), decided.version), (State::Approved, 2));
        assert_eq!(decided.decided_by.unwrap().name, "Anna Admin");
        assert_eq!(done.status(), OrderStatus::Completed);
        assert!(done.completed_at.is_some());
        assert_eq!(shop.refresh(&order).await, done);
        assert_eq!(
            shop.events("order", &order.id).await,
            ["placed", "paid", "claimed", "completed"]
        );
        assert_eq!(
            shop.events("change_request", &request.id).await,
            ["created", "decided"]
        );
        assert_eq!(
            shop.decide(&request, false).await.unwrap_err().code,
            ErrorCode::Conflict
        );
        assert_eq!(
            shop.ask(&worker, &order, Kind::Completion)
                .await
                .unwrap_err()
                .code,
            ErrorCode::InvalidTransition
        );
    })
    .await;
}

#[tokio::test]
async fn a_rejected_request_changes_nothing_and_can_be_repeated() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.worker());
        let order = waiting(shop, &who).await;
        let claimed = shop.claim(&worker, &order).await.unwrap();
        let request = shop.ask(&worker, &order, Kind::Completion).await.unwrap();
        let answer = shop.decide(&request, false).await.unwrap();
        assert_eq!(answer.change_request.unwrap().state(), State::Rejected);
        assert_eq!(answer.order.unwrap(), claimed);
        shop.ask(&worker, &order, Kind::Completion).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_approved_reassignment_returns_the_order_to_the_pool_and_decides_other_requests() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.worker());
        let order = waiting(shop, &who).await;
        shop.claim(&worker, &order).await.unwrap();
        let completion = shop.ask(&worker, &order, Kind::Completion).await.unwrap();
        let request = shop.ask(&worker, &order, Kind::Reassignment).await.unwrap();
        let released = shop.decide(&request, true).await.unwrap().order.unwrap();
        assert_eq!(
            (released.status(), released.assignee),
            (OrderStatus::Pending, None)
        );
        let event = shop.last_change(OrderEvent::Released, &order).await;
        assert_eq!(event.previous.unwrap().id, worker.id.to_string());
        // The other request is obsolete.
        assert_eq!(
            shop.decide(&completion, true).await.unwrap_err().code,
            ErrorCode::Conflict
        );
        let list = pb::ListChangeRequestsRequest {
            states: vec![State::Pending.into()],
            ..Default::default()
        };
        let left = shop
            .work()
            .list_change_requests(outgoing(&shop.admin.ctx, list))
            .await
            .unwrap();
        assert!(left.into_inner().change_requests.is_empty());
        let other = shop.somebody(Role::Staff, "Wanda Worker");
        shop.claim(&other, &order).await.unwrap();
        // The former worker has no access any more.
        assert_eq!(
            shop.get(&worker, &order).await.unwrap_err().code,
            ErrorCode::NotFound
        );
    })
    .await;
}

#[tokio::test]
async fn who_may_request_what() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.worker());
        let order = waiting(shop, &who).await;
        // Workers can see an order in the pool, but it is not assigned to them.
        assert_eq!(
            shop.ask(&worker, &order, Kind::Completion)
                .await
                .unwrap_err()
                .code,
            ErrorCode::Forbidden
        );
        shop.claim(&worker, &order).await.unwrap();
        let stranger = shop.customer();
        let other = shop.somebody(Role::Staff, "Wanda Worker");
        for nobody in [&stranger, &other] {
            let error = shop
                .ask(nobody, &order, Kind::Cancellation)
                .await
                .unwrap_err();
            assert_eq!(error.code, ErrorCode::NotFound);
        }
        for kind in [Kind::Completion, Kind::Reassignment] {
            assert_eq!(
                shop.ask(&who, &order, kind).await.unwrap_err().code,
                ErrorCode::Forbidden
            );
        }
        let error = shop
            .ask(&worker, &order, Kind::Unspecified)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationError);
        let request = shop.ask(&who, &order, Kind::Cancellation).await.unwrap();
        let list = |order_id: &str| pb::ListChangeRequestsRequest {
            order_id: order_id.into(),
            ..Default::default()
        };
        let own = shop
            .work()
            .list_change_requests(outgoing(&who.ctx, list(&order.id)))
            .await
            .unwrap();
        assert_eq!(own.into_inner().change_requests.len(), 1);
        let foreign = shop
            .work()
            .list_change_requests(outgoing(&stranger.ctx, list(&order.id)))
            .await;
        assert_eq!(
            AppError::from(foreign.unwrap_err()).code,
            ErrorCode::NotFound
        );
        let all = shop
            .work()
            .list_change_requests(outgoing(&who.ctx, list("")))
            .await;
        assert_eq!(AppError::from(all.unwrap_err()).code, ErrorCode::Forbidden);
        let decision = pb::DecideChangeRequestRequest {
            id: request.id.clone(),
            approve: true,
            note: String::new(),
            ..Default::default()
        };
        let error = shop
            .work()
            .decide_change_request(outgoing(&worker.ctx, decision))
            .await
            .unwrap_err();
        assert_eq!(AppError::from(error).code, ErrorCode::Forbidden);
        let done = shop.decide(&request, true).await.unwrap().order.unwrap();
        assert_eq!(done.status(), OrderStatus::Cancelled);
    })
    .await;
}

//! Workers: accounts, categories, limits and workload.

use futures::future::join_all;
use waybill_primitives::Role;
use waybill_proto::{
    auth::{self, UserEvent},
    common,
    order::{self as pb, OrderStatus},
};
use waybill_service_kit::{AppError, ErrorCode};
use waybill_testkit::user_changed;

use crate::{
    crew::{account, result_codes},
    shop::{Shop, Somebody, fields, on_any_database, on_each_database, outgoing},
};

async fn list(shop: &Shop, request: pb::ListWorkersRequest) -> pb::ListWorkersResponse {
    let answer = shop
        .work()
        .list_workers(outgoing(&shop.admin.ctx, request))
        .await;
    answer.unwrap().into_inner()
}

async fn names(shop: &Shop) -> Vec<String> {
    let page = list(shop, pb::ListWorkersRequest::default()).await;
    page.workers.into_iter().map(|worker| worker.name).collect()
}

#[tokio::test]
async fn workers_follow_the_events_of_auth() {
    on_each_database(async |shop| {
        let ada = shop.somebody(Role::Customer, "Ada Worker");
        let registered = user_changed(
            UserEvent::Registered,
            &account(&ada, "Ada", Role::Customer, 1),
        );
        let id = ada.id.to_string();
        shop.send_event_of("auth", &id, 1, &registered).await;
        assert_eq!(names(shop).await, Vec::<String>::new());
        let promoted = user_changed(
            UserEvent::RoleChanged,
            &account(&ada, "Ada", Role::Staff, 2),
        );
        shop.send_event_of("auth", &id, 2, &promoted).await;
        assert_eq!(names(shop).await, ["Ada Worker"]);
        let renamed = user_changed(UserEvent::Updated, &account(&ada, "Adele", Role::Staff, 3));
        shop.send_event_of("auth", &id, 3, &renamed).await;
        // A late older event changes nothing.
        shop.send_event_of("auth", &id, 2, &promoted).await;
        assert_eq!(names(shop).await, ["Adele Worker"]);
        let suspended = user_changed(
            UserEvent::Suspended,
            &auth::User {
                suspended: true,
                ..account(&ada, "Adele", Role::Staff, 4)
            },
        );
        shop.send_event_of("auth", &id, 4, &suspended).await;
        assert!(!shop.worker_entry(&ada).await.unwrap().active);
        let restored = user_changed(UserEvent::Restored, &account(&ada, "Adele", Role::Staff, 5));
        shop.send_event_of("auth", &id, 5, &restored).await;
        assert!(shop.worker_entry(&ada).await.unwrap().active);
        let demoted = user_changed(
            UserEvent::RoleChanged,
            &account(&ada, "Adele", Role::Customer, 6),
        );
        shop.send_event_of("auth", &id, 6, &demoted).await;
        assert_eq!(names(shop).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_workload_counts_the_orders_of_each_worker() {
    on_each_database(async |shop| {
        let customer = shop.customer();
        let design = shop.service("Design", 5).await;
        let (will, wanda) = (shop.hired("Will").await, shop.hired("Wanda").await);
        let mut orders = Vec::new();
        for _ in 0..4 {
            let order = shop.waiting(&customer, &design).await;
            shop.claim(&will, &order).await.unwrap();
            orders.push(order);
        }
        for (order, status) in [
            (&orders[0], OrderStatus::OnHold),
            (&orders[1], OrderStatus::Completed),
            (&orders[2], OrderStatus::Cancelled),
        ] {
            shop.change_status(&shop.admin, order, status)
                .await
                .unwrap();
        }
        let entry = shop.worker_entry(&will).await.unwrap();
        let counts = |entry: &pb::WorkerEntry| {
            (
                entry.open_orders,
                entry.on_hold_orders,
                entry.completed_orders,
            )
        };
        assert_eq!(counts(&entry), (2, 1, 1));
        let own = pb::GetMyWorkloadRequest {};
        let own = shop.work().get_my_workload(outgoing(&will.ctx, own)).await;
        assert_eq!(own.unwrap().into_inner().worker, Some(entry.clone()));
        assert_eq!(counts(&shop.worker_entry(&wanda).await.unwrap()), (0, 0, 0));
        // By name, in pages, searched.
        let first = pb::ListWorkersRequest {
            page: Some(common::PageRequest {
                limit: 1,
                total: true,
                ..Default::default()
            }),
            ..Default::default()
        };
        let one = list(shop, first.clone()).await;
        let page = one.page.unwrap();
        assert_eq!(
            (one.workers[0].name.as_str(), page.total),
            ("Wanda Worker", Some(2))
        );
        let mut second = first;
        second.page.as_mut().unwrap().cursor = page.next_cursor.unwrap_or_default();
        assert_eq!(list(shop, second).await.workers, [entry]);
        let searched = pb::ListWorkersRequest {
            q: "WIL".into(),
            ..Default::default()
        };
        assert_eq!(list(shop, searched).await.workers.len(), 1);
        // A former worker with open orders is still listed.
        let demoted = user_changed(
            UserEvent::RoleChanged,
            &account(&will, "Will", Role::Customer, 3),
        );
        shop.send_event_of("auth", &will.id.to_string(), 3, &demoted)
            .await;
        assert_eq!(names(shop).await, ["Wanda Worker", "Will Worker"]);
        let results = shop.assign(&wanda, &[&orders[0], &orders[3]], false).await;
        assert_eq!(result_codes(&results.unwrap()), ["", ""]);
        assert_eq!(names(shop).await, ["Wanda Worker"]);
    })
    .await;
}

#[tokio::test]
async fn administrators_set_categories_and_limits_of_workers() {
    on_any_database(async |shop| {
        let will = shop.hired("Will").await;
        let id = will.id.to_string();
        let limited = shop.limit(&will, 2).await;
        assert_eq!(
            (limited.max_open_orders, limited.limit, limited.version),
            (Some(2), 2, 1)
        );
        // No change: no version, no event, no record.
        assert_eq!(shop.limit(&will, 2).await, limited);
        assert_eq!(shop.events("worker", &id).await, ["updated"]);
        let records = async || {
            let acts = shop.audited().await;
            acts.iter()
                .filter(|(act, target)| act == "worker.update" && *target == id)
                .count()
        };
        assert_eq!(records().await, 1);
        let request = pb::UpdateWorkerRequest {
            id: id.clone(),
            ..Default::default()
        };
        let stale = pb::UpdateWorkerRequest {
            max_open_orders: Some(-1),
            version: Some(0),
            ..request.clone()
        };
        let error = shop.set_worker(stale.clone()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::VersionConflict);
        let cleared = shop
            .set_worker(pb::UpdateWorkerRequest {
                version: Some(1),
                ..stale
            })
            .await
            .unwrap();
        assert_eq!((cleared.max_open_orders, cleared.limit), (None, 0));
        assert_eq!(shop.events("worker", &id).await, ["updated", "updated"]);
        let bad = pb::UpdateWorkerRequest {
            max_open_orders: Some(-2),
            ..request.clone()
        };
        assert_eq!(
            fields(&shop.set_worker(bad).await.unwrap_err()),
            ["maxOpenOrders"]
        );
        let nobody = pb::UpdateWorkerRequest {
            id: shop.customer().id.to_string(),
            ..request.clone()
        };
        assert_eq!(
            shop.set_worker(nobody).await.unwrap_err().code,
            ErrorCode::NotFound
        );
        for who in [&will, &shop.customer()] {
            let refused = [
                shop.work()
                    .update_worker(outgoing(&who.ctx, request.clone()))
                    .await
                    .map(drop),
                shop.work()
                    .list_workers(outgoing(&who.ctx, pb::ListWorkersRequest::default()))
                    .await
                    .map(drop),
                shop.work()
                    .get_worker(outgoing(&who.ctx, pb::GetWorkerRequest { id: id.clone() }))
                    .await
                    .map(drop),
            ];
            for refused in refused {
                let error = AppError::from(refused.unwrap_err());
                assert_eq!(error.code, ErrorCode::Forbidden);
            }
        }
        let own = pb::GetMyWorkloadRequest {};
        let mut work = shop.work();
        let refused = work.get_my_workload(outgoing(&shop.admin.ctx, own)).await;
        let error = AppError::from(refused.unwrap_err());
        assert_eq!(error.code, ErrorCode::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn a_full_worker_gets_no_more_until_one_ends() {
    on_any_database(async |shop| {
        let customer = shop.customer();
        let design = shop.service("Design", 5).await;
        let will = shop.hired("Will").await;
        shop.limit(&will, 2).await;
        let mut orders = Vec::new();
        for _ in 0..4 {
            orders.push(shop.waiting(&customer, &design).await);
        }
        let all: Vec<_> = orders.iter().collect();
        let results = shop.claim_all(&will, &all[..3]).await.unwrap();
        assert_eq!(result_codes(&results), ["", "", "TOO_MANY_ORDERS"]);
        let error = shop.claim(&will, &orders[3]).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::TooManyOrders);
        assert_eq!(
            (
                error.metadata["limit"].as_str(),
                error.metadata["open"].as_str()
            ),
            ("2", "2")
        );
        let mine = pb::ListAvailableRequest {
            only_mine: true,
            ..Default::default()
        };
        let mine = shop.work().list_available(outgoing(&will.ctx, mine)).await;
        assert!(mine.unwrap().into_inner().orders.is_empty());
        let given = shop.assign(&will, &[&orders[2]], false).await.unwrap();
        assert_eq!(result_codes(&given), ["TOO_MANY_ORDERS"]);
        // An administrator may force it.
        let given = shop.assign(&will, &[&orders[2]], true).await.unwrap();
        assert_eq!(result_codes(&given), [""]);
        // An order on hold still counts.
        let held = OrderStatus::OnHold;
        shop.change_status(&will, &orders[0], held).await.unwrap();
        let error = shop.claim(&will, &orders[3]).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::TooManyOrders);
        for order in &orders[..2] {
            shop.release(&will, order).await.unwrap();
        }
        shop.claim(&will, &orders[3]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit_holds_for_claims_and_assignments_at_once() {
    on_each_database(async |shop| {
        let customer = shop.customer();
        let design = shop.service("Design", 5).await;
        let will = shop.hired("Will").await;
        shop.limit(&will, 3).await;
        let mut orders = Vec::new();
        for _ in 0..12 {
            orders.push(shop.waiting(&customer, &design).await);
        }
        let take = async |order: &pb::Order, at: usize, will: &Somebody| {
            if at.is_multiple_of(3) {
                let results = shop.assign(will, &[order], false).await.unwrap();
                results[0]
                    .error
                    .as_ref()
                    .map(|error| error.code().to_string())
                    .unwrap_or_default()
            } else {
                match shop.claim(will, order).await {
                    Ok(_) => String::new(),
                    Err(error) => error.code.to_string(),
                }
            }
        };
        let takes = orders
            .iter()
            .enumerate()
            .map(|(at, order)| take(order, at, &will));
        let outcomes = join_all(takes).await;
        let won = outcomes.iter().filter(|code| code.is_empty()).count();
        assert_eq!(won, 3, "{outcomes:?}");
        let refused = outcomes.iter().filter(|code| *code == "TOO_MANY_ORDERS");
        assert_eq!(refused.count(), 9, "{outcomes:?}");
        assert_eq!(shop.worker_entry(&will).await.unwrap().open_orders, 3);
    })
    .await;
}

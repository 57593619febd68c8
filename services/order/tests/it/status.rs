//! Status changes: the transition table, versions, races.

use futures::future::join_all;
use waybill_proto::order::{self as pb, OrderEvent, OrderStatus};
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{on_any_database, on_each_database, outgoing};

#[tokio::test]
async fn refused_steps_list_what_is_allowed() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.worker());
        let advice = shop.service("Advice", 5).await;
        let order = shop.place(&who, &[(&advice, 1)]).await;
        let error = shop
            .change_status(&shop.admin, &order, OrderStatus::Completed)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidTransition);
        assert_eq!(error.metadata["from"], "PENDING");
        assert_eq!(error.metadata["to"], "COMPLETED");
        assert_eq!(error.metadata["allowed"], "IN_PROGRESS,ON_HOLD,CANCELLED");
        let error = shop
            .change_status(&shop.admin, &order, OrderStatus::Pending)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidTransition);
        let error = shop
            .change_status(&who, &order, OrderStatus::Cancelled)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Forbidden);
        let error = shop
            .change_status(&worker, &order, OrderStatus::InProgress)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        let error = shop
            .change_status(&shop.admin, &order, OrderStatus::Unspecified)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationError);
        let odd = pb::ChangeStatusRequest {
            id: order.id.clone(),
            status: 99,
            ..Default::default()
        };
        let error = shop
            .orders()
            .change_status(outgoing(&shop.admin.ctx, odd))
            .await
            .unwrap_err();
        assert_eq!(AppError::from(error).code, ErrorCode::ValidationError);
        assert_eq!(shop.refresh(&order).await, order);
    })
    .await;
}

#[tokio::test]
async fn a_worker_who_may_not_complete_is_told_to_request_it_and_a_setting_lets_them() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.hired("Will").await);
        let order = crate::work::waiting(shop, &who).await;
        shop.claim(&worker, &order).await.unwrap();
        let refused = shop
            .change_status(&worker, &order, OrderStatus::Completed)
            .await
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidTransition);
        assert_eq!(refused.metadata["request"], "COMPLETION");
        assert_eq!(refused.metadata["allowed"], "ON_HOLD");
        let message = &refused.message;
        assert!(
            message.contains("POST /orders/{id}/change-requests"),
            "{message}"
        );
        let request = pb::UpdateSettingsRequest {
            completion_without_approval: Some(true),
            ..Default::default()
        };
        let request = outgoing(&shop.admin.ctx, request);
        shop.settings().update_settings(request).await.unwrap();
        // Not by anybody else, and not while it is on hold.
        let rival = shop.hired("Wanda").await;
        for (somebody, code) in [(&rival, ErrorCode::NotFound), (&who, ErrorCode::Forbidden)] {
            let refused = shop
                .change_status(somebody, &order, OrderStatus::Completed)
                .await;
            assert_eq!(refused.unwrap_err().code, code);
        }
        shop.change_status(&worker, &order, OrderStatus::OnHold)
            .await
            .unwrap();
        let held = shop
            .change_status(&worker, &order, OrderStatus::Completed)
            .await;
        assert!(!held.unwrap_err().metadata.contains_key("request"));
        shop.change_status(&worker, &order, OrderStatus::InProgress)
            .await
            .unwrap();
        // A request that is still pending is fulfilled with it.
        shop.ask(&worker, &order, pb::ChangeRequestKind::Completion)
            .await
            .unwrap();
        let done = shop
            .change_status(&worker, &order, OrderStatus::Completed)
            .await;
        assert!(done.unwrap().completed_at.is_some());
        let event = shop.last_change(OrderEvent::Completed, &order).await;
        assert_eq!(event.actor.unwrap().id, worker.id.to_string());
        assert!(event.commission_basis_points.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_worker_holds_and_resumes_and_the_history_has_it() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.worker());
        let advice = shop.service("Advice", 5).await;
        let order = shop.place(&who, &[(&advice, 1)]).await;
        shop.pay(&order).await;
        // In the pool it is visible, but workers cannot change it.
        let error = shop
            .change_status(&worker, &order, OrderStatus::OnHold)
            .await
            .unwrap_err();
        assert_eq!(
            (error.code, error.metadata["allowed"].as_str()),
            (ErrorCode::InvalidTransition, "")
        );
        shop.claim(&worker, &order).await.unwrap();
        shop.change_status(&worker, &order, OrderStatus::OnHold)
            .await
            .unwrap();
        shop.change_status(&worker, &order, OrderStatus::InProgress)
            .await
            .unwrap();
        for status in [
            OrderStatus::Completed,
            OrderStatus::Cancelled,
            OrderStatus::Pending,
        ] {
            let error = shop
                .change_status(&worker, &order, status)
                .await
                .unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidTransition);
        }
        // Work has started: the customer has to request a cancellation.
        assert_eq!(
            shop.cancel(&who, &order).await.unwrap_err().code,
            ErrorCode::InvalidTransition
        );
        let events: Vec<_> = shop
            .history(&who, &order)
            .await
            .into_iter()
            .map(|line| (line.event(), line.to))
            .collect();
        let expected = [
            (OrderEvent::Placed, "PENDING"),
            (OrderEvent::Paid, "PAID"),
            (OrderEvent::Claimed, "IN_PROGRESS"),
            (OrderEvent::StatusChanged, "ON_HOLD"),
            (OrderEvent::StatusChanged, "IN_PROGRESS"),
        ];
        assert_eq!(
            events,
            expected.map(|(event, to)| (event, Some(to.to_owned())))
        );
        let later = pb::GetHistoryRequest {
            limit: 0,
            order_id: order.id.clone(),
            after_version: 3,
        };
        let items = shop
            .orders()
            .get_history(outgoing(&who.ctx, later))
            .await
            .unwrap()
            .into_inner()
            .items;
        assert_eq!(
            items.iter().map(|item| item.version).collect::<Vec<_>>(),
            [4, 5]
        );
    })
    .await;
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    on_each_database(async |shop| {
        let advice = shop.service("Advice", 5).await;
        let order = shop.place(&shop.customer(), &[(&advice, 1)]).await;
        let hold = |version| pb::ChangeStatusRequest {
            id: order.id.clone(),
            status: OrderStatus::OnHold.into(),
            note: "wait".into(),
            version: Some(version),
        };
        shop.orders()
            .change_status(outgoing(&shop.admin.ctx, hold(1)))
            .await
            .unwrap();
        let error = shop
            .orders()
            .change_status(outgoing(&shop.admin.ctx, hold(1)))
            .await
            .unwrap_err();
        let error = AppError::from(error);
        assert_eq!(
            (error.code, error.metadata["version"].as_str()),
            (ErrorCode::VersionConflict, "2")
        );
        let cancel = pb::CancelOrderRequest {
            id: order.id.clone(),
            version: Some(1),
            ..Default::default()
        };
        let error = shop
            .orders()
            .cancel_order(outgoing(&shop.admin.ctx, cancel))
            .await
            .unwrap_err();
        assert_eq!(AppError::from(error).code, ErrorCode::VersionConflict);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_cancellations_at_once_one_counts() {
    on_each_database(async |shop| {
        let who = shop.customer();
        let cup = shop.goods("Cup", 5, 10).await;
        let order = shop.place(&who, &[(&cup, 4)]).await;
        let attempts = (0..24).map(|_| {
            let (mut orders, ctx, id) = (shop.orders(), who.ctx.clone(), order.id.clone());
            tokio::spawn(async move {
                let cancel = pb::CancelOrderRequest {
                    id,
                    ..Default::default()
                };
                orders
                    .cancel_order(outgoing(&ctx, cancel))
                    .await
                    .map_err(AppError::from)
            })
        });
        let mut won = 0;
        for outcome in join_all(attempts).await {
            match outcome.unwrap() {
                Ok(_) => won += 1,
                Err(error) => assert_eq!(error.code, ErrorCode::InvalidTransition),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(shop.level(&cup).await, (10, 0));
    })
    .await;
}

//! Shipments: who may ship what when, and their effect on the order.

use futures::future::join_all;
use waybill_proto::{
    order::{self as pb, ShipmentState, shipment_service_client::ShipmentServiceClient},
    payment::{self, PaymentEvent},
};
use waybill_service_kit::{AppError, ErrorCode, GrpcChannel};
use waybill_testkit::payment_changed;

use crate::shop::{Shop, Somebody, fields, on_any_database, on_each_database, outgoing};

fn client(shop: &Shop) -> ShipmentServiceClient<GrpcChannel> {
    ShipmentServiceClient::new(shop.channel.clone())
}

pub async fn ship(
    shop: &Shop,
    who: &Somebody,
    order: &pb::Order,
    lines: &[(&pb::Product, i64)],
    state: ShipmentState,
) -> Result<pb::Shipment, AppError> {
    let request = pb::CreateShipmentRequest {
        order_id: order.id.clone(),
        carrier: "DHL".into(),
        tracking_number: "0034".into(),
        lines: lines
            .iter()
            .map(|(product, quantity)| pb::OrderLine {
                product_id: product.id.clone(),
                quantity: *quantity,
            })
            .collect(),
        state: state.into(),
        ..Default::default()
    };
    let answer = client(shop)
        .create_shipment(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().shipment.unwrap())
}

pub async fn turn(
    shop: &Shop,
    who: &Somebody,
    shipment: &pb::Shipment,
    state: ShipmentState,
    version: Option<i64>,
) -> Result<pb::Shipment, AppError> {
    let request = pb::UpdateShipmentRequest {
        id: shipment.id.clone(),
        order_id: shipment.order_id.clone(),
        state: state.into(),
        version,
        ..Default::default()
    };
    let answer = client(shop)
        .update_shipment(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().shipment.unwrap())
}

pub async fn list(
    shop: &Shop,
    who: &Somebody,
    order: &pb::Order,
) -> Result<Vec<pb::Shipment>, AppError> {
    let request = pb::ListShipmentsRequest {
        order_id: order.id.clone(),
    };
    let answer = client(shop)
        .list_shipments(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().shipments)
}

/// A paid order of five cups, and who placed it.
async fn five_cups(shop: &Shop) -> (Somebody, pb::Product, pb::Order) {
    let who = shop.customer();
    let cup = shop.goods("Cup", 5, 10).await;
    let order = shop.place(&who, &[(&cup, 5)]).await;
    shop.pay(&order).await;
    (who, cup, order)
}

#[tokio::test]
async fn workers_cannot_see_shipments_of_orders_in_the_pool() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let cup = shop.goods("Cup", 5, 10).await;
        let gate = shop.service("Gate", 5).await;
        let order = shop.place(&who, &[(&cup, 1), (&gate, 1)]).await;
        shop.pay(&order).await;
        let worker = shop.hired("Will").await;
        shop.get(&worker, &order).await.unwrap();
        let state = ShipmentState::Preparing;
        let shipment = ship(shop, &shop.admin, &order, &[(&cup, 1)], state).await;
        let error = list(shop, &worker, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound);
        shop.claim(&worker, &order).await.unwrap();
        let shipment = shipment.unwrap();
        for who in [&worker, &who, &shop.admin] {
            let shipments = list(shop, who, &order).await.unwrap();
            assert_eq!(shipments, std::slice::from_ref(&shipment));
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_of_goods_follows_its_shipments_to_completion() {
    on_any_database(async |shop| {
        let (who, cup, order) = five_cups(shop).await;
        let admin = &shop.admin;
        let first = ship(shop, admin, &order, &[(&cup, 2)], ShipmentState::Preparing)
            .await
            .unwrap();
        assert!(first.tracking_url().starts_with("https://www.dhl.com/"));
        assert_eq!(
            shop.refresh(&order).await.status(),
            pb::OrderStatus::Pending
        );
        let first = turn(shop, admin, &first, ShipmentState::Shipped, Some(1))
            .await
            .unwrap();
        assert!(first.shipped_at.is_some());
        assert_eq!(
            shop.refresh(&order).await.status(),
            pb::OrderStatus::InProgress
        );
        // The rest, shipped at once.
        let rest = ship(shop, admin, &order, &[], ShipmentState::Shipped)
            .await
            .unwrap();
        assert_eq!(rest.lines[0].quantity, 3);
        turn(shop, admin, &first, ShipmentState::Delivered, None)
            .await
            .unwrap();
        assert_eq!(
            shop.refresh(&order).await.status(),
            pb::OrderStatus::InProgress
        );
        turn(shop, admin, &rest, ShipmentState::Delivered, None)
            .await
            .unwrap();
        assert_eq!(
            shop.refresh(&order).await.status(),
            pb::OrderStatus::Completed
        );

        let history = shop.history(&who, &order).await;
        let steps: Vec<_> = history
            .iter()
            .skip(2)
            .map(|item| (item.actor.is_some(), item.to(), item.note()))
            .collect();
        assert_eq!(
            steps,
            [
                (false, "IN_PROGRESS", "shipped by DHL, tracking number 0034"),
                (false, "COMPLETED", "all goods are delivered"),
            ]
        );
        let seen = list(shop, &who, &order).await.unwrap();
        let states: Vec<_> = seen.iter().map(pb::Shipment::state).collect();
        assert_eq!(states, [ShipmentState::Delivered; 2]);
        let events = shop.events("shipment", &first.id).await;
        assert_eq!(events, ["created", "updated", "updated"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_shipments_never_contain_a_unit_twice() {
    on_each_database(async |shop| {
        let (_, cup, order) = five_cups(shop).await;
        let two = [(&cup, 2)];
        let attempts =
            (0..12).map(|_| ship(shop, &shop.admin, &order, &two, ShipmentState::Shipped));
        let mut won = 0;
        for outcome in join_all(attempts).await {
            match outcome {
                Ok(_) => won += 1,
                Err(error) => assert_eq!(fields(&error), ["lines[0].quantity"], "{error}"),
            }
        }
        assert_eq!(won, 2);
        let rest = ship(shop, &shop.admin, &order, &[], ShipmentState::Preparing).await;
        assert_eq!(rest.unwrap().lines[0].quantity, 1);
        let again = ship(shop, &shop.admin, &order, &[], ShipmentState::Preparing).await;
        assert_eq!(again.unwrap_err().code, ErrorCode::Conflict);
    })
    .await;
}

#[tokio::test]
async fn shipped_goods_prevent_cancelling_and_unshipped_shipments_are_cancelled_with_the_order() {
    on_any_database(async |shop| {
        let (_, cup, order) = five_cups(shop).await;
        let admin = &shop.admin;
        let gone = ship(shop, admin, &order, &[(&cup, 2)], ShipmentState::Shipped)
            .await
            .unwrap();
        let packed = ship(shop, admin, &order, &[], ShipmentState::Preparing)
            .await
            .unwrap();
        let before = shop.refresh(&order).await;
        let error = shop.cancel(admin, &order).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Shipped);
        assert_eq!(shop.refresh(&order).await, before);
        assert_eq!(shop.level(&cup).await, (5, 0));
        // The shipment came back.
        turn(shop, admin, &gone, ShipmentState::Cancelled, None)
            .await
            .unwrap();
        shop.cancel(admin, &order).await.unwrap();
        assert_eq!(shop.level(&cup).await, (10, 0));
        let states: Vec<_> = list(shop, admin, &order)
            .await
            .unwrap()
            .iter()
            .map(pb::Shipment::state)
            .collect();
        assert_eq!(states, [ShipmentState::Cancelled; 2]);
        assert_eq!(
            shop.events("shipment", &packed.id).await,
            ["created", "updated"]
        );
    })
    .await;
}

#[tokio::test]
async fn only_paid_goods_are_shipped() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let cup = shop.goods("Cup", 5, 10).await;
        let advice = shop.service("Advice", 5).await;
        let unpaid = shop.place(&who, &[(&cup, 1)]).await;
        let service = shop.place(&who, &[(&advice, 1)]).await;
        shop.pay(&service).await;
        for order in [&unpaid, &service] {
            let refused = ship(shop, &shop.admin, order, &[], ShipmentState::Preparing).await;
            assert_eq!(refused.unwrap_err().code, ErrorCode::Conflict);
            assert_eq!(list(shop, &who, order).await.unwrap(), []);
        }
    })
    .await;
}

#[tokio::test]
async fn the_assigned_worker_ships_a_mixed_order_whose_status_does_not_follow() {
    on_any_database(async |shop| {
        let (who, worker, other) = (shop.customer(), shop.worker(), shop.worker());
        let cup = shop.goods("Cup", 5, 10).await;
        let advice = shop.service("Advice", 5).await;
        let order = shop.place(&who, &[(&cup, 1), (&advice, 1)]).await;
        shop.pay(&order).await;
        // Shipped by an administrator, it still waits for a worker.
        let shipment = ship(shop, &shop.admin, &order, &[], ShipmentState::Shipped)
            .await
            .unwrap();
        assert_eq!(
            shop.refresh(&order).await.status(),
            pb::OrderStatus::Pending
        );
        // In the pool, all workers see the order, but none can ship it.
        let refused = turn(shop, &other, &shipment, ShipmentState::Delivered, None).await;
        assert_eq!(refused.unwrap_err().code, ErrorCode::Forbidden);
        shop.claim(&worker, &order).await.unwrap();
        for (whom, code) in [(&other, ErrorCode::NotFound), (&who, ErrorCode::Forbidden)] {
            let refused = turn(shop, whom, &shipment, ShipmentState::Delivered, None).await;
            assert_eq!(refused.unwrap_err().code, code);
        }
        assert_eq!(
            list(shop, &other, &order).await.unwrap_err().code,
            ErrorCode::NotFound
        );
        turn(shop, &worker, &shipment, ShipmentState::Delivered, None)
            .await
            .unwrap();
        assert_eq!(
            shop.refresh(&order).await.status(),
            pb::OrderStatus::InProgress
        );
    })
    .await;
}

#[tokio::test]
async fn stale_versions_and_invalid_transitions_are_refused_and_a_repeat_is_no_change() {
    on_any_database(async |shop| {
        let (_, _, order) = five_cups(shop).await;
        let admin = &shop.admin;
        let shipment = ship(shop, admin, &order, &[], ShipmentState::Preparing)
            .await
            .unwrap();
        let early = turn(shop, admin, &shipment, ShipmentState::Delivered, None).await;
        let early = early.unwrap_err();
        assert_eq!(
            (early.code, early.metadata["allowed"].as_str()),
            (ErrorCode::InvalidTransition, "SHIPPED,CANCELLED")
        );
        let gone = turn(shop, admin, &shipment, ShipmentState::Shipped, Some(1))
            .await
            .unwrap();
        let stale = turn(shop, admin, &shipment, ShipmentState::Delivered, Some(1)).await;
        assert_eq!(stale.unwrap_err().code, ErrorCode::VersionConflict);
        let again = turn(shop, admin, &shipment, ShipmentState::Shipped, None).await;
        assert_eq!(again.unwrap(), gone);
        // It is not a shipment of another order.
        let (_, _, other) = five_cups(shop).await;
        let foreign = pb::Shipment {
            order_id: other.id.clone(),
            ..shipment
        };
        let foreign = turn(shop, admin, &foreign, ShipmentState::Delivered, None).await;
        assert_eq!(foreign.unwrap_err().code, ErrorCode::NotFound);
    })
    .await;
}

#[tokio::test]
async fn after_a_refund_only_unshipped_goods_return_to_the_stock() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let cup = shop.goods("Cup", 5, 10).await;
        let order = shop.place(&who, &[(&cup, 5)]).await;
        let paid = shop.pay(&order).await;
        let admin = &shop.admin;
        let gone = ship(shop, admin, &order, &[(&cup, 2)], ShipmentState::Shipped)
            .await
            .unwrap();
        ship(shop, admin, &order, &[(&cup, 1)], ShipmentState::Preparing)
            .await
            .unwrap();
        let back = payment::Payment { version: 2, ..paid };
        let refunded = payment_changed(PaymentEvent::Refunded, &back);
        shop.send_event(&back, &refunded).await;
        assert_eq!(shop.level(&cup).await, (8, 0));
        let states: Vec<_> = list(shop, admin, &order)
            .await
            .unwrap()
            .iter()
            .map(pb::Shipment::state)
            .collect();
        assert_eq!(states, [ShipmentState::Shipped, ShipmentState::Cancelled]);
        // Nothing more can be shipped, and the shipment may still be delivered or cancelled.
        let more = ship(shop, admin, &order, &[], ShipmentState::Preparing).await;
        assert_eq!(more.unwrap_err().code, ErrorCode::Conflict);
        shop.cancel(admin, &order).await.unwrap();
        turn(shop, admin, &gone, ShipmentState::Delivered, None)
            .await
            .unwrap();
        assert_eq!(shop.level(&cup).await, (8, 0));
    })
    .await;
}

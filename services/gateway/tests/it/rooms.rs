//! Who gets events of products, and who stays in the room of an order.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use parking_lot::Mutex;
use serde_json::{Value, json};
use waybill_bus::Bus as _;
use waybill_primitives::{Role, UserId};
use waybill_proto::{
    notification,
    order::{self as pb, OrderEvent, ProductEvent},
};
use waybill_service_kit::AppError;
use waybill_testkit::{order_changed, until};

use crate::{
    live::{ORDER, mark, order, publish, show_order, wait_for_events},
    products::envelope,
    socket::Live,
    support::Gateway,
};

const PRODUCT: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
const GET: &str = "waybill.order.v1.CatalogueService/GetProduct";

fn product(active: bool) -> pb::Product {
    pb::Product {
        id: PRODUCT.to_owned(),
        name: "Next year's mug".to_owned(),
        active,
        available: Some(7),
        on_hand: Some(9),
        reserved: Some(2),
        ..Default::default()
    }
}

async fn one_of_each(gateway: &Gateway) -> [(UserId, Live<'_>); 3] {
    let mut lives = Vec::new();
    for role in [Role::Customer, Role::Staff, Role::Admin] {
        let user = UserId::new();
        lives.push((user, Live::as_user(gateway, user, role).await));
    }
    lives.try_into().ok().expect("three")
}

#[tokio::test]
async fn drafts_and_archived_products_are_shown_to_administrators_only() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let [(_, mut customer), (_, mut worker), (_, mut chief)] = one_of_each(&gateway).await;
    let drafted = pb::ProductChanged {
        product: Some(product(false)),
        kind: ProductEvent::Created.into(),
    };
    publish(&gateway, &drafted).await;
    let gone = json!({"id": PRODUCT, "active": false});
    for live in [&mut customer, &mut worker] {
        assert_eq!(
            live.event().await,
            ("product:updated".to_owned(), gone.clone())
        );
    }
    let (_, shown) = chief.event().await;
    assert_eq!(shown["name"], "Next year's mug");
    let published = pb::ProductChanged {
        product: Some(product(true)),
        kind: ProductEvent::Updated.into(),
    };
    publish(&gateway, &published).await;
    for live in [&mut customer, &mut worker, &mut chief] {
        let (_, shown) = live.event().await;
        assert_eq!(shown["name"], "Next year's mug");
        assert!(shown.get("onHand").is_none(), "{shown}");
    }
}

pub fn ordered(product: &str) -> pb::OrderChanged {
    order_changed(
        OrderEvent::Placed,
        &pb::Order {
            items: vec![pb::OrderItem {
                product_id: Some(product.to_owned()),
                kind: pb::ProductKind::Goods.into(),
                ..Default::default()
            }],
            ..order(UserId::new())
        },
    )
}

/// The next `product:updated`.
async fn product_update(live: &mut Live<'_>) -> Value {
    loop {
        let (name, payload) = live.event().await;
        if name == "product:updated" {
            return payload;
        }
    }
}

#[tokio::test]
async fn many_stock_changes_by_orders_are_sent_as_one_product_update() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let left = Arc::new(AtomicI64::new(7));
    let shown = Arc::clone(&left);
    gateway.fake.on(GET, move |_: pb::GetProductRequest| {
        // Below zero: archived.
        let available = shown.load(Ordering::SeqCst);
        if available < 0 {
            return Err(AppError::not_found("product"));
        }
        Ok(pb::GetProductResponse {
            product: Some(pb::Product {
                available: Some(available),
                on_hand: None,
                reserved: None,
                ..product(true)
            }),
        })
    });
    let [(_, mut customer), (_, mut worker), _] = one_of_each(&gateway).await;
    for _ in 0..50 {
        publish(&gateway, &ordered(PRODUCT)).await;
    }
    left.store(3, Ordering::SeqCst);
    publish(
        &gateway,
        &pb::StockChanged {
            product_id: PRODUCT.to_owned(),
            ..Default::default()
        },
    )
    .await;
    for live in [&mut customer, &mut worker] {
        let shown = loop {
            let shown = product_update(live).await;
            if shown["available"] == 3 {
                break shown;
            }
        };
        assert_eq!(
            shown["name"], "Next year's mug",
            "the whole product: {shown}"
        );
    }
    let loads = gateway.fake.calls(GET);
    // Two or three; more only if the machine is so slow that the changes are far apart.
    assert!(loads.len() <= 25, "{} loads", loads.len());
    assert!(
        !loads[0].contains_key("authorization"),
        "as visitors see it"
    );
    left.store(-1, Ordering::SeqCst);
    publish(&gateway, &ordered(PRODUCT)).await;
    assert_eq!(
        product_update(&mut customer).await,
        json!({"id": PRODUCT, "active": false})
    );
}

#[tokio::test]
async fn stock_changes_while_the_service_is_unavailable_are_sent_when_it_is_back() {
    let gateway = Gateway::with(&[("WAYBILL_PRODUCT_CACHE_TTL", "1h")]).await;
    wait_for_events(&gateway).await;
    // None: unavailable.
    let left = Arc::new(Mutex::new(Some(7)));
    let shown = Arc::clone(&left);
    gateway.fake.on(GET, move |_: pb::GetProductRequest| {
        let available = *shown.lock();
        let available = available.ok_or_else(|| AppError::unavailable("played away"))?;
        let product = pb::Product {
            available: Some(available),
            ..product(true)
        };
        Ok(pb::GetProductResponse {
            product: Some(product),
        })
    });
    let mut customer = Live::as_user(&gateway, UserId::new(), Role::Customer).await;
    let path = format!("/api/v1/products/{PRODUCT}");
    assert_eq!(gateway.get(&path).await.json()["available"], 7);
    *left.lock() = None;
    let asked = gateway.fake.calls(GET).len();
    publish(&gateway, &ordered(PRODUCT)).await;
    let is_asked = async || gateway.fake.calls(GET).len() > asked;
    until("the product is read", is_asked).await;
    *left.lock() = Some(3);
    // The old state is never sent.
    assert_eq!(product_update(&mut customer).await["available"], 3);
}

#[tokio::test]
async fn without_a_socket_nothing_is_loaded() {
    let gateway = Gateway::with(&[("WAYBILL_PRODUCT_CACHE_TTL", "1h")]).await;
    gateway.fake.on(GET, |request: pb::GetProductRequest| {
        Ok(pb::GetProductResponse {
            product: Some(pb::Product {
                id: request.id,
                ..product(true)
            }),
        })
    });
    let path = format!("/api/v1/products/{PRODUCT}");
    let loads = || gateway.fake.calls(GET).len();
    // Until an event makes the cache load again, which shows that events arrive.
    while loads() < 3 {
        publish(&gateway, &ordered(PRODUCT)).await;
        tokio::task::yield_now().await;
        assert_eq!(gateway.get(&path).await.status, 200);
    }
    let before = loads();
    let mut live = Live::as_user(&gateway, UserId::new(), Role::Customer).await;
    publish(&gateway, &ordered(ORDER)).await;
    assert_eq!(product_update(&mut live).await["id"], ORDER);
    assert_eq!(loads(), before + 1);
}

#[tokio::test]
async fn leaving_a_room_without_being_in_it_notifies_nobody() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let (ada, other, admin) = (UserId::new(), UserId::new(), UserId::new());
    show_order(&gateway, ada);
    let this = json!({"orderId": ORDER});
    let mut customer = Live::as_user(&gateway, ada, Role::Customer).await;
    assert_eq!(customer.ask("order:watch", this.clone()).await["ok"], true);
    let mut stranger = Live::as_user(&gateway, other, Role::Customer).await;
    let leaving = async {
        let answer = stranger.ask("order:unwatch", this.clone()).await;
        mark(&gateway, ada).await;
        answer
    };
    let (answer, heard) = tokio::join!(leaving, customer.events_until_mark());
    assert_eq!(answer, json!({"ok": true}));
    assert_eq!(heard, []);
    let mut chief = Live::as_user(&gateway, admin, Role::Admin).await;
    let coming_and_going = async {
        for event in ["order:watch", "order:unwatch", "order:unwatch"] {
            assert_eq!(chief.ask(event, this.clone()).await["ok"], true);
        }
        mark(&gateway, ada).await;
    };
    let ((), heard) = tokio::join!(coming_and_going, customer.events_until_mark());
    let gone = heard
        .iter()
        .filter(|(name, payload)| name == "presence" && payload["online"] == false);
    assert_eq!(gone.count(), 1, "{heard:?}");
}

/// The lost events may include the one that took the order from its worker.
#[tokio::test]
async fn after_a_gap_in_the_events_nobody_is_left_in_a_room() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let (ada, worker) = (UserId::new(), UserId::new());
    gateway.fake.on(
        "waybill.order.v1.OrderService/GetOrder",
        move |_: pb::GetOrderRequest| {
            let assignee = pb::Assignee {
                id: worker.to_string(),
                name: "Will".to_owned(),
            };
            Ok(pb::GetOrderResponse {
                order: Some(pb::Order {
                    assignee: Some(assignee),
                    ..order(ada)
                }),
            })
        },
    );
    let this = json!({"orderId": ORDER});
    let mut live = Live::as_user(&gateway, worker, Role::Staff).await;
    assert_eq!(live.ask("order:watch", this.clone()).await["ok"], true);
    // More than a tail may lag behind, without a pause in which it could catch up.
    let nothing = envelope(&notification::NotificationCreated::default());
    let changed = order_changed(
        OrderEvent::Edited,
        &pb::Order {
            payment_status: pb::PaymentStatus::Unpaid.into(),
            ..order(ada)
        },
    );
    for _ in 0..9_000 {
        let next = waybill_bus::Envelope {
            id: waybill_primitives::EventId::new(),
            ..nothing.clone()
        };
        gateway.bus.publish(next).await.unwrap();
    }
    publish(&gateway, &changed).await;
    mark(&gateway, worker).await;
    assert_eq!(
        live.events_until_mark().await,
        [("sync".to_owned(), json!({}))]
    );
    let typing = live.ask("chat:typing", this.clone()).await;
    assert_eq!(typing["error"]["code"], "NOT_FOUND", "{typing}");
    assert_eq!(live.ask("order:watch", this).await["ok"], true);
}

#[tokio::test]
async fn the_event_limit_holds_over_all_sockets_of_a_user() {
    let gateway = Gateway::with(&[("WAYBILL_SOCKET_EVENTS", "2")]).await;
    let user = UserId::new();
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(Live::as_user(&gateway, user, Role::Customer).await);
    }
    // Each socket alone stays below the limit; a slow machine needs more than one round to exceed the limit.
    let mut refused = false;
    for round in 0..200 {
        let answer = sockets[round % 4].ask("order:explode", json!({})).await;
        refused |= answer["error"]["code"] == "RATE_LIMITED";
        if refused {
            break;
        }
    }
    assert!(refused);
    let mut other = Live::as_user(&gateway, UserId::new(), Role::Customer).await;
    let answer = other.ask("order:explode", json!({})).await;
    assert_eq!(
        answer["error"]["code"], "MALFORMED",
        "others are not affected"
    );
}

//! Live connections: who may connect, who gets which events, and what clients may send.

use axum::body::Body;
use http::Method;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::Bus as _;
use waybill_primitives::{Role, UserId};
use waybill_proto::{
    Event,
    auth::{self, UserEvent},
    chat, common, notification,
    order::{self as pb, OrderEvent},
};
use waybill_service_kit::AppError;
use waybill_testkit::{order_changed, user_changed};

use crate::{
    products::envelope,
    socket::Live,
    support::{Gateway, record, request, token, token_of, token_of_session},
};

pub const ORDER: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

pub async fn publish<E: Event>(gateway: &Gateway, event: &E) {
    gateway.bus.publish(envelope(event)).await.unwrap();
}

/// Lets [`Live::events_until_mark`] of this user return.
pub async fn mark(gateway: &Gateway, user: UserId) {
    let event = notification::NotificationCreated {
        notifications: vec![notification::Notification {
            user_id: user.to_string(),
            title: "mark".to_owned(),
            ..Default::default()
        }],
    };
    publish(gateway, &event).await;
}

/// Waits until events of the bus reach sockets: the tail starts with the gateway, but a little later.
pub async fn wait_for_events(gateway: &Gateway) {
    let user = UserId::new();
    let mut probe = Live::as_user(gateway, user, Role::Customer).await;
    let marking = async {
        loop {
            mark(gateway, user).await;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = probe.event() => {}
        () = marking => {}
    }
}

pub fn order(customer: UserId) -> pb::Order {
    pb::Order {
        id: ORDER.to_owned(),
        order_number: "W261121-0000000".to_owned(),
        status: pb::OrderStatus::Pending as i32,
        payment_status: pb::PaymentStatus::Paid as i32,
        kind: pb::OrderKind::Service as i32,
        customer: Some(pb::Customer {
            id: customer.to_string(),
            name: "Ada".to_owned(),
            email: Some("ada@example.com".to_owned()),
        }),
        version: 2,
        ..Default::default()
    }
}

/// Makes the fake order service show the order and its history to anyone with a token.
pub fn show_order(gateway: &Gateway, customer: UserId) {
    gateway
        .fake
        .on(
            "waybill.order.v1.OrderService/GetOrder",
            move |request: pb::GetOrderRequest| {
                if request.id == ORDER {
                    Ok(pb::GetOrderResponse {
                        order: Some(order(customer)),
                    })
                } else {
                    Err(AppError::not_found("order"))
                }
            },
        )
        .on(
            "waybill.order.v1.OrderService/GetHistory",
            |request: pb::GetHistoryRequest| {
                assert_eq!(request.after_version, 1);
                Ok(pb::GetHistoryResponse {
                    items: vec![pb::HistoryItem {
                        event: OrderEvent::Paid.into(),
                        version: 2,
                        ..Default::default()
                    }],
                })
            },
        );
}

#[tokio::test]
async fn only_valid_tokens_may_connect_and_the_refusal_has_a_reason() {
    let gateway = Gateway::start().await;
    for (auth, reason) in [
        (json!({}), "send the access token"),
        (json!({"token": 5}), "send the access token"),
        (json!({"token": "nonsense"}), "not valid"),
        (
            json!({"token": token_of(UserId::new(), Role::Customer, -60)}),
            "expired",
        ),
    ] {
        let refusal = Live::connect(&gateway, auth.clone()).await.err().unwrap();
        assert!(
            refusal.starts_with("UNAUTHENTICATED") && refusal.contains(reason),
            "{auth}: {refusal}"
        );
    }
    let live = Live::connect(&gateway, json!({"token": token(Role::Customer)})).await;
    assert!(live.is_ok());
}

#[tokio::test]
async fn everyone_gets_what_they_may_read_and_gets_it_once() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let [ada, other, worker, admin] = std::array::from_fn(|_| UserId::new());
    show_order(&gateway, ada);
    let mut customer = Live::as_user(&gateway, ada, Role::Customer).await;
    let mut stranger = Live::as_user(&gateway, other, Role::Customer).await;
    let mut staff = Live::as_user(&gateway, worker, Role::Staff).await;
    let mut chief = Live::as_user(&gateway, admin, Role::Admin).await;
    // In the user room and the order room, but sent once.
    assert_eq!(
        customer.ask("order:watch", json!({"orderId": ORDER})).await["ok"],
        true
    );

    let paid = pb::OrderChanged {
        available: true,
        payment_from: pb::PaymentStatus::Unpaid.into(),
        ..order_changed(OrderEvent::Paid, &order(ada))
    };
    let twice = envelope(&paid);
    gateway.bus.publish(twice.clone()).await.unwrap();
    gateway.bus.publish(twice).await.unwrap();
    for user in [ada, other, worker, admin] {
        mark(&gateway, user).await;
    }
    let names = |events: Vec<(String, Value)>| -> Vec<String> {
        events.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(customer.events_until_mark().await), ["order:updated"]);
    assert!(names(stranger.events_until_mark().await).is_empty());
    let pool = staff.events_until_mark().await;
    assert!(!json!(pool).to_string().contains("ada@example.com"));
    assert_eq!(names(pool), ["order:available"]);
    assert_eq!(
        names(chief.events_until_mark().await),
        ["order:updated", "order:available"]
    );
}

#[tokio::test]
async fn watching_needs_permission_to_read_and_returns_missed_events() {
    let gateway = Gateway::start().await;
    let ada = UserId::new();
    show_order(&gateway, ada);
    let mut live = Live::as_user(&gateway, ada, Role::Customer).await;
    let foreign = json!({"orderId": UserId::new().to_string()});
    let refused = live.ask("order:watch", foreign).await;
    assert_eq!(refused["ok"], false);
    assert_eq!(refused["error"]["code"], "NOT_FOUND");
    let typing = live.ask("chat:typing", json!({"orderId": ORDER})).await;
    assert_eq!(typing["error"]["code"], "NOT_FOUND", "not in the room yet");

    let watched = live
        .ask("order:watch", json!({"orderId": ORDER, "since": 1}))
        .await;
    assert_eq!(watched["ok"], true, "{watched}");
    assert_eq!(watched["order"]["orderNumber"], "W261121-0000000");
    assert_eq!(watched["missed"][0]["event"], "PAID");
    assert_eq!(watched["present"][0]["id"], ada.to_string());
    assert_eq!(
        live.ask("chat:typing", json!({"orderId": ORDER})).await["ok"],
        true
    );
    assert_eq!(
        live.ask("order:unwatch", json!({"orderId": ORDER})).await["ok"],
        true
    );
}

/// After a break, a client gets the notifications since a time and, for workers, the pool as it is now.
#[tokio::test]
async fn a_client_catches_up_on_notifications_and_the_pool() {
    let gateway = Gateway::start().await;
    let notification = |id: &str| notification::Notification {
        id: id.to_owned(),
        ..Default::default()
    };
    let asked = record::<notification::ListNotificationsRequest, _>(
        &gateway,
        "waybill.notification.v1.NotificationService/ListNotifications",
        notification::ListNotificationsResponse {
            notifications: vec![notification("newer"), notification("older")],
            page: Some(common::PageInfo {
                next_cursor: Some("more".to_owned()),
                ..Default::default()
            }),
        },
    );
    record::<notification::GetUnreadCountRequest, _>(
        &gateway,
        "waybill.notification.v1.NotificationService/GetUnreadCount",
        notification::GetUnreadCountResponse { count: 7 },
    );
    record::<pb::ListAvailableRequest, _>(
        &gateway,
        "waybill.order.v1.WorkService/ListAvailable",
        pb::ListAvailableResponse {
            orders: vec![pb::Order::default()],
            page: Some(common::PageInfo::default()),
        },
    );
    let since = json!({"since": "2026-11-21T09:30:00.123456Z"});
    for (role, pool) in [
        (Role::Customer, None),
        (Role::Staff, Some(1)),
        (Role::Admin, Some(1)),
    ] {
        let mut live = Live::as_user(&gateway, UserId::new(), role).await;
        let caught_up = live.ask("catch-up", since.clone()).await;
        assert_eq!(caught_up["ok"], true, "{caught_up}");
        let ids = ["older", "newer"];
        for (index, id) in ids.into_iter().enumerate() {
            assert_eq!(caught_up["notifications"][index]["id"], id, "oldest first");
        }
        assert_eq!(
            (&caught_up["moreNotifications"], &caught_up["unread"]),
            (&json!(true), &json!(7))
        );
        let shown = caught_up["pool"].as_array().map(Vec::len);
        assert_eq!((shown, &caught_up["moreInPool"]), (pool, &json!(false)));
        let day = live.ask("catch-up", json!({"since": "2026-11-21"})).await;
        assert_eq!(day["ok"], true, "{day}");
        let refused = live.ask("catch-up", json!({"since": "yesterday"})).await;
        assert_eq!(
            refused["error"]["details"][0]["field"], "since",
            "{refused}"
        );
    }
    // A bit earlier than asked for: what committed late is not missed.
    let since = asked.lock()[0].since.unwrap().to_string();
    assert_eq!(since, "2026-11-21T09:29:50.123456Z");
}

#[tokio::test]
async fn garbage_gets_an_error_and_the_connection_lives_on() {
    let gateway = Gateway::with(&[("WAYBILL_SOCKET_EVENTS", "100")]).await;
    let mut live = Live::as_user(&gateway, UserId::new(), Role::Customer).await;
    for event in [
        "order:watch",
        "order:unwatch",
        "chat:send",
        "chat:typing",
        "chat:read",
    ] {
        for payload in [
            json!(null),
            json!(5),
            json!([]),
            json!({}),
            json!({"orderId": "x"}),
            json!({"orderId": ORDER, "x": 1}),
        ] {
            let ack = live.ask(event, payload.clone()).await;
            assert_eq!(ack["ok"], false, "{event} {payload}: {ack}");
            assert_eq!(
                ack["error"]["code"], "VALIDATION_ERROR",
                "{event} {payload}: {ack}"
            );
        }
    }
    let unknown = live.ask("order:explode", json!({})).await;
    assert_eq!(unknown["error"]["code"], "MALFORMED");
}

#[tokio::test]
async fn too_many_events_are_refused() {
    let gateway = Gateway::with(&[("WAYBILL_SOCKET_EVENTS", "2")]).await;
    let mut live = Live::as_user(&gateway, UserId::new(), Role::Customer).await;
    // Many: on a slow machine the first ones stay below the limit.
    for _ in 0..200 {
        if live.ask("chat:send", json!({})).await["error"]["code"] == "RATE_LIMITED" {
            return;
        }
    }
    panic!("200 events at once were accepted");
}

#[tokio::test]
async fn messages_are_sent_by_the_chat_service_and_come_as_events() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let ada = UserId::new();
    gateway.fake.on(
        "waybill.chat.v1.ChatService/PostMessage",
        |request: chat::PostMessageRequest| {
            Ok(chat::PostMessageResponse {
                message: Some(chat::Message {
                    body: request.body,
                    client_id: request.client_id,
                    ..Default::default()
                }),
                replayed: false,
            })
        },
    );
    let mut live = Live::as_user(&gateway, ada, Role::Customer).await;
    let sent = live
        .ask(
            "chat:send",
            json!({"orderId": ORDER, "body": "Hello", "clientId": "c-1"}),
        )
        .await;
    assert_eq!(sent["message"]["clientId"], "c-1", "{sent}");
    assert!(
        gateway
            .fake
            .calls("waybill.chat.v1.ChatService/PostMessage")[0]
            .contains_key("authorization")
    );
    let posted = chat::MessagePosted {
        message: Some(chat::Message {
            order_id: ORDER.to_owned(),
            body: "Hello".to_owned(),
            author: Some(common::Person::default()),
            ..Default::default()
        }),
        participant_ids: vec![ada.to_string()],
    };
    publish(&gateway, &posted).await;
    let (name, payload) = live.event().await;
    assert_eq!(
        (name.as_str(), &payload["body"]),
        ("chat:message", &json!("Hello"))
    );
}

#[tokio::test]
async fn a_released_order_is_no_longer_watched_by_its_old_worker() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let (ada, worker) = (UserId::new(), UserId::new());
    let will = pb::Assignee {
        id: worker.to_string(),
        name: "Will".to_owned(),
    };
    let assignee = will.clone();
    gateway.fake.on(
        "waybill.order.v1.OrderService/GetOrder",
        move |_: pb::GetOrderRequest| {
            Ok(pb::GetOrderResponse {
                order: Some(pb::Order {
                    assignee: Some(assignee.clone()),
                    ..order(ada)
                }),
            })
        },
    );
    let mut live = Live::as_user(&gateway, worker, Role::Staff).await;
    assert_eq!(
        live.ask("order:watch", json!({"orderId": ORDER})).await["ok"],
        true
    );
    let released = pb::OrderChanged {
        previous: Some(will),
        ..order_changed(
            OrderEvent::Released,
            &pb::Order {
                payment_status: pb::PaymentStatus::Refunded as i32,
                ..order(ada)
            },
        )
    };
    publish(&gateway, &released).await;
    mark(&gateway, worker).await;
    assert!(live.events_until_mark().await.is_empty());
}

/// All workers may read an order in the pool, without the customer's address; a worker in its room would get all events after
/// another worker has claimed it.
#[tokio::test]
async fn a_worker_cannot_watch_an_order_in_the_pool() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let (ada, worker) = (UserId::new(), UserId::new());
    show_order(&gateway, ada);
    let mut live = Live::as_user(&gateway, worker, Role::Staff).await;
    let refused = live.ask("order:watch", json!({"orderId": ORDER})).await;
    assert_eq!(refused["error"]["code"], "NOT_FOUND", "{refused}");
    let claimed = order_changed(
        OrderEvent::Claimed,
        &pb::Order {
            assignee: Some(pb::Assignee {
                id: UserId::new().to_string(),
                name: "Wanda".to_owned(),
            }),
            ..order(ada)
        },
    );
    publish(&gateway, &claimed).await;
    mark(&gateway, worker).await;
    for (name, payload) in live.events_until_mark().await {
        assert_eq!(name, "order:claimed", "{payload}");
    }
}

#[tokio::test]
async fn the_end_of_a_session_disconnects_its_sockets_and_revokes_its_token() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let (user, session) = (UserId::new(), Uuid::now_v7());
    let token = token_of_session(user, Role::Customer, 600, Some(session));
    let other = token_of_session(user, Role::Customer, 600, Some(Uuid::now_v7()));
    let mut live = Live::connect(&gateway, json!({"token": token}))
        .await
        .ok()
        .unwrap();
    let mut stays = Live::connect(&gateway, json!({"token": other}))
        .await
        .ok()
        .unwrap();
    let ended = auth::SessionEnded {
        session_id: session.to_string(),
        user_id: user.to_string(),
        ..auth::SessionEnded::default()
    };
    publish(&gateway, &ended).await;
    let (name, payload) = live.event().await;
    assert_eq!(
        (name.as_str(), &payload["code"]),
        ("session:ended", &json!("UNAUTHENTICATED"))
    );
    assert_eq!(live.packet().await, "41", "disconnected");
    let profile = |token: &str| {
        request(Method::GET, "/api/v1/users/profile")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap()
    };
    gateway
        .call(profile(&token))
        .await
        .error(401, "UNAUTHENTICATED");
    mark(&gateway, user).await;
    assert_eq!(stays.events_until_mark().await, []);

    // Another role: all sockets with the old one.
    let demoted = user_changed(
        UserEvent::RoleChanged,
        &auth::User {
            id: user.to_string(),
            role: common::Role::Staff.into(),
            version: 2,
            ..Default::default()
        },
    );
    publish(&gateway, &demoted).await;
    let (name, payload) = stays.event().await;
    assert_eq!(name, "session:ended");
    assert!(
        payload["message"].as_str().unwrap().contains("role"),
        "{payload}"
    );
}

#[tokio::test]
async fn a_socket_ends_with_its_token() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let token = token_of(UserId::new(), Role::Customer, 1);
    let mut live = Live::connect(&gateway, json!({"token": token}))
        .await
        .ok()
        .unwrap();
    let (name, _) = live.event().await;
    assert_eq!(name, "session:ended");
}

/// Closing the sockets removes the namespace that events are sent to.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_gateway_that_stops_while_events_flow_does_not_panic() {
    static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.lock().push(panic.to_string());
        print(panic);
    }));
    for _ in 0..20 {
        let gateway = Gateway::start().await;
        wait_for_events(&gateway).await;
        let product = UserId::new().to_string();
        let closed = CancellationToken::new();
        let sending = async {
            let mut after = 0;
            while after < 50 {
                after += i32::from(closed.is_cancelled());
                publish(&gateway, &crate::rooms::ordered(&product)).await;
                mark(&gateway, UserId::new()).await;
                tokio::task::yield_now().await;
            }
        };
        let stopping = async {
            let live = Live::as_user(&gateway, UserId::new(), Role::Customer).await;
            gateway.stop.cancel();
            live.closed().await;
            closed.cancel();
        };
        tokio::join!(sending, stopping);
    }
    let panics = PANICS.lock();
    assert!(panics.is_empty(), "{panics:#?}");
}

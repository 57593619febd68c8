//! What answers and events have in common: full URLs, orders beside their ids.

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use waybill_primitives::{Role, UserId};
use waybill_proto::{common::PageInfo, notification, order as pb, payment};

use crate::{
    live::{mark, publish, wait_for_events},
    socket::Live,
    support::{Gateway, bearer, record, request, token_of},
};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const OTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8058";

/// A URL of the gateway, wherever it is in an answer.
fn urls(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("/api/v1/") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| urls(item, found)),
        Value::Object(fields) => fields.values().for_each(|value| urls(value, found)),
        _ => {}
    }
}

fn pictured() -> pb::Product {
    pb::Product {
        id: ID.to_owned(),
        images: vec![pb::ProductImage {
            id: OTHER.to_owned(),
            url: format!("/api/v1/media/{OTHER}"),
            thumbnail_url: format!("/api/v1/media/{OTHER}/thumbnail"),
            ..Default::default()
        }],
        version: 1,
        ..Default::default()
    }
}

fn show(gateway: &Gateway) {
    record::<pb::ListProductsRequest, _>(
        gateway,
        "waybill.order.v1.CatalogueService/ListProducts",
        pb::ListProductsResponse {
            products: vec![pictured()],
            page: None,
        },
    );
    record::<pb::GetProductRequest, _>(
        gateway,
        "waybill.order.v1.CatalogueService/GetProduct",
        pb::GetProductResponse {
            product: Some(pictured()),
        },
    );
    record::<pb::ListFilesRequest, _>(
        gateway,
        "waybill.order.v1.FileService/ListFiles",
        pb::ListFilesResponse {
            files: vec![pb::File {
                url: format!("/api/v1/media/{ID}"),
                ..Default::default()
            }],
            page: None,
        },
    );
    record::<payment::GetPaymentRequest, _>(
        gateway,
        "waybill.payment.v1.PaymentService/GetPayment",
        payment::GetPaymentResponse {
            payment: Some(payment::Payment {
                redirect_url: Some(format!("/api/v1/sandbox/checkout/{ID}")),
                ..Default::default()
            }),
        },
    );
}

async fn urls_at(gateway: &Gateway, host: &str, role: Role) -> Vec<String> {
    let mut found = Vec::new();
    for path in [
        "/api/v1/products".to_owned(),
        format!("/api/v1/products/{ID}"),
        format!("/api/v1/orders/{ID}/media"),
        format!("/api/v1/payments/{ID}"),
    ] {
        let call = request(Method::GET, &path)
            .header("host", host)
            .header("authorization", bearer(role));
        let answer = gateway.call(call.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
        urls(&answer.json(), &mut found);
    }
    assert_eq!(found.len(), 6, "{found:?}");
    found
}

#[tokio::test]
async fn urls_in_answers_are_full_and_begin_with_the_address_that_the_client_uses() {
    let gateway = Gateway::start().await;
    show(&gateway);
    for role in [Role::Admin, Role::Customer] {
        // The cache does not give one client the address of another.
        for host in ["shop.example", "localhost:8080", "shop.example"] {
            for url in urls_at(&gateway, host, role).await {
                assert!(url.starts_with(&format!("http://{host}/api/v1/")), "{url}");
            }
        }
    }
    let gateway = Gateway::with(&[("WAYBILL_PUBLIC_URL", "https://shop.example/")]).await;
    show(&gateway);
    for url in urls_at(&gateway, "evil.example", Role::Customer).await {
        assert!(url.starts_with("https://shop.example/api/v1/"), "{url}");
    }
}

/// A name that a client makes up is no reason to ask the service again, or to forget what was cached for others.
#[tokio::test]
async fn products_are_cached_once_for_all_addresses() {
    let gateway = Gateway::start().await;
    show(&gateway);
    let asked = record::<pb::GetProductRequest, _>(
        &gateway,
        "waybill.order.v1.CatalogueService/GetProduct",
        pb::GetProductResponse {
            product: Some(pictured()),
        },
    );
    for number in 0..20 {
        let path = format!("/api/v1/products/{ID}");
        let call = request(Method::GET, &path).header("host", format!("{number}.example"));
        let answer = gateway.call(call.body(Body::empty()).unwrap()).await;
        let mut found = Vec::new();
        urls(&answer.json(), &mut found);
        let base = format!("http://{number}.example/api/v1/media/");
        assert!(found.iter().all(|url| url.starts_with(&base)), "{found:?}");
    }
    assert_eq!(asked.lock().len(), 1);
}

#[tokio::test]
async fn urls_in_live_events_begin_with_the_address_of_the_handshake() {
    let gateway = Gateway::start().await;
    wait_for_events(&gateway).await;
    let user = UserId::new();
    let auth = json!({"token": token_of(user, Role::Customer, 600)});
    let connect = |host: &'static str| Live::connect_at(&gateway, host, auth.clone());
    let mut one = connect("shop.example").await.unwrap();
    let mut other = connect("localhost:8080").await.unwrap();
    let mut same = connect("shop.example").await.unwrap();
    let paid = payment::PaymentChanged {
        payment: Some(payment::Payment {
            id: ID.to_owned(),
            customer_id: user.to_string(),
            redirect_url: Some("/api/v1/sandbox/checkout/1".to_owned()),
            ..Default::default()
        }),
        kind: payment::PaymentEvent::Created.into(),
        ..Default::default()
    };
    publish(&gateway, &paid).await;
    mark(&gateway, user).await;
    for (client, host) in [
        (&mut one, "shop.example"),
        (&mut other, "localhost:8080"),
        (&mut same, "shop.example"),
    ] {
        let events = client.events_until_mark().await;
        let [(name, payment)] = events.as_slice() else {
            panic!("not one event: {events:?}");
        };
        assert_eq!(name, "payment:updated");
        let url = format!("http://{host}/api/v1/sandbox/checkout/1");
        assert_eq!(payment["redirectUrl"], url);
    }
}

#[tokio::test]
async fn expand_shows_the_order_beside_its_id() {
    let gateway = Gateway::start().await;
    let asked = record::<pb::GetOrdersRequest, _>(
        &gateway,
        "waybill.order.v1.OrderService/GetOrders",
        pb::GetOrdersResponse {
            orders: vec![pb::Order {
                id: ID.to_owned(),
                order_number: "W261121-7K3M9QX".to_owned(),
                ..Default::default()
            }],
        },
    );
    let page = || Some(PageInfo::default());
    let request = |order: &str| pb::ChangeRequest {
        order_id: order.to_owned(),
        ..Default::default()
    };
    record::<pb::ListChangeRequestsRequest, _>(
        &gateway,
        "waybill.order.v1.WorkService/ListChangeRequests",
        pb::ListChangeRequestsResponse {
            change_requests: vec![request(ID), request(OTHER), request(ID)],
            page: page(),
        },
    );
    let payment = |order: &str| payment::Payment {
        order_id: order.to_owned(),
        ..Default::default()
    };
    record::<payment::ListPaymentsRequest, _>(
        &gateway,
        "waybill.payment.v1.PaymentService/ListPayments",
        payment::ListPaymentsResponse {
            payments: vec![payment(ID), payment(OTHER)],
            page: page(),
        },
    );
    let notification = |order: Option<&str>| notification::Notification {
        order_id: order.map(str::to_owned),
        ..Default::default()
    };
    record::<notification::ListNotificationsRequest, _>(
        &gateway,
        "waybill.notification.v1.NotificationService/ListNotifications",
        notification::ListNotificationsResponse {
            notifications: vec![notification(Some(ID)), notification(None)],
            page: page(),
        },
    );
    for path in [
        "/api/v1/admin/change-requests?state=PENDING&limit=5",
        &format!("/api/v1/orders/{ID}/change-requests?"),
        "/api/v1/admin/payments?",
        &format!("/api/v1/orders/{ID}/payments?"),
        "/api/v1/notifications?",
    ] {
        let plain = gateway.get_as(Role::Admin, path).await.json();
        assert!(plain["items"][0].get("order").is_none(), "{path}: {plain}");
        assert!(
            asked.lock().is_empty(),
            "no order is read unless it is asked for"
        );
        let shown = gateway
            .get_as(Role::Admin, &format!("{path}&expand=order"))
            .await;
        let shown = shown.json();
        assert_eq!(
            shown["items"][0]["order"]["orderNumber"], "W261121-7K3M9QX",
            "{path}: {shown}"
        );
        assert_eq!(shown["items"][1]["order"], Value::Null, "{path}");
        let calls = std::mem::take(&mut *asked.lock());
        assert_eq!(calls.len(), 1, "one call for the page");
        let mut ids = calls[0].ids.clone();
        ids.dedup();
        assert_eq!(ids, calls[0].ids, "each order once");
        let wrong = gateway
            .get_as(Role::Admin, &format!("{path}&expand=customer"))
            .await;
        wrong.names("expand");
    }
}

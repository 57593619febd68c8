//! The product list's cache.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use axum::body::Body;
use bytes::Bytes;
use http::Method;
use uuid::Uuid;
use waybill_bus::{Bus as _, Envelope};
use waybill_primitives::{EventId, Role, Timestamp};
use waybill_proto::{Event, common, order as pb};

use waybill_service_kit::AppError;

use crate::support::{Gateway, request};

const LIST: &str = "waybill.order.v1.CatalogueService/ListProducts";
const GET: &str = "waybill.order.v1.CatalogueService/GetProduct";

/// A gateway whose product list shows `stock` units; for administrators also `onHand`.
async fn gateway(stock: &Arc<AtomicI64>) -> Gateway {
    let gateway = Gateway::with(&[("WAYBILL_PRODUCT_CACHE_TTL", "1h")]).await;
    let stock = Arc::clone(stock);
    gateway.fake.on(LIST, move |_: pb::ListProductsRequest| {
        Ok(pb::ListProductsResponse {
            products: vec![pb::Product {
                available: Some(stock.load(Ordering::SeqCst)),
                ..Default::default()
            }],
            page: Some(common::PageInfo::default()),
        })
    });
    gateway
}

#[tokio::test]
async fn the_list_is_loaded_once_until_an_event_reports_a_change() {
    let stock = Arc::new(AtomicI64::new(5));
    let gateway = gateway(&stock).await;
    let list = || gateway.get("/api/v1/products?limit=20");
    // The start of the tail clears the cache; wait for that until two answers come from one load.
    let mut loads = 0;
    for _ in 0..200 {
        list().await;
        let now = gateway.fake.calls(LIST).len();
        if now == loads {
            break;
        }
        loads = now;
        tokio::task::yield_now().await;
    }
    let first = list().await;
    assert_eq!(first.json()["items"][0]["available"], 5);
    assert!(first.json()["nextCursor"].is_null());
    let before = gateway.fake.calls(LIST).len();
    // The same query in another spelling is the same list.
    gateway.get("/api/v1/products").await;
    assert_eq!(gateway.fake.calls(LIST).len(), before);

    let etag = first.header("etag").to_owned();
    let again = request(Method::GET, "/api/v1/products").header("if-none-match", &etag);
    let again = gateway.call(again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));

    stock.store(4, Ordering::SeqCst);
    assert_eq!(list().await.json()["items"][0]["available"], 5);
    let event = pb::StockChanged::default();
    gateway.bus.publish(envelope(&event)).await.unwrap();
    let mut shown = list().await.json();
    for _ in 0..1000 {
        if shown["items"][0]["available"] == 4 {
            break;
        }
        tokio::task::yield_now().await;
        shown = list().await.json();
    }
    assert_eq!(shown["items"][0]["available"], 4);
    assert_ne!(list().await.header("etag"), etag);
}

#[tokio::test]
async fn administrators_get_their_own_list_and_the_shared_one_is_loaded_without_a_token() {
    let gateway = gateway(&Arc::new(AtomicI64::new(1))).await;
    gateway
        .get_as(Role::Customer, "/api/v1/products?sort=NAME")
        .await;
    assert!(
        gateway
            .fake
            .calls(LIST)
            .iter()
            .all(|call| !call.contains_key("authorization"))
    );
    gateway
        .get_as(Role::Admin, "/api/v1/products?sort=NAME")
        .await;
    assert!(
        gateway
            .fake
            .calls(LIST)
            .last()
            .unwrap()
            .contains_key("authorization")
    );
}

pub fn envelope<E: Event>(event: &E) -> Envelope {
    Envelope {
        id: EventId::new(),
        subject: event.subject().into(),
        source: event.subject().split('.').nth(1).unwrap().into(),
        aggregate_id: Uuid::now_v7(),
        aggregate_version: 1,
        time: Timestamp::now(),
        traceparent: None,
        request_id: None,
        actor: None,
        payload: Bytes::from(event.encode_to_vec()),
    }
}

/// A fake catalogue that is unavailable unless `there` is set.
fn play_at_times(gateway: &Gateway, there: &Arc<AtomicBool>) {
    let up = Arc::clone(there);
    let check = move || {
        if up.load(Ordering::SeqCst) {
            Ok(())
        } else {
            Err(AppError::unavailable("played away"))
        }
    };
    let listed = check.clone();
    gateway.fake.on(LIST, move |_: pb::ListProductsRequest| {
        listed().map(|()| pb::ListProductsResponse {
            products: vec![pb::Product::default()],
            page: Some(common::PageInfo::default()),
        })
    });
    gateway.fake.on(GET, move |request: pb::GetProductRequest| {
        check()?;
        Ok(pb::GetProductResponse {
            product: Some(pb::Product {
                id: request.id,
                ..Default::default()
            }),
        })
    });
}

#[tokio::test]
async fn the_last_answer_is_served_with_its_age_while_the_service_is_unavailable() {
    let gateway = Gateway::with(&[("WAYBILL_PRODUCT_CACHE_TTL", "1ms")]).await;
    let there = Arc::new(AtomicBool::new(true));
    play_at_times(&gateway, &there);
    let one = format!("/api/v1/products/{}", Uuid::now_v7());
    let paths = ["/api/v1/products", one.as_str()];
    for path in paths {
        let fresh = gateway.get(path).await;
        assert_eq!(fresh.status, 200);
        assert!(!fresh.headers.contains_key("age"));
    }
    there.store(false, Ordering::SeqCst);
    for path in paths {
        // Until the entry has expired.
        let stale = loop {
            let answer = gateway.get(path).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            if answer.headers.contains_key("age") {
                break answer;
            }
        };
        assert!(stale.header("age").parse::<u64>().is_ok());
        assert!(stale.header("cache-status").contains("fwd=stale"));
        // Administrators get no outdated answers.
        let admin = gateway.get_as(Role::Admin, path).await;
        admin.error(503, "UNAVAILABLE");
    }
    // There is no answer to serve for a query that was never read.
    let other = gateway.get("/api/v1/products?limit=7").await;
    other.error(503, "UNAVAILABLE");
    there.store(true, Ordering::SeqCst);
    for path in paths {
        assert!(!gateway.get(path).await.headers.contains_key("age"));
    }
}

#[tokio::test]
async fn an_old_answer_is_served_for_a_limited_time_only() {
    let gateway = Gateway::with(&[
        ("WAYBILL_PRODUCT_CACHE_TTL", "1ms"),
        ("WAYBILL_PRODUCT_CACHE_STALE", "1ms"),
    ])
    .await;
    let there = Arc::new(AtomicBool::new(true));
    play_at_times(&gateway, &there);
    assert_eq!(gateway.get("/api/v1/products").await.status, 200);
    there.store(false, Ordering::SeqCst);
    while gateway.get("/api/v1/products").await.status == 200 {}
    let gone = gateway.get("/api/v1/products").await;
    gone.error(503, "UNAVAILABLE");
}

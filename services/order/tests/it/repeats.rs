//! Writes that are repeated with their idempotency key.

use futures::future::join_all;
use waybill_proto::order::{self as pb, NoteVisibility, ShipmentState};
use waybill_service_kit::{AppError, ErrorCode, once::REPLAYED};
use waybill_store::{
    Retention,
    idempotency::{KEPT, REFUSALS_KEPT},
    prune_keys,
};

use crate::{
    notes,
    shipments::ship,
    shop::{Shop, Somebody, lines, on_any_database, on_each_database, outgoing},
};

async fn adjust(
    shop: &Shop,
    who: &Somebody,
    product: &pb::Product,
    delta: i64,
) -> Result<pb::AdjustStockResponse, AppError> {
    let request = pb::AdjustStockRequest {
        version: None,
        product_id: product.id.clone(),
        delta,
        reason: "Delivery".into(),
    };
    let answer = shop
        .stock()
        .adjust_stock(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn stock_is_adjusted_once() {
    on_each_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let keyed = shop.admin.with_key("the delivery of Monday");
        let repeats = (0..8).map(|_| adjust(shop, &keyed, &cup, 5));
        let answers: Vec<_> = join_all(repeats).await;
        let first = answers[0].as_ref().unwrap().product.as_ref().unwrap();
        assert_eq!(first.on_hand, Some(15));
        let mut new = 0;
        for answer in &answers {
            let answer = answer.as_ref().unwrap();
            assert_eq!(answer.product.as_ref(), Some(first));
            new += u32::from(!answer.replayed);
        }
        assert_eq!((new, shop.level(&cup).await), (1, (15, 0)));
        let error = adjust(shop, &keyed, &cup, 6).await.unwrap_err();
        assert!(error.is(ErrorCode::IdempotencyKeyReused), "{error}");
        // Without a key, and with another one, it is another delivery.
        adjust(shop, &shop.admin, &cup, 5).await.unwrap();
        let other = shop.admin.with_key("the delivery of Tuesday");
        adjust(shop, &other, &cup, 5).await.unwrap();
        assert_eq!(shop.level(&cup).await, (25, 0));
    })
    .await;
}

/// A refusal by the state is repeated as well, whatever has changed since; an invalid request leaves the key free.
#[tokio::test]
async fn a_repeat_gets_the_refusal_of_the_first_request() {
    on_each_database(async |shop| {
        let who = shop.customer().with_key("what was sold out");
        let cup = shop.goods("Cup", 5, 1).await;
        let first = shop.try_place(&who, lines(&[(&cup, 3)])).await.unwrap_err();
        assert!(first.is(ErrorCode::OutOfStock) && !first.metadata.contains_key(REPLAYED));
        adjust(shop, &shop.admin, &cup, 5).await.unwrap();
        let repeats = (0..8).map(|_| shop.try_place(&who, lines(&[(&cup, 3)])));
        for again in join_all(repeats).await {
            let again = again.unwrap_err();
            assert!(again.metadata.contains_key(REPLAYED), "{again:?}");
            assert_eq!((again.code, &again.message), (first.code, &first.message));
            assert_eq!(again.fields, first.fields);
            assert_eq!(
                again.metadata.get("available"),
                first.metadata.get("available")
            );
        }
        let other = shop.try_place(&who, lines(&[(&cup, 2)])).await.unwrap_err();
        assert!(other.is(ErrorCode::IdempotencyKeyReused), "{other}");
        // What was sold out is there: a later attempt is checked again.
        let retention = Retention {
            idempotency_keys: KEPT.checked_sub(REFUSALS_KEPT).unwrap(),
            ..Retention::default()
        };
        prune_keys(&shop.db, &retention).await.unwrap();
        let placed = shop.try_place(&who, lines(&[(&cup, 3)])).await.unwrap();
        prune_keys(&shop.db, &retention).await.unwrap();
        let again = shop.try_place(&who, lines(&[(&cup, 3)])).await.unwrap();
        assert_eq!(again.order, placed.order);
        let who = who.with_key("another key");
        shop.try_place(&who, lines(&[(&cup, 0)])).await.unwrap_err();
        shop.try_place(&who, lines(&[(&cup, 1)])).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_shipment_is_created_once() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let cup = shop.goods("Cup", 5, 10).await;
        let order = shop.place(&who, &[(&cup, 2)]).await;
        shop.pay(&order).await;
        let keyed = shop.admin.with_key("shipment 1");
        let all = [(&cup, 2)];
        let first = ship(shop, &keyed, &order, &all, ShipmentState::Shipped).await;
        // Nothing is left to ship, but this is a repeat.
        let again = ship(shop, &keyed, &order, &all, ShipmentState::Shipped).await;
        assert_eq!(first.unwrap(), again.unwrap());
        let other = shop.admin.with_key("shipment 2");
        let other = ship(shop, &other, &order, &all, ShipmentState::Shipped).await;
        assert!(other.is_err(), "{other:?}");
        assert_eq!(shop.history(&who, &order).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn notes_and_steps_are_written_once() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.hired("Will").await);
        let gate = shop.service("Gate", 5).await;
        let order = shop.waiting(&who, &gate).await;
        shop.claim(&worker, &order).await.unwrap();
        let keyed = worker.with_key("a key");
        let seen = NoteVisibility::Customer;
        let mut notes = Vec::new();
        for _ in 0..3 {
            notes.push(
                notes::note(shop, &keyed, &order, "Sawn", seen)
                    .await
                    .unwrap(),
            );
        }
        assert!(notes.iter().all(|note| *note == notes[0]), "{notes:?}");
        // The same key for another operation is another key.
        let mut steps = Vec::new();
        for _ in 0..3 {
            steps.push(
                notes::step(shop, &keyed, &order, "Sawn", Some(40))
                    .await
                    .unwrap(),
            );
        }
        assert!(steps.iter().all(|step| *step == steps[0]), "{steps:?}");
        assert_eq!(notes::notes(shop, &who, &order).await.unwrap(), ["Sawn"]);
        assert_eq!(shop.events("note", &notes[0].id).await.len(), 1);
        let other = shop.hired("Wanda").await.with_key("a key");
        let error = notes::note(shop, &other, &order, "Sawn", seen).await;
        assert!(
            error.unwrap_err().is(ErrorCode::NotFound),
            "keys are the caller's own"
        );
    })
    .await;
}

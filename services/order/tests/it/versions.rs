//! Writes with a version: a stale one is refused and changes nothing.

use waybill_proto::order::{self as pb, ChangeRequestKind};
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{on_any_database, outgoing};

fn is_stale(outcome: Result<(), AppError>, now: i64) {
    let error = outcome.unwrap_err();
    assert!(error.is(ErrorCode::VersionConflict), "{error}");
    assert_eq!(error.metadata["version"], now.to_string());
}

#[tokio::test]
async fn claims_decisions_and_adjustments_check_the_version() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.hired("Will").await);
        let gate = shop.service("Gate", 5).await;
        let order = shop.waiting(&who, &gate).await;
        let claim = async |version| {
            let request = pb::ClaimOrderRequest {
                id: order.id.clone(),
                version: Some(version),
            };
            let request = outgoing(&worker.ctx, request);
            let answer = shop.work().claim_order(request).await;
            answer.map(drop).map_err(AppError::from)
        };
        is_stale(claim(order.version - 1).await, order.version);
        assert_eq!(shop.refresh(&order).await, order);
        claim(order.version).await.unwrap();

        let kind = ChangeRequestKind::Completion;
        let asked = shop.ask(&worker, &order, kind).await.unwrap();
        let decide = async |version| {
            let request = pb::DecideChangeRequestRequest {
                id: asked.id.clone(),
                approve: true,
                version: Some(version),
                ..Default::default()
            };
            let request = outgoing(&shop.admin.ctx, request);
            let answer = shop.work().decide_change_request(request).await;
            answer.map(drop).map_err(AppError::from)
        };
        is_stale(decide(asked.version + 1).await, asked.version);
        decide(asked.version).await.unwrap();

        let cup = shop.goods("Cup", 5, 10).await;
        let adjust = async |version| {
            let request = pb::AdjustStockRequest {
                product_id: cup.id.clone(),
                delta: 1,
                reason: String::new(),
                version: Some(version),
            };
            let request = outgoing(&shop.admin.ctx, request);
            let answer = shop.stock().adjust_stock(request).await;
            answer.map(drop).map_err(AppError::from)
        };
        is_stale(adjust(cup.version + 1).await, cup.version);
        adjust(cup.version).await.unwrap();
        assert_eq!(shop.level(&cup).await, (11, 0));
    })
    .await;
}

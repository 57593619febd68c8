//! The administrators' settings: permissions, validation, and immediate effect.

use std::time::Duration;

use waybill_order::{Settings, build};
use waybill_proto::order as pb;
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{EXPIRY, Shop, Somebody, fields, on_any_database, on_each_database, outgoing};

async fn settings(shop: &Shop, who: &Somebody) -> pb::ShopSettings {
    let request = outgoing(&who.ctx, pb::GetSettingsRequest {});
    let answer = shop.settings().get_settings(request).await.unwrap();
    answer.into_inner().settings.unwrap()
}

async fn update(
    shop: &Shop,
    who: &Somebody,
    request: pb::UpdateSettingsRequest,
) -> Result<pb::ShopSettings, AppError> {
    let answer = shop
        .settings()
        .update_settings(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().settings.unwrap())
}

fn expiry(seconds: i64) -> pb::UpdateSettingsRequest {
    pb::UpdateSettingsRequest {
        goods_expiry_seconds: Some(seconds),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_new_shop_has_the_settings_of_the_process_and_a_few_are_public() {
    on_any_database(async |shop| {
        let all = settings(shop, &shop.admin).await;
        assert_eq!(
            (all.shop_name.as_str(), all.currency.as_str()),
            ("Waybill", "USD")
        );
        assert_eq!(all.goods_expiry_seconds, EXPIRY.as_secs().cast_signed());
        assert_eq!((all.commission_basis_points, all.version), (2_000, 1));
        for who in [shop.customer(), shop.worker()] {
            let seen = settings(shop, &who).await;
            let expected = pb::ShopSettings {
                shop_name: "Waybill".into(),
                currency: "USD".into(),
                max_file_bytes: all.max_file_bytes,
                allowed_file_types: all.allowed_file_types.clone(),
                ..Default::default()
            };
            assert_eq!(seen, expected);
            assert!(seen.max_file_bytes > 0 && !seen.allowed_file_types.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn only_administrators_change_settings_and_all_errors_are_reported_at_once() {
    on_any_database(async |shop| {
        for who in [shop.customer(), shop.worker()] {
            let error = update(shop, &who, expiry(60)).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Forbidden);
        }
        let bad = pb::UpdateSettingsRequest {
            shop_name: Some(String::new()),
            currency: Some("dollars".into()),
            commission_basis_points: Some(10_001),
            ..expiry(0)
        };
        let error = update(shop, &shop.admin, bad).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationError);
        assert_eq!(
            fields(&error),
            [
                "shopName",
                "currency",
                "goodsExpirySeconds",
                "commissionBasisPoints"
            ]
        );
        assert_eq!(settings(shop, &shop.admin).await.version, 1);
    })
    .await;
}

#[tokio::test]
async fn a_stale_version_is_refused_and_a_repeat_is_no_change() {
    on_each_database(async |shop| {
        let first = pb::UpdateSettingsRequest {
            version: Some(1),
            ..expiry(60)
        };
        let changed = update(shop, &shop.admin, first.clone()).await.unwrap();
        assert_eq!((changed.goods_expiry_seconds, changed.version), (60, 2));
        let error = update(shop, &shop.admin, first).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::VersionConflict);
        assert_eq!(error.metadata["version"], "2");
        let again = update(shop, &shop.admin, expiry(60)).await.unwrap();
        assert_eq!(again, changed);
    })
    .await;
}

#[tokio::test]
async fn a_new_expiry_is_for_orders_placed_from_now_on() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let who = shop.customer();
        let before = shop.place(&who, &[(&cup, 1)]).await;
        update(shop, &shop.admin, expiry(60)).await.unwrap();
        let after = shop.place(&who, &[(&cup, 1)]).await;
        shop.clock.advance(Duration::from_secs(61));
        shop.expire_due().await;
        let status = async |order| shop.refresh(order).await.status();
        assert_eq!(status(&after).await, pb::OrderStatus::Cancelled);
        assert_eq!(status(&before).await, pb::OrderStatus::Pending);
    })
    .await;
}

#[tokio::test]
async fn the_currency_can_change_only_while_nothing_has_a_price() {
    on_any_database(async |shop| {
        let currency = |code: &str| pb::UpdateSettingsRequest {
            currency: Some(code.into()),
            ..Default::default()
        };
        let changed = update(shop, &shop.admin, currency("EUR")).await.unwrap();
        assert_eq!(changed.currency, "EUR");
        update(shop, &shop.admin, currency("USD")).await.unwrap();
        shop.goods("Cup", 5, 10).await;
        let error = update(shop, &shop.admin, currency("EUR"))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict);
        assert_eq!(fields(&error), ["currency"]);
        // Other settings can still change; sending the same currency is no change.
        let request = pb::UpdateSettingsRequest {
            currency: Some("USD".into()),
            ..expiry(60)
        };
        assert_eq!(
            update(shop, &shop.admin, request)
                .await
                .unwrap()
                .goods_expiry_seconds,
            60
        );
    })
    .await;
}

#[tokio::test]
async fn a_change_is_published_and_recorded_in_the_audit_log() {
    on_any_database(async |shop| {
        let request = pb::UpdateSettingsRequest {
            commission_basis_points: Some(1_500),
            ..Default::default()
        };
        update(shop, &shop.admin, request).await.unwrap();
        let changed: Vec<pb::SettingsChanged> = shop.published().await;
        let commissions: Vec<_> = changed
            .iter()
            .map(|event| {
                let commission =
                    |s: &Option<pb::ShopSettings>| s.as_ref().map(|s| s.commission_basis_points);
                (commission(&event.before), commission(&event.settings))
            })
            .collect();
        assert_eq!(
            commissions,
            [(None, Some(2_000)), (Some(2_000), Some(1_500))]
        );
        let acts: Vec<pb::AuditRecorded> = shop.published().await;
        let record = acts.last().unwrap().record.clone().unwrap();
        assert_eq!(record.action, "settings.update");
        assert_eq!(record.actor.unwrap().id, shop.admin.id.to_string());
        assert_eq!(
            record.before,
            Some(r#"{"commissionBasisPoints":2000}"#.to_owned())
        );
        assert_eq!(
            record.after,
            Some(r#"{"commissionBasisPoints":1500}"#.to_owned())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_by_one_replica_takes_effect_in_others_without_a_restart() {
    on_any_database(async |shop| {
        let cup = shop.goods("Cup", 5, 10).await;
        let second = shop.second().await;
        update(shop, &shop.admin, expiry(60)).await.unwrap();
        let who = shop.customer();
        // Its job checks every half second.
        let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
        loop {
            let order = second.place(&who, &[(&cup, 1)]).await;
            let expires = order.expires_at.unwrap().secs() - order.created_at.unwrap().secs();
            shop.cancel(&who, &order).await.unwrap();
            if expires == 60 {
                break;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "expires after {expires} s"
            );
            tokio::task::yield_now().await;
        }
        second.close().await;
    })
    .await;
}

#[tokio::test]
async fn administrators_settings_survive_a_restart_with_other_defaults() {
    on_any_database(async |shop| {
        update(shop, &shop.admin, expiry(60)).await.unwrap();
        let other = Settings {
            order_expiry: Duration::from_secs(7),
            shop_name: "Other".into(),
            ..Settings::default()
        };
        build(&shop.deps, &other, shop.storage()).await.unwrap();
        let now = settings(shop, &shop.admin).await;
        assert_eq!(
            (now.goods_expiry_seconds, now.shop_name.as_str()),
            (60, "Waybill")
        );
    })
    .await;
}

//! The service as in production: relay, consumers and jobs together, and several replicas starting at the same time.

use std::{sync::Arc, time::Duration};

use waybill_primitives::{Clock, SystemClock};
use waybill_proto::payment::PaymentState;
use waybill_service_kit::{Deps, start};
use waybill_store::backlog;
use waybill_testkit::until;

use crate::shop::{migrate_again, on_any_database, on_each_database, replica};

#[tokio::test(flavor = "multi_thread")]
async fn a_running_service_refunds_by_itself() {
    on_any_database(async |shop| {
        let deps = Deps {
            clock: Arc::new(SystemClock) as Arc<dyn Clock>,
            ..shop.deps.clone()
        };
        let service = replica(&deps, &shop.order_channel, &shop.bank).await;
        let (_, order, payment) = shop.paid().await;
        shop.publish_cancelled(&order).await;
        let running = start(
            waybill_service_kit::Service {
                consumers: Vec::new(),
                ..service
            },
            &deps,
        )
        .await
        .unwrap();
        until("it is refunded and published", async || {
            shop.state_of(&payment.id).await == PaymentState::Refunded
                && backlog(&shop.db).await.unwrap() == 0
        })
        .await;
        shop.assert_sound().await;
        assert!(running.drain(Duration::from_mins(1)).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_can_run_again_and_side_by_side() {
    on_each_database(async |shop| {
        shop.paid().await;
        migrate_again(&shop.db).await;
        shop.paid().await;
        shop.assert_sound().await;
    })
    .await;
}

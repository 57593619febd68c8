//! Any sequence of operations leaves the database in agreement with itself; what is refused changes nothing.

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use waybill_primitives::Role;
use waybill_proto::{
    order::{self as pb, ChangeRequestKind, OrderStatus},
    payment,
};
use waybill_service_kit::ErrorKind;

use crate::shop::{EXPIRY, Shop, lines, on_each_database, payment_of};

#[derive(Debug, Clone, Copy)]
enum Step {
    Place {
        product: usize,
        quantity: i64,
        second: bool,
    },
    Pay {
        order: usize,
    },
    Fail {
        order: usize,
    },
    Refund {
        order: usize,
    },
    Cancel {
        order: usize,
        by_admin: bool,
    },
    Status {
        order: usize,
        to: usize,
        by_worker: bool,
    },
    Claim {
        order: usize,
    },
    Ask {
        order: usize,
        kind: usize,
        by_worker: bool,
    },
    Decide {
        request: usize,
        approve: bool,
    },
    Adjust {
        product: usize,
        delta: i64,
    },
    Expire {
        quarters: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let order = 0_usize..6;
    prop_oneof![
        4 => (0_usize..3, 1_i64..6, any::<bool>())
            .prop_map(|(product, quantity, second)| Step::Place { product, quantity, second }),
        4 => order.clone().prop_map(|order| Step::Pay { order }),
        1 => order.clone().prop_map(|order| Step::Fail { order }),
        1 => order.clone().prop_map(|order| Step::Refund { order }),
        2 => (order.clone(), any::<bool>()).prop_map(|(order, by_admin)| Step::Cancel { order, by_admin }),
        4 => (order.clone(), 1_usize..6, any::<bool>())
            .prop_map(|(order, to, by_worker)| Step::Status { order, to, by_worker }),
        3 => order.clone().prop_map(|order| Step::Claim { order }),
        3 => (order, 1_usize..4, any::<bool>())
            .prop_map(|(order, kind, by_worker)| Step::Ask { order, kind, by_worker }),
        3 => (0_usize..6, any::<bool>()).prop_map(|(request, approve)| Step::Decide { request, approve }),
        1 => (0_usize..2, -6_i64..6).prop_map(|(product, delta)| Step::Adjust { product, delta }),
        1 => (0_u32..5).prop_map(|quarters| Step::Expire { quarters }),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_operations_keep_the_database_in_agreement() {
    on_each_database(async |shop| {
        let mut runner = TestRunner::deterministic();
        for _ in 0..6 {
            let steps = prop::collection::vec(step(), 40)
                .new_tree(&mut runner)
                .unwrap()
                .current();
            walk(shop, &steps).await;
        }
    })
    .await;
}

async fn walk(shop: &Shop, steps: &[Step]) {
    let products = [
        shop.goods("A", 5, 12).await,
        shop.goods("B", 0, 12).await,
        shop.service("C", 7).await,
    ];
    let (customer, worker) = (shop.customer(), shop.somebody(Role::Staff, "Will"));
    let mut orders: Vec<pb::Order> = Vec::new();
    let mut payments: Vec<payment::Payment> = Vec::new();
    let mut requests: Vec<pb::ChangeRequest> = Vec::new();
    for step in steps {
        let before = match *step {
            Step::Status { order, .. } | Step::Cancel { order, .. } | Step::Claim { order } => {
                match orders.get(order) {
                    Some(order) => Some(shop.refresh(order).await),
                    None => continue,
                }
            }
            _ => None,
        };
        let outcome = match *step {
            Step::Place {
                product,
                quantity,
                second,
            } => {
                let mut items = vec![(&products[product], quantity)];
                if second {
                    items.push((&products[2 - product], 1));
                }
                match shop.try_place(&customer, lines(&items)).await {
                    Ok(placed) => {
                        orders.push(placed.order.unwrap());
                        Ok(())
                    }
                    Err(error) => Err(error),
                }
            }
            Step::Pay { order } => {
                if let Some(order) = orders.get(order) {
                    payments.push(shop.pay(order).await);
                }
                Ok(())
            }
            Step::Fail { order } => {
                if let Some(order) = orders.get(order) {
                    let failed = payment_of(order);
                    let event = payment::PaymentFailed {
                        payment: Some(failed.clone()),
                    };
                    shop.tell(&failed, &event).await;
                }
                Ok(())
            }
            Step::Refund { order } => {
                if let Some(paid) = payments.get(order) {
                    let back = payment::Payment {
                        version: 2,
                        ..paid.clone()
                    };
                    let event = payment::PaymentRefunded {
                        payment: Some(back.clone()),
                        ..Default::default()
                    };
                    shop.tell(&back, &event).await;
                }
                Ok(())
            }
            Step::Cancel { order, by_admin } => {
                let who = if by_admin { &shop.admin } else { &customer };
                shop.cancel(who, &orders[order]).await.map(drop)
            }
            Step::Status {
                order,
                to,
                by_worker,
            } => {
                let to = OrderStatus::try_from(to as i32).unwrap();
                let who = if by_worker { &worker } else { &shop.admin };
                shop.change_status(who, &orders[order], to).await.map(drop)
            }
            Step::Claim { order } => shop.claim(&worker, &orders[order]).await.map(drop),
            Step::Ask {
                order,
                kind,
                by_worker,
            } => {
                let Some(order) = orders.get(order) else {
                    continue;
                };
                let kind = ChangeRequestKind::try_from(kind as i32).unwrap();
                let who = if by_worker { &worker } else { &customer };
                shop.ask(who, order, kind)
                    .await
                    .map(|request| requests.push(request))
            }
            Step::Decide { request, approve } => {
                let Some(request) = requests.get(request) else {
                    continue;
                };
                shop.decide(request, approve).await.map(drop)
            }
            Step::Adjust { product, delta } => {
                let request = pb::AdjustStockRequest {
                    product_id: products[product].id.clone(),
                    delta,
                    reason: String::new(),
                };
                let request = waybill_service_kit::outgoing(&shop.admin.ctx, request);
                shop.stock()
                    .adjust_stock(request)
                    .await
                    .map(drop)
                    .map_err(Into::into)
            }
            Step::Expire { quarters } => {
                shop.clock.advance(EXPIRY / 4 * quarters);
                shop.expire_due().await;
                Ok(())
            }
        };
        if let Err(error) = outcome {
            assert!(
                !matches!(error.kind, ErrorKind::Internal | ErrorKind::Unavailable),
                "{step:?}: {error:?}"
            );
            if let Some(before) = before {
                assert_eq!(
                    shop.refresh(&before).await,
                    before,
                    "{step:?} was refused: {error}"
                );
            }
        }
    }
    shop.verify().await;
}

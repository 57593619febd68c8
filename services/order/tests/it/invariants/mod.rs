//! Any sequence of operations leaves the database consistent; refused operations change nothing.

mod world;

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use waybill_service_kit::ErrorKind;

use crate::shop::{Shop, on_each_database};
use world::World;

/// An operation. Numbers choose among the existing products, orders, requests and workers.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    Place {
        product: usize,
        quantity: i64,
        second: bool,
    },
    Put {
        product: usize,
        quantity: i64,
    },
    Checkout,
    Edit {
        order: usize,
        product: usize,
        quantity: i64,
    },
    Quote {
        order: usize,
        how: usize,
    },
    Begin {
        order: usize,
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
    Reassign {
        request: usize,
        to: usize,
        replace: bool,
    },
    Assign {
        order: usize,
        to: usize,
    },
    Release {
        order: usize,
        by_worker: bool,
    },
    Ship {
        order: usize,
        product: usize,
        quantity: i64,
        by_worker: bool,
    },
    Carry {
        shipment: usize,
        to: usize,
    },
    Tell {
        order: usize,
        how: usize,
        by_worker: bool,
    },
    HandIn {
        order: usize,
        purpose: usize,
        by_worker: bool,
    },
    Withdraw {
        file: usize,
        by_worker: bool,
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
    let order = || 0_usize..6;
    let goods = || 0_usize..3;
    // A union has at most ten entries.
    let money = prop_oneof![
        4 => (goods(), 1_i64..6, any::<bool>())
            .prop_map(|(product, quantity, second)| Step::Place { product, quantity, second }),
        2 => (goods(), 0_i64..5).prop_map(|(product, quantity)| Step::Put { product, quantity }),
        2 => Just(Step::Checkout),
        3 => (order(), goods(), 1_i64..8)
            .prop_map(|(order, product, quantity)| Step::Edit { order, product, quantity }),
        1 => order().prop_map(|order| Step::Begin { order }),
        4 => order().prop_map(|order| Step::Pay { order }),
        1 => order().prop_map(|order| Step::Fail { order }),
        1 => order().prop_map(|order| Step::Refund { order }),
        1 => (0_usize..2, -6_i64..6).prop_map(|(product, delta)| Step::Adjust { product, delta }),
        1 => (0_u32..5).prop_map(|quarters| Step::Expire { quarters }),
    ];
    let work = prop_oneof![
        2 => (order(), any::<bool>()).prop_map(|(order, by_admin)| Step::Cancel { order, by_admin }),
        4 => (order(), 1_usize..6, any::<bool>())
            .prop_map(|(order, to, by_worker)| Step::Status { order, to, by_worker }),
        3 => order().prop_map(|order| Step::Claim { order }),
        3 => (order(), 1_usize..4, any::<bool>())
            .prop_map(|(order, kind, by_worker)| Step::Ask { order, kind, by_worker }),
        3 => (0_usize..6, any::<bool>()).prop_map(|(request, approve)| Step::Decide { request, approve }),
        3 => (0_usize..6, goods(), any::<bool>())
            .prop_map(|(request, to, replace)| Step::Reassign { request, to, replace }),
        4 => (order(), 0_usize..5).prop_map(|(order, how)| Step::Quote { order, how }),
        2 => (order(), 0_usize..2).prop_map(|(order, to)| Step::Assign { order, to }),
        2 => (order(), any::<bool>()).prop_map(|(order, by_worker)| Step::Release { order, by_worker }),
    ];
    let handing = prop_oneof![
        4 => (order(), goods(), 1_i64..4, any::<bool>())
            .prop_map(|(order, product, quantity, by_worker)| Step::Ship { order, product, quantity, by_worker }),
        4 => (0_usize..4, 1_usize..6).prop_map(|(shipment, to)| Step::Carry { shipment, to }),
        2 => (order(), 0_usize..3, any::<bool>())
            .prop_map(|(order, how, by_worker)| Step::Tell { order, how, by_worker }),
        2 => (order(), 1_usize..4, any::<bool>())
            .prop_map(|(order, purpose, by_worker)| Step::HandIn { order, purpose, by_worker }),
        1 => (0_usize..3, any::<bool>()).prop_map(|(file, by_worker)| Step::Withdraw { file, by_worker }),
    ];
    prop_oneof![5 => money, 5 => work, 2 => handing]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_operations_keep_the_database_in_agreement() {
    on_each_database(async |shop| {
        let mut runner = TestRunner::deterministic();
        for _ in 0..6 {
            let steps = prop::collection::vec(step(), 60)
                .new_tree(&mut runner)
                .unwrap()
                .current();
            walk(shop, &steps).await;
        }
    })
    .await;
}

async fn walk(shop: &Shop, steps: &[Step]) {
    let mut world = World::new(shop).await;
    for step in steps {
        let before = world.snapshot().await;
        let Err(error) = world.perform(*step).await else {
            continue;
        };
        assert!(
            !matches!(error.kind, ErrorKind::Internal | ErrorKind::Unavailable),
            "{step:?}: {error:?}"
        );
        let after = world.snapshot().await;
        for (table, rows) in &before {
            assert_eq!(&after[table], rows, "{step:?} was refused: {error}");
        }
    }
    world.limits_held().await;
    shop.verify().await;
}

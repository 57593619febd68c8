//! Payouts to workers and to the owner: balances, approval, sending, failures.

use std::time::Duration;

use waybill_primitives::{Currency, Money, Role, UserId};
use waybill_proto::{
    order::{self, OrderEvent},
    payment::{
        self as proto, Balance, DifferenceKind, DifferenceState, EntryKind, Payout, PayoutState,
        Provider, payout_service_client::PayoutServiceClient,
    },
};
use waybill_service_kit::{AppError, CallContext, GrpcChannel};
use waybill_testkit::{answer, order_changed};

use crate::{
    differences::{differences, kinds},
    fake::Trouble,
    shop::{Person, Shop, code, on_any_database, on_each_database, outgoing},
};

fn client(shop: &Shop) -> PayoutServiceClient<GrpcChannel> {
    PayoutServiceClient::new(shop.channel.clone())
}

fn usd(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

fn cents(money: Option<Money>) -> i64 {
    money.unwrap_or_default().amount
}

/// A worker who has completed an order of 100.00, and has 80.00 of it.
pub async fn worker(shop: &Shop) -> (Person, order::Order, proto::Payment) {
    let worker = shop.person(Role::Staff);
    let (order, payment) = earn(shop, &worker).await;
    (worker, order, payment)
}

async fn earn(shop: &Shop, worker: &Person) -> (order::Order, proto::Payment) {
    let (_, mut order, payment) = shop.paid().await;
    order.set_status(order::OrderStatus::Completed);
    order.set_payment_status(order::PaymentStatus::Paid);
    order.assignee = Some(order::Assignee {
        id: worker.id.to_string(),
        name: "Wim Example".to_owned(),
    });
    let event = order::OrderChanged {
        commission_basis_points: Some(2_000),
        ..order_changed(OrderEvent::Completed, &order)
    };
    shop.publish(&order.id, &event).await;
    (order, payment)
}

fn to(worker: &Person, amount: Option<i64>) -> proto::CreatePayoutsRequest {
    proto::CreatePayoutsRequest {
        worker_id: worker.id.to_string(),
        amount: amount.map(usd),
        ..proto::CreatePayoutsRequest::default()
    }
}

fn by_bank(worker: &Person) -> proto::CreatePayoutsRequest {
    proto::CreatePayoutsRequest {
        method: Provider::Sandbox.into(),
        recipient: "wim".to_owned(),
        ..to(worker, None)
    }
}

async fn create_all(
    shop: &Shop,
    ctx: &CallContext,
    request: proto::CreatePayoutsRequest,
) -> Result<proto::CreatePayoutsResponse, AppError> {
    let mut client = client(shop);
    answer(client.create_payouts(outgoing(ctx, request)).await)
}

async fn create(
    shop: &Shop,
    ctx: &CallContext,
    request: proto::CreatePayoutsRequest,
) -> Result<Payout, AppError> {
    let mut created = create_all(shop, ctx, request).await?;
    let only = created.results.pop().expect("a result");
    Ok(only.payout.expect("a payout in the result"))
}

async fn approve(shop: &Shop, ctx: &CallContext, id: &str) -> Result<Payout, AppError> {
    let request = proto::ApprovePayoutRequest {
        id: id.to_owned(),
        version: None,
    };
    let approved = answer(client(shop).approve_payout(outgoing(ctx, request)).await)?;
    Ok(approved.payout.expect("a payout in the answer"))
}

async fn mark_paid(shop: &Shop, ctx: &CallContext, id: &str) -> Result<Payout, AppError> {
    let request = proto::MarkPayoutPaidRequest {
        id: id.to_owned(),
        reference: "transfer 7".to_owned(),
        version: None,
    };
    let paid = answer(client(shop).mark_payout_paid(outgoing(ctx, request)).await)?;
    Ok(paid.payout.expect("a payout in the answer"))
}

async fn cancel(shop: &Shop, ctx: &CallContext, id: &str) -> Result<Payout, AppError> {
    let request = proto::CancelPayoutRequest {
        id: id.to_owned(),
        reason: "wrong account".to_owned(),
        version: None,
    };
    let cancelled = answer(client(shop).cancel_payout(outgoing(ctx, request)).await)?;
    Ok(cancelled.payout.expect("a payout in the answer"))
}

pub async fn read(shop: &Shop, ctx: &CallContext, id: &str) -> Result<Payout, AppError> {
    let request = proto::GetPayoutRequest { id: id.to_owned() };
    let found = answer(client(shop).get_payout(outgoing(ctx, request)).await)?;
    Ok(found.payout.expect("a payout in the answer"))
}

/// Available, in flight, paid and earned cents.
fn parts(balance: &Balance) -> [i64; 4] {
    [
        cents(balance.available),
        cents(balance.in_flight),
        cents(balance.paid),
        cents(balance.earned),
    ]
}

pub async fn balance(shop: &Shop, worker: &Person) -> [i64; 4] {
    let request = proto::GetBalanceRequest {};
    let read = client(shop)
        .get_balance(outgoing(&worker.ctx, request))
        .await;
    let balances = answer(read).expect("a worker reads it").balances;
    balances.first().map_or([0; 4], parts)
}

/// An approved payout of all by the bank.
pub async fn approved(shop: &Shop, worker: &Person) -> Payout {
    let admin = shop.admin();
    let payout = create(shop, &admin.ctx, by_bank(worker)).await.unwrap();
    approve(shop, &admin.ctx, &payout.id).await.unwrap()
}

#[tokio::test]
async fn a_payout_by_hand_is_created_approved_and_marked_as_paid() {
    on_each_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        let admin = shop.admin();
        assert_eq!(balance(shop, &worker).await, [8_000, 0, 0, 8_000]);

        let payout = create(shop, &admin.ctx, to(&worker, Some(3_000)))
            .await
            .unwrap();
        assert_eq!(payout.state(), PayoutState::Pending);
        assert_eq!(payout.method(), Provider::Manual);
        assert_eq!(payout.name, "Wim Example");
        assert_eq!(balance(shop, &worker).await, [5_000, 3_000, 0, 8_000]);
        shop.assert_sound().await;

        let early = mark_paid(shop, &admin.ctx, &payout.id).await;
        assert_eq!(code(early), "INVALID_TRANSITION");
        let approved = approve(shop, &admin.ctx, &payout.id).await.unwrap();
        assert_eq!(approved.state(), PayoutState::Approved);
        // Nobody is asked to send it.
        shop.run_jobs().await.unwrap();
        assert_eq!(shop.bank.payouts.calls(), 0);
        let paid = mark_paid(shop, &admin.ctx, &payout.id).await.unwrap();
        assert_eq!(paid.state(), PayoutState::Paid);
        assert_eq!(paid.reference.as_deref(), Some("transfer 7"));
        assert!(paid.paid_at.is_some());
        let again = mark_paid(shop, &admin.ctx, &payout.id).await.unwrap();
        assert_eq!(again, paid);
        assert_eq!(
            code(cancel(shop, &admin.ctx, &payout.id).await),
            "INVALID_TRANSITION"
        );
        assert_eq!(balance(shop, &worker).await, [5_000, 0, 3_000, 8_000]);

        let words: Vec<_> = shop.events_of(&payout.id).await.into_iter().collect();
        let expected = ["created", "approved", "paid"].map(str::to_owned);
        assert_eq!(words, (1..).zip(expected).collect::<Vec<_>>());
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn only_administrators_pay_and_workers_see_their_own() {
    on_any_database(async |shop| {
        let (first, ..) = worker(shop).await;
        let (second, ..) = worker(shop).await;
        let (admin, customer) = (shop.admin(), shop.customer());
        for person in [&first, &customer] {
            let refused = create(shop, &person.ctx, to(&first, None)).await;
            assert_eq!(code(refused), "FORBIDDEN");
        }
        let payout = create(shop, &admin.ctx, to(&first, None)).await.unwrap();
        for act in [
            approve(shop, &first.ctx, &payout.id).await,
            mark_paid(shop, &first.ctx, &payout.id).await,
            cancel(shop, &first.ctx, &payout.id).await,
        ] {
            assert_eq!(code(act), "FORBIDDEN");
        }
        assert_eq!(read(shop, &first.ctx, &payout.id).await.unwrap(), payout);
        assert_eq!(read(shop, &admin.ctx, &payout.id).await.unwrap(), payout);
        assert_eq!(code(read(shop, &second.ctx, &payout.id).await), "NOT_FOUND");

        let list = async |person: &Person, own| {
            let request = proto::ListPayoutsRequest {
                own,
                ..proto::ListPayoutsRequest::default()
            };
            let listed = client(shop)
                .list_payouts(outgoing(&person.ctx, request))
                .await;
            answer(listed).map(|answer| answer.payouts.len())
        };
        assert_eq!(list(&first, true).await.unwrap(), 1);
        assert_eq!(list(&second, true).await.unwrap(), 0);
        assert_eq!(list(&admin, false).await.unwrap(), 1);
        assert_eq!(code(list(&first, false).await), "FORBIDDEN");
        assert_eq!(code(list(&customer, true).await), "FORBIDDEN");

        let request = proto::ListEarningsRequest::default();
        let earnings = client(shop)
            .list_earnings(outgoing(&first.ctx, request))
            .await;
        let earnings = answer(earnings).unwrap().earnings;
        let seen: Vec<_> = earnings
            .iter()
            .map(|earning| (earning.kind(), cents(earning.amount)))
            .collect();
        let expected = [
            (EntryKind::PayoutReserved, -8_000),
            (EntryKind::Accrual, 8_000),
        ];
        assert_eq!(seen, expected);
        assert_eq!(earnings[0].order_id, None);
        assert!(earnings[1].order_id.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_payouts_never_exceed_the_balance() {
    on_each_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        let admin = shop.admin();
        let requests = (0..10).map(|_| create(shop, &admin.ctx, to(&worker, Some(1_500))));
        let outcomes = futures::future::join_all(requests).await;
        let created = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(created, 5, "{outcomes:?}");
        for refused in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(code(refused), "BALANCE_TOO_LOW");
        }
        assert_eq!(balance(shop, &worker).await, [500, 7_500, 0, 8_000]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_payout_returns_to_the_balance() {
    on_any_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        let admin = shop.admin();
        let payout = create(shop, &admin.ctx, to(&worker, None)).await.unwrap();
        approve(shop, &admin.ctx, &payout.id).await.unwrap();
        let cancelled = cancel(shop, &admin.ctx, &payout.id).await.unwrap();
        assert_eq!(cancelled.reason.as_deref(), Some("wrong account"));
        assert_eq!(
            cancel(shop, &admin.ctx, &payout.id).await.unwrap(),
            cancelled
        );
        assert_eq!(balance(shop, &worker).await, [8_000, 0, 0, 8_000]);
        assert_eq!(
            code(approve(shop, &admin.ctx, &payout.id).await),
            "INVALID_TRANSITION"
        );
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_provider_sends_a_payout_once_whatever_happens() {
    on_each_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        let payout = approved(shop, &worker).await;
        // Down, then paid with a lost answer, then asked again.
        shop.bank.payouts.plan([Trouble::Down, Trouble::AnswerLost]);
        for _ in 0..3 {
            shop.run_jobs().await.unwrap();
            shop.assert_sound().await;
            shop.clock.advance(Duration::from_mins(5));
        }
        let paid = read(shop, &worker.ctx, &payout.id).await.unwrap();
        assert_eq!(paid.state(), PayoutState::Paid);
        assert_eq!(
            (shop.bank.payouts.calls(), shop.bank.payouts.moved()),
            (3, 8_000)
        );
        assert_eq!(balance(shop, &worker).await, [0, 0, 8_000, 8_000]);
        let books: Vec<_> = shop.books_of_account("payouts").await;
        assert_eq!(books.iter().sum::<i64>(), 0);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_provider_may_have_sent_is_not_cancelled() {
    on_any_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        let payout = approved(shop, &worker).await;
        shop.bank.payouts.plan([Trouble::Down]);
        shop.run_jobs().await.unwrap();
        let admin = shop.admin();
        assert_eq!(code(cancel(shop, &admin.ctx, &payout.id).await), "CONFLICT");
        let waiting = read(shop, &admin.ctx, &payout.id).await.unwrap();
        assert_eq!(waiting.state(), PayoutState::Approved);
        assert!(waiting.reason.unwrap().contains("down"));
    })
    .await;
}

#[tokio::test]
async fn a_refused_payout_returns_to_the_balance_and_is_reported() {
    on_each_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        for trouble in [Trouble::Refused, Trouble::Rejected] {
            let payout = approved(shop, &worker).await;
            shop.bank.payouts.plan([trouble]);
            shop.run_jobs().await.unwrap();
            let failed = read(shop, &worker.ctx, &payout.id).await.unwrap();
            assert_eq!(failed.state(), PayoutState::Failed, "{trouble:?}");
            assert_eq!(balance(shop, &worker).await, [8_000, 0, 0, 8_000]);
            let found = differences(shop, DifferenceState::Open).await;
            assert_eq!(found[0].kind(), DifferenceKind::PayoutFailed);
            assert_eq!(found[0].payout_id.as_deref(), Some(payout.id.as_str()));
            shop.assert_sound().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_slow_payout_is_paid_by_a_message_and_may_come_back() {
    on_any_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        let payout = approved(shop, &worker).await;
        shop.bank.payouts.plan([Trouble::Slow]);
        shop.run_jobs().await.unwrap();
        let sent = read(shop, &worker.ctx, &payout.id).await.unwrap();
        assert_eq!(sent.state(), PayoutState::Sent);
        let reference = sent.reference.unwrap();
        let tell = async |id: &str, kind: &str| {
            let message = serde_json::json!({
                "id": id, "kind": kind, "payout": reference, "reason": "the account is closed",
            });
            shop.webhook(&message, "good").await.unwrap();
            shop.run_jobs().await.unwrap();
        };
        for _ in 0..2 {
            tell("m1", "done").await;
            let paid = read(shop, &worker.ctx, &payout.id).await.unwrap();
            assert_eq!(paid.state(), PayoutState::Paid);
        }
        assert_eq!(balance(shop, &worker).await, [0, 0, 8_000, 8_000]);
        tell("m2", "returned").await;
        let back = read(shop, &worker.ctx, &payout.id).await.unwrap();
        assert_eq!(back.state(), PayoutState::Failed);
        assert_eq!(balance(shop, &worker).await, [8_000, 0, 0, 8_000]);
        // Late news of the success changes nothing.
        tell("m3", "done").await;
        assert_eq!(balance(shop, &worker).await, [8_000, 0, 0, 8_000]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_payout_that_is_not_confirmed_for_a_day_is_reported_until_it_is() {
    on_any_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        approved(shop, &worker).await;
        shop.bank.payouts.plan([Trouble::Down, Trouble::Down]);
        shop.run_jobs().await.unwrap();
        assert_eq!(kinds(shop, DifferenceState::Open).await, []);
        shop.clock.advance(Duration::from_hours(25));
        shop.run_jobs().await.unwrap();
        let stuck = [DifferenceKind::PayoutStuck];
        assert_eq!(kinds(shop, DifferenceState::Open).await, stuck);
        shop.clock.advance(Duration::from_mins(6));
        shop.run_jobs().await.unwrap();
        assert_eq!(kinds(shop, DifferenceState::Open).await, []);
        assert_eq!(kinds(shop, DifferenceState::Resolved).await, stuck);
        assert_eq!(balance(shop, &worker).await, [0, 0, 8_000, 8_000]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_after_the_payout_is_netted_with_what_is_earned_next() {
    on_any_database(async |shop| {
        let (worker, _, payment) = worker(shop).await;
        let admin = shop.admin();
        approved(shop, &worker).await;
        shop.run_jobs().await.unwrap();
        shop.refund(&admin.ctx, &payment.id, None).await.unwrap();
        shop.run_jobs().await.unwrap();
        assert_eq!(balance(shop, &worker).await, [-8_000, 0, 8_000, 0]);
        let refused = create(shop, &admin.ctx, to(&worker, None)).await;
        assert_eq!(code(refused), "BALANCE_TOO_LOW");
        earn(shop, &worker).await;
        assert_eq!(balance(shop, &worker).await, [0, 0, 8_000, 8_000]);
        let refused = create(shop, &admin.ctx, to(&worker, Some(1))).await;
        assert_eq!(code(refused), "BALANCE_TOO_LOW");
        earn(shop, &worker).await;
        assert_eq!(balance(shop, &worker).await, [8_000, 0, 8_000, 16_000]);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn several_workers_are_paid_independently_and_once_per_key() {
    on_any_database(async |shop| {
        let (first, ..) = worker(shop).await;
        let (second, ..) = worker(shop).await;
        let stranger = shop.person(Role::Staff);
        let mut admin = shop.admin().ctx;
        admin.idempotency_key = Some("friday".to_owned());
        let ids = [&first, &stranger, &second, &first].map(|it| it.id.to_string());
        let request = proto::CreatePayoutsRequest {
            worker_ids: ids.to_vec(),
            ..proto::CreatePayoutsRequest::default()
        };
        let created = create_all(shop, &admin, request.clone()).await.unwrap();
        let outcomes: Vec<_> = created
            .results
            .iter()
            .map(|result| (result.worker_id.clone().unwrap(), result.payout.is_some()))
            .collect();
        let [first_id, stranger_id, second_id, _] = ids;
        let expected = [(first_id, true), (stranger_id, false), (second_id, true)];
        assert_eq!(outcomes, expected);
        assert!(created.results[1].error.is_some());
        let again = create_all(shop, &admin, request).await.unwrap();
        assert!(again.replayed);
        assert_eq!(again.results, created.results);
        assert_eq!(balance(shop, &first).await, [0, 8_000, 0, 8_000]);
        let other = create(shop, &admin, to(&second, None)).await;
        assert_eq!(code(other), "IDEMPOTENCY_KEY_REUSED");
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_owner_gets_the_platforms_share_less_fees() {
    on_any_database(async |shop| {
        worker(shop).await;
        let admin = shop.admin();
        let (_, _, payment) = shop.pending().await;
        let message = serde_json::json!({
            "id": "m1", "kind": "captured", "payment": payment.id, "capture": "c1", "fee": 300,
        });
        shop.webhook(&message, "good").await.unwrap();
        shop.run_jobs().await.unwrap();
        let request = proto::ListPayeesRequest::default();
        let payees = client(shop)
            .list_payees(outgoing(&admin.ctx, request))
            .await;
        let payees = answer(payees).unwrap().payees;
        assert_eq!(payees.len(), 2, "{payees:?}");
        assert_eq!(
            (&payees[0].worker_id, payees[1].name.as_str()),
            (&None, "Wim Example")
        );
        assert_eq!(parts(&payees[0].balances[0]), [1_700, 0, 0, 1_700]);
        let request = proto::CreatePayoutsRequest {
            owner: true,
            ..proto::CreatePayoutsRequest::default()
        };
        let payout = create(shop, &admin.ctx, request).await.unwrap();
        assert_eq!((cents(payout.amount), payout.worker_id), (1_700, None));
        let refused = proto::CreatePayoutsRequest {
            owner: true,
            amount: Some(usd(1)),
            ..proto::CreatePayoutsRequest::default()
        };
        assert_eq!(
            code(create(shop, &admin.ctx, refused).await),
            "BALANCE_TOO_LOW"
        );
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_worker_decides_where_payouts_go() {
    on_any_database(async |shop| {
        let (worker, ..) = worker(shop).await;
        let set = async |method: Provider, recipient: &str, version| {
            let request = proto::SetPayoutAccountRequest {
                method: method.into(),
                recipient: recipient.to_owned(),
                version,
            };
            let set = client(shop)
                .set_payout_account(outgoing(&worker.ctx, request))
                .await;
            answer(set).map(|answer| answer.account.expect("an account in the answer"))
        };
        let first = set(Provider::Sandbox, "wim", Some(0)).await.unwrap();
        assert_eq!((first.method(), first.version), (Provider::Sandbox, 1));
        let stale = set(Provider::Manual, "", Some(0)).await;
        assert_eq!(code(stale), "VERSION_CONFLICT");
        assert_eq!(
            code(set(Provider::Stripe, "acct_1", None).await),
            "VALIDATION_ERROR"
        );
        assert_eq!(
            code(set(Provider::Unspecified, "", None).await),
            "VALIDATION_ERROR"
        );

        let admin = shop.admin();
        let payout = create(shop, &admin.ctx, to(&worker, Some(1)))
            .await
            .unwrap();
        assert_eq!(payout.method(), Provider::Sandbox);
        assert_eq!(payout.recipient.as_deref(), Some("wim"));
        assert_eq!(payout.name, "Wim Example");
        let elsewhere = proto::CreatePayoutsRequest {
            method: Provider::Manual.into(),
            recipient: "cash".to_owned(),
            ..to(&worker, Some(1))
        };
        let payout = create(shop, &admin.ctx, elsewhere).await.unwrap();
        assert_eq!(payout.method(), Provider::Manual);
        // Somebody who has earned nothing yet.
        let request = proto::GetPayoutAccountRequest {};
        let new = shop.person(Role::Staff);
        let account = client(shop)
            .get_payout_account(outgoing(&new.ctx, request))
            .await;
        let account = answer(account).unwrap().account.unwrap();
        assert_eq!((account.method(), account.version), (Provider::Manual, 0));
    })
    .await;
}

#[tokio::test]
async fn requests_that_mean_nothing_are_refused() {
    let shop = crate::shop::sqlite().await;
    let (worker, ..) = worker(&shop).await;
    let admin = shop.admin();
    let nobody = Person {
        id: UserId::new(),
        ctx: admin.ctx.clone(),
    };
    assert_eq!(
        code(create(&shop, &admin.ctx, to(&nobody, None)).await),
        "VALIDATION_ERROR"
    );
    let base = || to(&worker, None);
    let invalid = [
        proto::CreatePayoutsRequest::default(),
        proto::CreatePayoutsRequest {
            owner: true,
            ..base()
        },
        proto::CreatePayoutsRequest {
            amount: Some(usd(0)),
            ..base()
        },
        proto::CreatePayoutsRequest {
            amount: Some(usd(1)),
            currency: "EUR".to_owned(),
            ..base()
        },
        proto::CreatePayoutsRequest {
            currency: "DOLLARS".to_owned(),
            ..base()
        },
        proto::CreatePayoutsRequest {
            recipient: "somebody".to_owned(),
            ..base()
        },
        proto::CreatePayoutsRequest {
            method: Provider::Paypal.into(),
            ..base()
        },
        proto::CreatePayoutsRequest {
            note: "x".repeat(201),
            ..base()
        },
        proto::CreatePayoutsRequest {
            worker_id: "wim".to_owned(),
            ..base()
        },
    ];
    for request in invalid {
        let text = format!("{request:?}");
        assert_eq!(
            code(create(&shop, &admin.ctx, request).await),
            "VALIDATION_ERROR",
            "{text}"
        );
    }
    let euros = proto::CreatePayoutsRequest {
        currency: "eur".to_owned(),
        ..base()
    };
    assert_eq!(
        code(create(&shop, &admin.ctx, euros).await),
        "BALANCE_TOO_LOW"
    );
    shop.assert_sound().await;
}

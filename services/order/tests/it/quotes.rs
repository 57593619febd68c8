//! Quotes: an order without a price becomes payable by an offer that its customer accepts, and by nothing else.

use std::time::Duration;

use futures::future::join_all;
use waybill_primitives::{Role, Timestamp};
use waybill_proto::order::{
    self as pb, OrderEvent, OrderKind, OrderStatus, PaymentStatus, QuoteState,
};
use waybill_service_kit::{AppError, ErrorCode};

use crate::{
    people::payment_of,
    shop::{
        EXPIRY, Shop, Somebody, fields, lines, on_any_database, on_each_database, outgoing, usd,
    },
};

const DAY: Duration = Duration::from_hours(24);

/// A request by a description alone.
fn described() -> pb::PlaceOrderRequest {
    pb::PlaceOrderRequest {
        title: Some("Paint my fence".into()),
        description: Some("Both sides".into()),
        ..Default::default()
    }
}

impl Shop {
    pub async fn request_quote(&self, who: &Somebody) -> pb::Order {
        let placed = self.try_place(who, described()).await;
        placed.unwrap().order.unwrap()
    }

    fn in_a_day(&self) -> Timestamp {
        self.deps.clock.now().plus(DAY)
    }

    pub async fn try_quote(
        &self,
        who: &Somebody,
        request: pb::SetQuoteRequest,
    ) -> Result<pb::Order, AppError> {
        let answer = self.orders().set_quote(outgoing(&who.ctx, request)).await?;
        Ok(answer.into_inner().order.unwrap())
    }

    /// Offers an amount for a day.
    pub async fn quote(
        &self,
        who: &Somebody,
        order: &pb::Order,
        amount: i64,
    ) -> Result<pb::Order, AppError> {
        let request = pb::SetQuoteRequest {
            order_id: order.id.clone(),
            amount: Some(usd(amount)),
            valid_until: Some(self.in_a_day()),
            ..Default::default()
        };
        self.try_quote(who, request).await
    }

    pub async fn withdraw(&self, who: &Somebody, order: &pb::Order) -> Result<pb::Order, AppError> {
        let request = pb::WithdrawQuoteRequest {
            order_id: order.id.clone(),
            order_version: None,
        };
        let answer = self
            .orders()
            .withdraw_quote(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().order.unwrap())
    }

    pub async fn accept(
        &self,
        who: &Somebody,
        order: &pb::Order,
        version: i64,
    ) -> Result<pb::Order, AppError> {
        let request = pb::AcceptQuoteRequest {
            order_id: order.id.clone(),
            version,
        };
        let answer = self
            .orders()
            .accept_quote(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().order.unwrap())
    }

    pub async fn allow_free_orders(&self) {
        let request = pb::UpdateSettingsRequest {
            free_orders: Some(true),
            ..Default::default()
        };
        let request = outgoing(&self.admin.ctx, request);
        self.settings().update_settings(request).await.unwrap();
    }

    async fn list(&self, who: &Somebody, quotes: &[QuoteState]) -> Vec<pb::Order> {
        let request = pb::ListOrdersRequest {
            quotes: quotes.iter().map(|state| i32::from(*state)).collect(),
            ..Default::default()
        };
        let answer = self.orders().list_orders(outgoing(&who.ctx, request)).await;
        answer.unwrap().into_inner().orders
    }

    async fn pool(&self, who: &Somebody) -> Vec<String> {
        let request = outgoing(&who.ctx, pb::ListAvailableRequest::default());
        let answer = self.work().list_available(request).await.unwrap();
        let orders = answer.into_inner().orders;
        orders.into_iter().map(|order| order.id).collect()
    }
}

fn state(order: &pb::Order) -> QuoteState {
    order.quote.as_ref().unwrap().state()
}

fn code<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> ErrorCode {
    outcome.unwrap_err().code
}

#[tokio::test]
async fn an_order_without_a_price_is_offered_accepted_paid_and_only_then_in_the_pool() {
    on_each_database(async |shop| {
        let (who, worker) = (shop.guest(), shop.hired("Will").await);
        let order = shop.request_quote(&who).await;
        assert_eq!(
            (order.status(), order.payment_status(), order.kind()),
            (
                OrderStatus::Pending,
                PaymentStatus::Unpaid,
                OrderKind::Service
            )
        );
        assert_eq!(
            (state(&order), order.total, order.expires_at),
            (QuoteState::Requested, Some(usd(0)), None)
        );
        // It waits as long as it takes, outside the pool.
        shop.clock.advance(EXPIRY * 2_000);
        shop.expire_due().await;
        assert_eq!(shop.refresh(&order).await, order);
        assert!(shop.pool(&worker).await.is_empty());
        assert_eq!(code(shop.claim(&worker, &order).await), ErrorCode::NotFound);
        // Staff find and read it, without the customer's address.
        let open = shop.list(&worker, &[QuoteState::Requested]).await;
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].customer.as_ref().unwrap().email, None);
        assert_eq!(shop.get(&worker, &order).await.unwrap().id, order.id);
        assert!(shop.list(&worker, &[]).await.is_empty());

        let offered = shop.quote(&worker, &order, 45_000).await.unwrap();
        let quote = offered.quote.clone().unwrap();
        assert_eq!(
            (quote.state(), quote.version, quote.total),
            (QuoteState::Offered, 1, Some(usd(45_000)))
        );
        assert_eq!((offered.total, offered.expires_at), (Some(usd(0)), None));
        assert_eq!(quote.offered_by.unwrap().id, worker.id.to_string());
        // Money for it is not accepted yet.
        let mut early = payment_of(&offered);
        early.amount = Some(usd(45_000));
        let paid = waybill_testkit::payment_changed(
            waybill_proto::payment::PaymentEvent::Succeeded,
            &early,
        );
        shop.send_event(&early, &paid).await;
        assert_eq!(
            shop.refresh(&order).await.payment_status(),
            PaymentStatus::Unpaid
        );
        let rejected = shop.last_change(OrderEvent::PaymentRejected, &order).await;
        assert_eq!(rejected.note, "the order has no price yet");

        let accepted = shop.accept(&who, &order, 1).await.unwrap();
        assert_eq!(
            (state(&accepted), accepted.total),
            (QuoteState::Accepted, Some(usd(45_000)))
        );
        let [line] = accepted.items.as_slice() else {
            panic!("{accepted:?}")
        };
        assert_eq!((&line.product_id, line.name.as_str()), (&None, "As agreed"));
        assert!(accepted.expires_at.is_some());
        assert!(shop.pool(&worker).await.is_empty());
        // Repeated after a lost answer, also when it has been paid.
        assert_eq!(shop.accept(&who, &order, 1).await.unwrap(), accepted);
        shop.pay(&accepted).await;
        let again = shop.accept(&who, &order, 1).await.unwrap();
        assert_eq!(again.payment_status(), PaymentStatus::Paid);
        assert_eq!(shop.pool(&worker).await, [order.id.as_str()]);
        shop.claim(&worker, &order).await.unwrap();

        assert_eq!(
            shop.events("order", &order.id).await,
            [
                "placed",
                "quoted",
                "payment_rejected",
                "quote_accepted",
                "paid",
                "claimed"
            ]
        );
        let history = shop.history(&who, &order).await;
        let steps = history
            .iter()
            .filter(|item| matches!(item.event(), OrderEvent::Quoted | OrderEvent::QuoteAccepted));
        let steps: Vec<_> = steps.map(|item| (item.from(), item.to())).collect();
        assert_eq!(steps, [("REQUESTED", "OFFERED"), ("OFFERED", "ACCEPTED")]);
    })
    .await;
}

#[tokio::test]
async fn where_orders_may_be_free_nothing_is_quoted() {
    on_any_database(async |shop| {
        shop.allow_free_orders().await;
        let order = shop.request_quote(&shop.customer()).await;
        assert_eq!(
            (order.payment_status(), &order.quote),
            (PaymentStatus::Paid, &None)
        );
        let refused = shop.quote(&shop.admin, &order, 5).await;
        assert_eq!(code(refused), ErrorCode::QuoteNotOpen);
    })
    .await;
}

#[tokio::test]
async fn nobody_pays_another_price_than_they_have_read() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let order = shop.request_quote(&who).await;
        shop.quote(&shop.admin, &order, 100).await.unwrap();
        shop.quote(&shop.admin, &order, 900).await.unwrap();
        let stale = shop.accept(&who, &order, 1).await.unwrap_err();
        assert_eq!(stale.code, ErrorCode::VersionConflict);
        assert_eq!(stale.metadata["version"], "2");
        shop.withdraw(&shop.admin, &order).await.unwrap();
        assert_eq!(
            code(shop.accept(&who, &order, 2).await),
            ErrorCode::QuoteNotOpen
        );
        // An edit of what the offer is for ends it, also when it was accepted.
        let order = shop.quote(&shop.admin, &order, 200).await.unwrap();
        let accepted = shop.accept(&who, &order, 3).await.unwrap();
        let edit = pb::EditOrderRequest {
            id: order.id.clone(),
            description: Some("And the house".into()),
            ..Default::default()
        };
        let edited = shop.orders().edit_order(outgoing(&who.ctx, edit)).await;
        let edited = edited.unwrap().into_inner().order.unwrap();
        assert_eq!(
            (state(&edited), edited.total),
            (QuoteState::Requested, Some(usd(0)))
        );
        assert!(edited.items.is_empty());
        assert_eq!(
            code(shop.accept(&who, &order, 3).await),
            ErrorCode::VersionConflict
        );
        // The amount of the offer that was accepted before is given back.
        shop.pay(&accepted).await;
        assert_eq!(
            shop.refresh(&order).await.payment_status(),
            PaymentStatus::Unpaid
        );
        shop.last_change(OrderEvent::PaymentRejected, &order).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_acceptances_and_offers_at_once_one_price_wins() {
    on_each_database(async |shop| {
        let who = shop.customer();
        for _ in 0..4 {
            let order = shop.request_quote(&who).await;
            shop.quote(&shop.admin, &order, 100).await.unwrap();
            let accepts = join_all((0..8).map(|_| shop.accept(&who, &order, 1)));
            let offers = join_all((2..6).map(|n| shop.quote(&shop.admin, &order, n * 100)));
            let (accepts, _) = futures::join!(accepts, offers);
            let now = shop.refresh(&order).await;
            let accepted = accepts.iter().filter(|outcome| outcome.is_ok()).count();
            // All or none: either the first offer was accepted, or it was replaced before.
            if state(&now) == QuoteState::Accepted {
                assert_eq!((accepted, now.total), (8, Some(usd(100))));
                let events = shop.events("order", &order.id).await;
                let times = events.iter().filter(|event| *event == "quote_accepted");
                assert_eq!(times.count(), 1);
            } else {
                assert_eq!((accepted, now.total), (0, Some(usd(0))));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_offer_ends_and_an_accepted_one_that_is_never_paid_expires() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.hired("Will").await);
        let order = shop.request_quote(&who).await;
        shop.quote(&worker, &order, 100).await.unwrap();
        shop.clock.advance(DAY);
        // Before the job has run, too.
        let late = shop.accept(&who, &order, 1).await.unwrap_err();
        assert_eq!(late.code, ErrorCode::QuoteExpired);
        shop.expire_due().await;
        let ended = shop.refresh(&order).await;
        assert_eq!(
            (ended.status(), state(&ended)),
            (OrderStatus::Pending, QuoteState::Expired)
        );
        assert_eq!(
            shop.events("order", &order.id).await.last().unwrap(),
            "quote_expired"
        );
        shop.expire_due().await;
        assert_eq!(shop.refresh(&order).await, ended);
        // Another worker makes the next offer.
        let rival = shop.hired("Wanda").await;
        shop.quote(&rival, &order, 120).await.unwrap();
        assert_eq!(
            code(shop.quote(&worker, &order, 90).await),
            ErrorCode::Forbidden
        );
        assert_eq!(
            code(shop.withdraw(&worker, &order).await),
            ErrorCode::Forbidden
        );
        let accepted = shop.accept(&who, &order, 2).await.unwrap();
        assert_eq!(
            code(shop.quote(&shop.admin, &order, 90).await),
            ErrorCode::QuoteNotOpen
        );
        assert_eq!(
            code(shop.withdraw(&shop.admin, &order).await),
            ErrorCode::QuoteNotOpen
        );
        // Who made an offer sees what becomes of it, as long as it is pending.
        let seen = shop.get(&rival, &order).await.unwrap();
        assert_eq!(state(&seen), QuoteState::Accepted);
        assert_eq!(seen.customer.unwrap().email, None);
        shop.clock.advance(EXPIRY);
        shop.expire_due().await;
        let over = shop.refresh(&accepted).await;
        assert_eq!(over.status(), OrderStatus::Cancelled);
        assert_eq!(code(shop.get(&rival, &order).await), ErrorCode::NotFound);
    })
    .await;
}

#[tokio::test]
async fn goods_of_a_request_are_reserved_when_the_offer_is_accepted() {
    on_each_database(async |shop| {
        let who = shop.customer();
        let sample = shop.goods("Sample", 0, 3).await;
        let order = shop.place(&who, &[(&sample, 2)]).await;
        assert_eq!(
            (state(&order), order.kind()),
            (QuoteState::Requested, OrderKind::Goods)
        );
        assert_eq!(shop.level(&sample).await, (3, 0));
        let rival = shop.place(&who, &[(&sample, 2)]).await;
        let item = |name: &str, price: i64| pb::QuoteItem {
            name: name.into(),
            unit_price: Some(usd(price)),
            quantity: 1,
            ..Default::default()
        };
        let request = pb::SetQuoteRequest {
            order_id: order.id.clone(),
            items: vec![item("Parcel", 500), item("Gift wrap", 200)],
            valid_until: Some(shop.in_a_day()),
            ..Default::default()
        };
        shop.try_quote(&shop.admin, request).await.unwrap();
        shop.quote(&shop.admin, &rival, 700).await.unwrap();
        let accepted = shop.accept(&who, &order, 1).await.unwrap();
        assert_eq!(
            (accepted.total, accepted.kind()),
            (Some(usd(700)), OrderKind::Mixed)
        );
        assert_eq!(accepted.items.len(), 3);
        assert_eq!(shop.level(&sample).await, (3, 2));
        let short = shop.accept(&who, &rival, 1).await.unwrap_err();
        assert_eq!(short.code, ErrorCode::OutOfStock);
        assert_eq!(fields(&short), ["items[0].quantity"]);
        assert_eq!(shop.level(&sample).await, (3, 2));
        shop.cancel(&who, &accepted).await.unwrap();
        assert_eq!(shop.level(&sample).await, (3, 0));
        shop.accept(&who, &rival, 1).await.unwrap();
        assert_eq!(shop.level(&sample).await, (3, 2));
    })
    .await;
}

#[tokio::test]
async fn an_offer_of_nothing_is_paid_with_its_acceptance() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let order = shop.request_quote(&who).await;
        shop.quote(&shop.admin, &order, 0).await.unwrap();
        let paid = shop.accept(&who, &order, 1).await.unwrap();
        assert_eq!(paid.payment_status(), PaymentStatus::Paid);
        shop.claim(&shop.hired("Will").await, &order).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn emptying_an_order_does_not_make_it_free() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let cup = shop.goods("Cup", 1_999, 9).await;
        let request = pb::PlaceOrderRequest {
            title: Some("Two cups".into()),
            ..lines(&[(&cup, 2)])
        };
        let order = shop.try_place(&who, request).await.unwrap().order.unwrap();
        let edit = |lines: Vec<pb::EditedLine>| pb::EditOrderRequest {
            id: order.id.clone(),
            items: Some(pb::EditedLines { lines }),
            ..Default::default()
        };
        let empty = shop
            .orders()
            .edit_order(outgoing(&who.ctx, edit(Vec::new())))
            .await;
        let empty = empty.unwrap().into_inner().order.unwrap();
        assert_eq!(
            (empty.payment_status(), state(&empty)),
            (PaymentStatus::Unpaid, QuoteState::Requested)
        );
        assert_eq!(shop.level(&cup).await, (9, 0));
        let line = pb::EditedLine {
            product_id: Some(cup.id.clone()),
            quantity: 3,
        };
        let full = shop
            .orders()
            .edit_order(outgoing(&who.ctx, edit(vec![line])))
            .await;
        let full = full.unwrap().into_inner().order.unwrap();
        assert_eq!((full.total, &full.quote), (Some(usd(5_997)), &None));
        assert!(full.expires_at.is_some());
        assert_eq!(shop.level(&cup).await, (9, 3));
    })
    .await;
}

#[tokio::test]
async fn offers_are_for_staff_and_acceptances_for_the_customer() {
    on_any_database(async |shop| {
        let (who, stranger) = (shop.customer(), shop.customer());
        let worker = shop.hired("Will").await;
        let order = shop.request_quote(&who).await;
        for (caller, expected) in [
            (&who, ErrorCode::Forbidden),
            (&stranger, ErrorCode::Forbidden),
        ] {
            assert_eq!(code(shop.quote(caller, &order, 1).await), expected);
            assert_eq!(code(shop.withdraw(caller, &order).await), expected);
        }
        shop.quote(&worker, &order, 100).await.unwrap();
        for (caller, expected) in [
            (&stranger, ErrorCode::NotFound),
            (&worker, ErrorCode::Forbidden),
            (&shop.admin, ErrorCode::Forbidden),
        ] {
            assert_eq!(code(shop.accept(caller, &order, 1).await), expected);
        }
        // Nobody prices their own order, except administrators.
        let own = shop.request_quote(&worker).await;
        assert_eq!(
            code(shop.quote(&worker, &own, 1).await),
            ErrorCode::Forbidden
        );
        // Only what an administrator does is audited.
        shop.quote(&shop.admin, &own, 1).await.unwrap();
        shop.withdraw(&shop.admin, &own).await.unwrap();
        shop.withdraw(&shop.admin, &own).await.unwrap();
        let acts = shop.audited().await;
        let acts: Vec<_> = acts
            .iter()
            .map(|(act, target)| (act.as_str(), target))
            .collect();
        assert_eq!(
            acts,
            [("order.quote", &own.id), ("order.quote_withdraw", &own.id)]
        );
        // Orders with a price have no quote.
        let cup = shop.goods("Cup", 5, 9).await;
        let priced = shop.place(&who, &[(&cup, 1)]).await;
        assert_eq!(
            code(shop.quote(&shop.admin, &priced, 1).await),
            ErrorCode::QuoteNotOpen
        );
        assert_eq!(
            code(shop.accept(&who, &priced, 0).await),
            ErrorCode::QuoteNotOpen
        );
        // Not even to read.
        assert_eq!(code(shop.get(&worker, &priced).await), ErrorCode::NotFound);
        // Nobody works on what has no price.
        let started = shop
            .change_status(&shop.admin, &order, OrderStatus::InProgress)
            .await;
        assert_eq!(code(started), ErrorCode::InvalidTransition);
        let given = shop.assign(&worker, &[&order], false).await.unwrap();
        assert_eq!(crate::crew::result_codes(&given), ["CONFLICT"]);
    })
    .await;
}

#[tokio::test]
async fn lists_filter_by_the_state_of_the_quote() {
    on_any_database(async |shop| {
        let (who, worker) = (shop.customer(), shop.hired("Will").await);
        let cup = shop.goods("Cup", 5, 9).await;
        shop.place(&who, &[(&cup, 1)]).await;
        let asked = shop.request_quote(&who).await;
        let offered = shop.request_quote(&who).await;
        shop.quote(&worker, &offered, 1).await.unwrap();
        let done = shop.request_quote(&who).await;
        shop.quote(&worker, &done, 1).await.unwrap();
        shop.accept(&who, &done, 1).await.unwrap();
        let gone = shop.request_quote(&who).await;
        shop.cancel(&who, &gone).await.unwrap();
        let ids = async |viewer: &Somebody, states: &[QuoteState]| {
            let orders = shop.list(viewer, states).await;
            let mut ids: Vec<_> = orders.into_iter().map(|order| order.id).collect();
            ids.sort_unstable();
            ids
        };
        let of = |orders: &[&pb::Order]| {
            let mut ids: Vec<_> = orders.iter().map(|order| order.id.clone()).collect();
            ids.sort_unstable();
            ids
        };
        let all = [
            QuoteState::Requested,
            QuoteState::Offered,
            QuoteState::Accepted,
            QuoteState::Expired,
        ];
        for viewer in [&shop.admin, &who] {
            assert_eq!(
                ids(viewer, &all).await,
                of(&[&asked, &offered, &done, &gone])
            );
            assert_eq!(ids(viewer, &[QuoteState::Accepted]).await, of(&[&done]));
        }
        assert_eq!(ids(&worker, &all).await, of(&[&asked, &offered, &done]));
        assert_eq!(ids(&worker, &[QuoteState::Requested]).await, of(&[&asked]));
        let stranger = shop.somebody(Role::Customer, "Carl");
        assert!(ids(&stranger, &all).await.is_empty());
        // Who may not read addresses does not find out by searching for them.
        let address = asked.customer.as_ref().unwrap().email.clone().unwrap();
        let request = pb::ListOrdersRequest {
            q: address,
            quotes: vec![QuoteState::Requested.into()],
            ..Default::default()
        };
        let found = async |viewer: &Somebody| {
            let request = outgoing(&viewer.ctx, request.clone());
            let answer = shop.orders().list_orders(request).await.unwrap();
            answer.into_inner().orders.len()
        };
        assert_eq!((found(&shop.admin).await, found(&worker).await), (2, 0));
    })
    .await;
}

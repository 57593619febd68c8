//! Beginning and reading payments.

use std::time::Duration;

use waybill_primitives::{Clock as _, Currency, Money, Role};
use waybill_proto::{
    common::PageRequest,
    order,
    payment::{self as proto, PaymentState},
};
use waybill_service_kit::{AppError, CallContext, ErrorCode, ErrorKind};

use crate::shop::{TOTAL, code, on_any_database, on_each_database, sqlite};

#[tokio::test]
async fn a_payment_takes_its_amount_from_the_order() {
    on_any_database(async |shop| {
        let (customer, order, payment) = shop.pending().await;
        assert_eq!(payment.state(), PaymentState::Pending);
        assert_eq!(payment.order_number, order.order_number);
        assert_eq!(payment.customer_id, customer.id.to_string());
        let amount = payment.amount.unwrap();
        assert_eq!((amount.amount, amount.currency.as_str()), (TOTAL, "USD"));
        let page = format!("/api/v1/sandbox/checkout/{}", payment.id);
        assert_eq!(payment.redirect_url, Some(page));
        assert_eq!(
            shop.events_of(&payment.id).await,
            [(1, "created".to_owned())]
        );
        assert_eq!(shop.get(&customer.ctx, &payment.id).await.unwrap(), payment);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn only_the_owner_and_administrators_pay_an_order() {
    let shop = sqlite().await;
    let (owner, worker) = (shop.customer(), shop.person(Role::Staff));
    let mut order = shop.order_of(&owner);
    order.assignee = Some(order::Assignee {
        id: worker.id.to_string(),
        name: "Wim Worker".to_owned(),
    });
    shop.orders.put(&order);
    let stranger = shop.customer();
    let anonymous = CallContext::anonymous();
    assert_eq!(
        code(shop.create(&anonymous, &order.id).await),
        "UNAUTHENTICATED"
    );
    let forged = CallContext::anonymous().with_token("e30.e30.e30");
    assert_eq!(
        code(shop.create(&forged, &order.id).await),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        code(shop.create(&stranger.ctx, &order.id).await),
        "NOT_FOUND"
    );
    // The worker may see the order, but must not pay it.
    assert_eq!(code(shop.create(&worker.ctx, &order.id).await), "NOT_FOUND");
    assert!(shop.events().await.is_empty());

    shop.create(&owner.ctx, &order.id).await.unwrap();
    let by_admin = shop.create(&shop.admin().ctx, &order.id).await.unwrap();
    let customer = by_admin.payment.unwrap().customer_id;
    assert_eq!(
        customer,
        owner.id.to_string(),
        "the payment is the customer's"
    );
}

#[tokio::test]
async fn an_order_that_takes_no_money_is_refused() {
    let shop = sqlite().await;
    let customer = shop.customer();
    let change = |change: &dyn Fn(&mut order::Order)| {
        let mut order = shop.order_of(&customer);
        change(&mut order);
        shop.orders.put(&order);
        order.id
    };
    let past = shop.clock.now();
    let ids = [
        change(&|order| order.set_payment_status(order::PaymentStatus::Paid)),
        change(&|order| order.set_payment_status(order::PaymentStatus::Refunded)),
        change(&|order| order.set_status(order::OrderStatus::Cancelled)),
        change(&|order| order.expires_at = Some(past)),
        change(&|order| order.total = Some(Money::zero(Currency::USD))),
    ];
    for id in ids {
        let error = shop.create(&customer.ctx, &id).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
        assert_eq!(error.code, ErrorCode::OrderNotPayable, "{error}");
    }
    assert!(shop.events().await.is_empty(), "nothing began");

    // After a failed attempt the order can still be paid.
    let again = change(&|order| order.set_payment_status(order::PaymentStatus::Failed));
    shop.create(&customer.ctx, &again).await.unwrap();
}

#[tokio::test]
async fn an_order_is_not_paid_twice_before_it_knows_of_the_payment() {
    let shop = sqlite().await;
    let (customer, order, _) = shop.paid().await;
    // The order service still says UNPAID.
    assert_eq!(
        code(shop.create(&customer.ctx, &order.id).await),
        "ORDER_NOT_PAYABLE"
    );
}

fn request_for(order: &order::Order) -> proto::CreatePaymentRequest {
    proto::CreatePaymentRequest {
        order_id: order.id.clone(),
        provider: proto::Provider::Sandbox.into(),
        ..proto::CreatePaymentRequest::default()
    }
}

fn fields(error: &AppError) -> Vec<&str> {
    error
        .fields
        .iter()
        .map(|field| field.field.as_str())
        .collect()
}

#[tokio::test]
async fn bad_requests_are_refused_with_their_invalid_fields() {
    let shop = sqlite().await;
    let customer = shop.customer();
    let order = shop.order_of(&customer);
    let cases = [
        (
            proto::CreatePaymentRequest {
                provider: proto::Provider::Stripe.into(),
                ..request_for(&order)
            },
            vec!["provider"],
        ),
        (
            proto::CreatePaymentRequest {
                provider: proto::Provider::Paypal.into(),
                ..request_for(&order)
            },
            vec!["provider"],
        ),
        (
            proto::CreatePaymentRequest {
                provider: 99,
                ..request_for(&order)
            },
            vec!["provider"],
        ),
        (
            proto::CreatePaymentRequest {
                order_id: "order-1".to_owned(),
                ..request_for(&order)
            },
            vec!["orderId"],
        ),
        (
            proto::CreatePaymentRequest {
                success_url: "javascript:alert(1)".to_owned(),
                cancel_url: "//evil.example".to_owned(),
                ..request_for(&order)
            },
            vec!["successUrl", "cancelUrl"],
        ),
    ];
    for (request, at_fault) in cases {
        let error = shop.create_with(&customer.ctx, request).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationError, "{error}");
        assert_eq!(fields(&error), at_fault, "{error}");
    }
    assert!(shop.events().await.is_empty(), "nothing began");
}

#[tokio::test]
async fn an_unavailable_order_service_is_reported_and_nothing_begins() {
    let shop = sqlite().await;
    let customer = shop.customer();
    let order = shop.order_of(&customer);
    shop.orders.set_away(true);
    assert_eq!(
        code(shop.create(&customer.ctx, &order.id).await),
        "UNAVAILABLE"
    );
    assert!(shop.events().await.is_empty());
    shop.orders.set_away(false);
    shop.create(&customer.ctx, &order.id).await.unwrap();
}

#[tokio::test]
async fn payments_are_shown_to_their_customer_and_to_administrators() {
    let shop = sqlite().await;
    let (customer, order, payment) = shop.pending().await;
    let of_order = proto::ListPaymentsRequest {
        order_id: order.id.clone(),
        ..proto::ListPaymentsRequest::default()
    };
    for person in [&customer, &shop.admin()] {
        assert_eq!(shop.get(&person.ctx, &payment.id).await.unwrap(), payment);
        let page = shop.list(&person.ctx, of_order.clone()).await.unwrap();
        assert_eq!(page.payments, std::slice::from_ref(&payment));
    }
    for person in [shop.customer(), shop.person(Role::Staff)] {
        assert_eq!(code(shop.get(&person.ctx, &payment.id).await), "NOT_FOUND");
        assert_eq!(
            code(shop.list(&person.ctx, of_order.clone()).await),
            "NOT_FOUND"
        );
        let all = shop.list(&person.ctx, proto::ListPaymentsRequest::default());
        assert_eq!(code(all.await), "FORBIDDEN");
    }
    let anonymous = CallContext::anonymous();
    assert_eq!(
        code(shop.get(&anonymous, &payment.id).await),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        code(shop.list(&anonymous, of_order).await),
        "UNAUTHENTICATED"
    );

    // An own order without payments has an empty list; a missing order has none.
    let unpaid = shop.order_of(&customer);
    let list = |id: &str| proto::ListPaymentsRequest {
        order_id: id.to_owned(),
        ..proto::ListPaymentsRequest::default()
    };
    let page = shop.list(&customer.ctx, list(&unpaid.id)).await.unwrap();
    assert!(page.payments.is_empty());
    let nowhere = uuid::Uuid::now_v7().to_string();
    assert_eq!(
        code(shop.list(&customer.ctx, list(&nowhere)).await),
        "NOT_FOUND"
    );
    assert_eq!(code(shop.get(&customer.ctx, &nowhere).await), "NOT_FOUND");
    // For administrators, the order is a filter, or what the list belongs to.
    let admin = shop.admin();
    let page = shop.list(&admin.ctx, list(&nowhere)).await.unwrap();
    assert!(page.payments.is_empty());
    let of_order = proto::ListPaymentsRequest {
        of_order: true,
        ..list(&nowhere)
    };
    assert_eq!(code(shop.list(&admin.ctx, of_order).await), "NOT_FOUND");
}

#[tokio::test]
async fn an_order_is_not_payable_before_its_customer_accepts_a_quote() {
    use waybill_proto::order::{Quote, QuoteState};
    let shop = sqlite().await;
    let customer = shop.customer();
    let mut order = shop.order_of(&customer);
    for state in [
        QuoteState::Requested,
        QuoteState::Offered,
        QuoteState::Expired,
    ] {
        order.quote = Some(Quote {
            state: state.into(),
            ..Quote::default()
        });
        shop.orders.put(&order);
        let refused = shop.create(&customer.ctx, &order.id).await;
        assert_eq!(code(refused), "ORDER_NOT_PAYABLE", "{state:?}");
    }
    order.quote = Some(Quote {
        state: QuoteState::Accepted.into(),
        ..Quote::default()
    });
    shop.orders.put(&order);
    shop.create(&customer.ctx, &order.id).await.unwrap();
}

#[tokio::test]
async fn the_list_is_paged_newest_first_and_filtered() {
    on_each_database(async |shop| {
        let (customer, order) = {
            let customer = shop.customer();
            let order = shop.order_of(&customer);
            (customer, order)
        };
        let mut ids = Vec::new();
        for _ in 0..5 {
            shop.clock.advance(Duration::from_secs(1));
            ids.insert(0, shop.begin(&customer, &order).await.id);
        }
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let request = proto::ListPaymentsRequest {
                order_id: order.id.clone(),
                page: Some(PageRequest {
                    limit: 2,
                    cursor,
                    total: true,
                }),
                ..proto::ListPaymentsRequest::default()
            };
            let page = shop.list(&customer.ctx, request).await.unwrap();
            seen.extend(page.payments.into_iter().map(|payment| payment.id));
            let info = page.page.unwrap();
            assert_eq!(info.total, Some(5));
            cursor = info.next_cursor.unwrap_or_default();
            if cursor.is_empty() {
                break;
            }
        }
        assert_eq!(seen, ids);

        shop.succeed(&ids[3]).await.unwrap();
        let succeeded = proto::ListPaymentsRequest {
            states: vec![PaymentState::Succeeded.into()],
            ..proto::ListPaymentsRequest::default()
        };
        let page = shop.list(&shop.admin().ctx, succeeded).await.unwrap();
        assert_eq!(page.payments.len(), 1);
        assert_eq!(page.payments[0].id, ids[3]);

        for page in [
            PageRequest {
                limit: 101,
                ..PageRequest::default()
            },
            PageRequest {
                cursor: "next".to_owned(),
                ..PageRequest::default()
            },
        ] {
            let request = proto::ListPaymentsRequest {
                page: Some(page),
                ..proto::ListPaymentsRequest::default()
            };
            let refused = shop.list(&shop.admin().ctx, request).await;
            assert_eq!(code(refused), "VALIDATION_ERROR");
        }
    })
    .await;
}

//! Invoices after payments, and credit notes after refunds.

use futures::future::join_all;
use waybill_bus::Envelope;
use waybill_order::verify;
use waybill_primitives::{EventId, Role};
use waybill_proto::{
    order::{self as pb, InvoiceKind, OrderEvent},
    payment::{PaymentEvent, Provider},
};
use waybill_service_kit::{AppError, ErrorCode};
use waybill_store::outbox_events;
use waybill_testkit::payment_changed;

use crate::shop::{
    Shop, Somebody, lines, on_any_database, on_each_database, outgoing, payment_of, usd,
};

pub async fn list(
    shop: &Shop,
    who: &Somebody,
    order: &pb::Order,
) -> Result<Vec<pb::Invoice>, AppError> {
    shop.flush().await;
    let request = pb::ListInvoicesRequest {
        order_id: order.id.clone(),
    };
    let answer = shop
        .invoices()
        .list_invoices(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().invoices)
}

async fn get(shop: &Shop, who: &Somebody, id: &str) -> Result<pb::Invoice, AppError> {
    let request = pb::GetInvoiceRequest { id: id.to_owned() };
    let answer = shop
        .invoices()
        .get_invoice(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner().invoice.unwrap())
}

async fn render(
    shop: &Shop,
    who: &Somebody,
    id: &str,
) -> Result<pb::RenderInvoiceResponse, AppError> {
    let request = pb::RenderInvoiceRequest { id: id.to_owned() };
    let answer = shop
        .invoices()
        .render_invoice(outgoing(&who.ctx, request))
        .await?;
    Ok(answer.into_inner())
}

/// The events of orders so far with other ids, as after a repair by hand: the inbox does not know them.
async fn again(shop: &Shop) -> Vec<Envelope> {
    let mut events = outbox_events(&shop.db, "order", None, 1_000).await.unwrap();
    for event in &mut events {
        event.id = EventId::new();
    }
    events
}

fn numbers(invoices: &[pb::Invoice]) -> Vec<i64> {
    let number = |invoice: &pb::Invoice| invoice.number.rsplit('-').next().unwrap().parse();
    let mut numbers: Vec<i64> = invoices.iter().map(|it| number(it).unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test]
async fn a_paid_order_has_one_invoice_however_often_its_event_arrives() {
    on_each_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 500, 10).await, shop.customer());
        let mut request = lines(&[(&cup, 3)]);
        request.shipping_address = Some(pb::Address {
            line1: "12 St James's Square".into(),
            city: "London".into(),
            country: "GB".into(),
            ..Default::default()
        });
        let order = shop.try_place(&who, request).await.unwrap().order.unwrap();
        assert_eq!(list(shop, &who, &order).await.unwrap(), []);
        let mut paid = payment_of(&order);
        paid.set_provider(Provider::Stripe);
        shop.send_event(&paid, &payment_changed(PaymentEvent::Succeeded, &paid))
            .await;
        let invoices = list(shop, &who, &order).await.unwrap();
        let [invoice] = invoices.as_slice() else {
            panic!("{invoices:?}");
        };
        assert_eq!(invoice.kind(), InvoiceKind::Invoice);
        assert!(invoice.number.starts_with("INV-20") && invoice.number.ends_with("-000001"));
        assert_eq!(
            (invoice.total, invoice.subtotal),
            (Some(usd(1_500)), Some(usd(1_500)))
        );
        assert_eq!(
            (invoice.lines[0].name.as_str(), invoice.lines[0].quantity),
            ("Cup", 3)
        );
        assert_eq!(invoice.order_number, order.order_number);
        assert_eq!(
            invoice.payment.as_ref().unwrap().provider.as_deref(),
            Some("STRIPE")
        );
        let customer = invoice.customer.as_ref().unwrap();
        assert_eq!(customer.name, "Carla Customer");
        assert_eq!(customer.shipping_address.as_ref().unwrap().city, "London");
        assert_eq!(shop.events("invoice", &invoice.id).await, ["issued"]);
        let published = shop.published::<pb::InvoiceIssued>().await;
        assert_eq!(published[0].invoice.as_ref(), Some(invoice));
        for event in again(shop).await {
            shop.deliver(event).await;
        }
        assert_eq!(list(shop, &who, &order).await.unwrap(), invoices);
        // What changes later is not on it.
        let settings = pb::UpdateSettingsRequest {
            legal_name: Some("Other Ltd".into()),
            ..Default::default()
        };
        let settings = outgoing(&shop.admin.ctx, settings);
        shop.settings().update_settings(settings).await.unwrap();
        assert_eq!(get(shop, &who, &invoice.id).await.unwrap(), *invoice);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn orders_that_two_replicas_see_at_once_get_numbers_without_gaps() {
    on_each_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 500, 100).await, shop.customer());
        let second = shop.second().await;
        let mut orders = Vec::new();
        for _ in 0..24 {
            orders.push(shop.place(&who, &[(&cup, 1)]).await);
        }
        for (n, order) in orders.iter().enumerate() {
            let paid = shop.pay(order).await;
            if n % 3 == 0 {
                shop.refund(&paid, 2, 100, &[]).await;
            }
        }
        shop.flush().await;
        for sql in ["DELETE FROM invoices", "DELETE FROM invoice_series"] {
            shop.statement(sql).await;
        }
        // Both get all events, at the same time.
        let mut deliveries = Vec::new();
        for replica in [shop, &second, shop, &second] {
            deliveries.extend(
                again(shop)
                    .await
                    .into_iter()
                    .map(|event| replica.deliver(event)),
            );
        }
        join_all(deliveries).await;
        let mut all = Vec::new();
        for order in &orders {
            all.extend(list(shop, &who, order).await.unwrap());
        }
        let of = |kind| {
            let of = all.iter().filter(|it| it.kind() == kind);
            numbers(&of.cloned().collect::<Vec<_>>())
        };
        assert_eq!(of(InvoiceKind::Invoice), (1..=24).collect::<Vec<_>>());
        assert_eq!(of(InvoiceKind::CreditNote), (1..=8).collect::<Vec<_>>());
        second.close().await;
    })
    .await;
}

#[tokio::test]
async fn each_refund_has_a_credit_note_for_its_part() {
    on_each_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 500, 10).await, shop.customer());
        let order = shop.place(&who, &[(&cup, 2)]).await;
        let paid = shop.pay(&order).await;
        shop.refund(&paid, 2, 300, &[]).await;
        // The same again, then the rest.
        shop.refund(&paid, 3, 300, &[]).await;
        shop.refund(&paid, 4, 1_000, &[]).await;
        let all = list(shop, &who, &order).await.unwrap();
        let [invoice, first, second] = all.as_slice() else {
            panic!("{all:?}");
        };
        for (note, amount) in [(first, 300), (second, 700)] {
            assert_eq!(note.kind(), InvoiceKind::CreditNote);
            assert!(note.number.starts_with("CN-20"), "{}", note.number);
            assert_eq!(note.total, Some(usd(amount)));
            assert_eq!(note.refers_to_id.as_ref(), Some(&invoice.id));
            assert_eq!(note.refers_to.as_ref(), Some(&invoice.number));
            assert_eq!(note.reason.as_deref(), Some("broken"));
        }
        assert_eq!(numbers(&[first.clone(), second.clone()]), [1, 2]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_comes_before_the_payment_has_an_invoice_too() {
    on_any_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 500, 10).await, shop.customer());
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let paid = payment_of(&order);
        shop.refund(&paid, 2, 200, &[]).await;
        let succeeded = payment_changed(PaymentEvent::Succeeded, &paid);
        shop.send_event(&paid, &succeeded).await;
        let kinds = |all: Vec<pb::Invoice>| all.iter().map(pb::Invoice::kind).collect::<Vec<_>>();
        let both = [InvoiceKind::Invoice, InvoiceKind::CreditNote];
        assert_eq!(kinds(list(shop, &who, &order).await.unwrap()), both);
        // A payment that the order does not accept has neither.
        let second = shop.pay(&order).await;
        shop.refund(&second, 2, 500, &[]).await;
        assert_eq!(kinds(list(shop, &who, &order).await.unwrap()), both);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_cost_nothing_or_was_paid_before_has_none() {
    on_any_database(async |shop| {
        let who = shop.customer();
        let free = pb::UpdateSettingsRequest {
            free_orders: Some(true),
            ..Default::default()
        };
        let free = outgoing(&shop.admin.ctx, free);
        shop.settings().update_settings(free).await.unwrap();
        let gift = shop.service("Gift", 0).await;
        let order = shop.place(&who, &[(&gift, 1)]).await;
        shop.last_change(OrderEvent::Paid, &order).await;
        assert_eq!(list(shop, &who, &order).await.unwrap(), []);
        // As if the first start with invoices had been after the payment.
        let cup = shop.goods("Cup", 500, 10).await;
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let paid = shop.pay(&order).await;
        shop.flush().await;
        for sql in [
            "DELETE FROM invoices",
            "DELETE FROM invoice_series",
            "UPDATE payment_attempts SET closed_at = closed_at - 3600000000",
        ] {
            shop.statement(sql).await;
        }
        for event in again(shop).await {
            shop.deliver(event).await;
        }
        shop.refund(&paid, 2, 200, &[]).await;
        assert_eq!(list(shop, &who, &order).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn only_the_customer_and_administrators_read_invoices() {
    on_any_database(async |shop| {
        let (advice, owner) = (shop.service("Advice", 700).await, shop.customer());
        let order = shop.place(&owner, &[(&advice, 1)]).await;
        shop.pay(&order).await;
        let worker = shop.worker();
        shop.claim(&worker, &order).await.unwrap();
        let id = list(shop, &owner, &order).await.unwrap()[0].id.clone();
        for reader in [&owner, &shop.admin] {
            assert_eq!(list(shop, reader, &order).await.unwrap().len(), 1);
            assert_eq!(get(shop, reader, &id).await.unwrap().id, id);
            assert!(
                render(shop, reader, &id)
                    .await
                    .unwrap()
                    .pdf
                    .starts_with(b"%PDF-")
            );
        }
        let stranger = shop.somebody(Role::Customer, "Sam Stranger");
        for stranger in [&stranger, &worker, &shop.guest()] {
            let error = list(shop, stranger, &order).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::NotFound);
            let error = get(shop, stranger, &id).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::NotFound);
            let error = render(shop, stranger, &id).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::NotFound);
        }
    })
    .await;
}

#[tokio::test]
async fn guests_read_theirs_and_the_file_is_always_the_same() {
    on_any_database(async |shop| {
        let seller = pb::UpdateSettingsRequest {
            legal_name: Some("Corner Shop Ltd".into()),
            address: Some("1 Market Square\nLondon".into()),
            tax_id: Some("GB123456789".into()),
            billing_email: Some("billing@example.com".into()),
            invoice_note: Some("Thank you.".into()),
            ..Default::default()
        };
        let seller = outgoing(&shop.admin.ctx, seller);
        shop.settings().update_settings(seller).await.unwrap();
        let (cup, guest) = (shop.goods("Größe 茶 👩‍👩‍👧", 500, 10).await, shop.guest());
        let order = shop.place(&guest, &[(&cup, 1)]).await;
        shop.pay(&order).await;
        let invoice = list(shop, &guest, &order).await.unwrap().remove(0);
        let seller = invoice.seller.as_ref().unwrap();
        assert_eq!(seller.name, "Corner Shop Ltd");
        assert_eq!(seller.address, ["1 Market Square", "London"]);
        let first = render(shop, &guest, &invoice.id).await.unwrap();
        assert_eq!(first.file_name, format!("{}.pdf", invoice.number));
        assert_eq!(render(shop, &guest, &invoice.id).await.unwrap(), first);
    })
    .await;
}

#[tokio::test]
async fn a_replacement_shows_the_invoice_of_the_order_that_was_paid() {
    on_any_database(async |shop| {
        let (advice, who) = (shop.service("Advice", 700).await, shop.customer());
        let order = shop.place(&who, &[(&advice, 1)]).await;
        let paid = shop.pay(&order).await;
        let worker = shop.hired("Will").await;
        shop.claim(&worker, &order).await.unwrap();
        let decided = shop.reassign(&worker, &order, None, true).await.unwrap();
        let replacement = decided.replacement.unwrap();
        shop.refund(&paid, 2, 200, &[]).await;
        let all = list(shop, &who, &replacement).await.unwrap();
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(all[0].order_number, order.order_number);
        assert_eq!(all[1].refers_to_id.as_ref(), Some(&all[0].id));
    })
    .await;
}

#[tokio::test]
async fn verify_finds_gaps_and_credit_notes_of_too_much() {
    on_each_database(async |shop| {
        let (cup, who) = (shop.goods("Cup", 500, 10).await, shop.customer());
        let order = shop.place(&who, &[(&cup, 1)]).await;
        let paid = shop.pay(&order).await;
        shop.refund(&paid, 2, 200, &[]).await;
        shop.flush().await;
        let finds = async |damage: &str, repair: &str, what: &str| {
            shop.statement(damage).await;
            let found = verify(&shop.db).await.unwrap();
            assert!(
                found.iter().any(|it| it.contains(what)),
                "{damage}: {found:?}"
            );
            shop.statement(repair).await;
            shop.verify().await;
        };
        finds(
            "UPDATE invoice_series SET last = last + 1",
            "UPDATE invoice_series SET last = last - 1",
            "series INV-",
        )
        .await;
        finds(
            "UPDATE invoices SET total = 501 WHERE kind = 'CREDIT_NOTE'",
            "UPDATE invoices SET total = 200 WHERE kind = 'CREDIT_NOTE'",
            "take back 501",
        )
        .await;
        finds(
            "UPDATE invoices SET kind = 'CREDIT_NOTE' WHERE kind = 'INVOICE'",
            "UPDATE invoices SET kind = 'INVOICE' WHERE refers_to IS NULL",
            "does not go with its order",
        )
        .await;
    })
    .await;
}

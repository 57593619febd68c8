//! Invoices and credit notes by mail.

use waybill_primitives::{Currency, Money, Role};
use waybill_proto::order::{Invoice, InvoiceIssued, Order};
use waybill_testkit::on_any_database;

use crate::{
    shipments::mails,
    support::{Person, World, order_of},
};

on_any_database! {
    customers_get_each_document_once_with_a_link,
}

/// A document as published; its aggregate is its id.
async fn issue(world: &World, order: &Order, number: &str, refers_to: Option<&str>) {
    let id = uuid::Uuid::now_v7();
    let event = InvoiceIssued {
        invoice: Some(Invoice {
            id: id.to_string(),
            number: number.to_owned(),
            total: Some(Money::new(1_999, Currency::USD)),
            refers_to: refers_to.map(str::to_owned),
            ..Default::default()
        }),
        order: Some(order.clone()),
    };
    world.event(id, 1, &event).await;
}

async fn customers_get_each_document_once_with_a_link(world: &World) {
    let customer = Person::new("Ada", Role::Customer);
    let mut order = order_of(&customer, "W261121-AAAAAAA");
    issue(world, &order, "INV-2026-000001", None).await;
    order.guest = true;
    issue(world, &order, "CN-2026-000001", Some("INV-2026-000001")).await;
    assert_eq!(world.kinds(&customer).await, Vec::<String>::new());
    let mails = mails(world, &customer).await;
    let [(invoice, invoice_text, html), (note, note_text, _)] = mails.as_slice() else {
        panic!("{mails:?}");
    };
    assert_eq!(invoice, "Invoice INV-2026-000001");
    assert_eq!(note, "Credit note CN-2026-000001");
    assert!(invoice_text.contains("19.99 USD"), "{invoice_text}");
    let page = format!("https://shop.example/orders/{}", order.id);
    assert!(invoice_text.contains(&page), "{invoice_text}");
    assert!(html.contains(&order.id), "{html}");
    assert!(note_text.contains("invoice INV-2026-000001"), "{note_text}");
    // Guests have no account to sign in to.
    let page = format!("https://shop.example/track/{}", order.id);
    assert!(note_text.contains(&page), "{note_text}");
}

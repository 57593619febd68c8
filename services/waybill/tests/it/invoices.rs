//! Invoices through the gateway: from the payment to the file, the mail and the credit note.

use reqwest::Method;
use serde_json::json;
use waybill_testkit::{ADMIN, Platform, Shape};

use crate::support::bin;

#[tokio::test]
async fn an_invoice_is_issued_mailed_downloaded_and_credited_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let owner = anyone.register("o@example.com", "Olga", "O").await;
    let stranger = anyone.register("s@example.com", "Sam", "S").await;
    let seller = json!({"legalName": "Corner Shop Ltd", "address": "1 Market Square\nLondon"});
    admin.patch("/admin/settings", seller).await.expect(200);
    let cup = admin.product("CUP", "GOODS", 500, 10).await;
    let request = json!({"items": [{"productId": cup, "quantity": 2}]});
    let order = owner.post("/orders", request).await.expect(201);
    let order = order["id"].as_str().unwrap();
    let payment = owner.pay(order).await;

    let list = format!("/orders/{order}/invoices");
    let documents = |count: usize| {
        move |page: &serde_json::Value| page["items"].as_array().unwrap().len() == count
    };
    let page = owner.until(&list, "the invoice", documents(1)).await;
    let invoice = &page["items"][0];
    assert_eq!(invoice["kind"], "INVOICE");
    assert_eq!(invoice["total"], json!({"amount": 1000, "currency": "USD"}));
    assert_eq!(invoice["seller"]["name"], "Corner Shop Ltd");
    assert_eq!(invoice["payment"]["provider"], "SANDBOX");
    let one = format!("/invoices/{}", invoice["id"].as_str().unwrap());
    assert_eq!(&owner.get(&one).await.expect(200), invoice);

    let file = format!("/api/v1{one}/pdf");
    let answer = owner.raw(Method::GET, &file, &[], None).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/pdf");
    let name = answer.headers["content-disposition"].to_str().unwrap();
    assert!(name.contains(invoice["number"].as_str().unwrap()), "{name}");
    for path in [&list, &one, &format!("{one}/pdf")] {
        assert_eq!(stranger.get(path).await.refused(404), "NOT_FOUND");
    }

    let refund = json!({"amount": {"amount": 300, "currency": "USD"}, "reason": "One is broken"});
    let refunds = format!("/admin/payments/{payment}/refunds");
    admin.post(&refunds, refund).await.expect(201);
    let page = admin.until(&list, "the credit note", documents(2)).await;
    let note = &page["items"][1];
    assert_eq!(note["kind"], "CREDIT_NOTE");
    assert_eq!(note["total"]["amount"], 300);
    assert_eq!(note["refersToId"], invoice["id"]);
    for document in [invoice, note] {
        let number = document["number"].as_str().unwrap();
        admin
            .until("/admin/deliveries?limit=100", "the mail", |page| {
                let mails = page["items"].as_array().unwrap().iter();
                let subjects = mails.filter_map(|mail| mail["subject"].as_str());
                subjects.filter(|subject| subject.ends_with(number)).count() == 1
            })
            .await;
    }
    platform.verify().await.unwrap();
}

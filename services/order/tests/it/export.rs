//! The export of orders: every order of the list, once, and safe to open in spreadsheets.

use futures::StreamExt as _;
use waybill_primitives::Role;
use waybill_proto::{
    Event as _,
    order::{self as pb, AuditRecorded, OrderSort},
};
use waybill_service_kit::{AppError, ErrorKind};

use crate::{
    search::list,
    shop::{Shop, Somebody, lines, on_any_database, on_each_database, outgoing},
};

async fn export(
    shop: &Shop,
    who: &Somebody,
    filter: pb::ListOrdersRequest,
) -> Result<Vec<Vec<String>>, AppError> {
    let request = pb::ExportOrdersRequest {
        filter: Some(filter),
    };
    let answer = shop
        .analytics()
        .export_orders(outgoing(&who.ctx, request))
        .await?;
    let mut chunks = answer.into_inner();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        bytes.extend(chunk?.chunk);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(bytes.as_slice());
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    Ok(rows.collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_has_the_lines_of_the_list() {
    on_each_database(async |shop| {
        let carla = shop.customer();
        let fence = shop.service("Fence", 1_999).await;
        // More than one page.
        let mut tasks = Vec::new();
        for number in 0..520_i64 {
            let request = pb::PlaceOrderRequest {
                title: Some(format!("Order {number}")),
                ..lines(&[(&fence, 1 + number % 3)])
            };
            tasks.push(shop.try_place(&carla, request));
        }
        let placed: Vec<_> = futures::stream::iter(tasks)
            .buffer_unordered(16)
            .collect()
            .await;
        assert!(placed.iter().all(Result::is_ok));

        let rows = export(shop, &shop.admin, pb::ListOrdersRequest::default())
            .await
            .unwrap();
        assert_eq!(rows[0][..3], ["id", "orderNumber", "status"]);
        assert_eq!(rows.len(), 521);
        let mut ids: Vec<_> = rows[1..].iter().map(|row| row[0].clone()).collect();
        let newest = list(shop, &shop.admin, pb::ListOrdersRequest::default())
            .await
            .orders;
        let first: Vec<_> = newest.iter().map(|order| order.id.clone()).collect();
        assert_eq!(ids[..20], first);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 520);

        let some = pb::ListOrdersRequest {
            min_total: Some(4_000),
            sort: OrderSort::Oldest.into(),
            ..Default::default()
        };
        let rows = export(shop, &shop.admin, some).await.unwrap();
        assert_eq!(rows.len(), 1 + 173);
        let header = rows[0].clone();
        let cell = |name: &str| rows[1][header.iter().position(|n| n == name).unwrap()].as_str();
        assert_eq!(cell("total"), "59.97");
        assert_eq!(cell("currency"), "USD");
        assert_eq!(cell("items"), "3 × Fence");
        assert_eq!(cell("customerName"), "Carla Customer");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_of_customers_is_never_exported_as_a_formula() {
    on_any_database(async |shop| {
        let evil = shop.somebody(Role::Customer, "=HYPERLINK(\"http://evil\")");
        let request = pb::PlaceOrderRequest {
            title: Some("+1, \"quoted\"".into()),
            description: Some("x".into()),
            ..lines(&[])
        };
        shop.try_place(&evil, request).await.unwrap();
        let rows = export(shop, &shop.admin, pb::ListOrdersRequest::default())
            .await
            .unwrap();
        let (name, title) = (&rows[1][9], &rows[1][14]);
        assert_eq!(name, "'=HYPERLINK(\"http://evil\")");
        assert_eq!(title, "'+1, \"quoted\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_for_administrators_and_is_recorded() {
    on_any_database(async |shop| {
        for who in [shop.customer(), shop.worker()] {
            let refused = export(shop, &who, pb::ListOrdersRequest::default()).await;
            assert_eq!(refused.unwrap_err().kind, ErrorKind::Forbidden);
        }
        let bad = pb::ListOrdersRequest {
            customer_id: "nobody".into(),
            ..Default::default()
        };
        let refused = export(shop, &shop.admin, bad).await.unwrap_err();
        assert_eq!(refused.fields[0].field, "customerId");
        export(shop, &shop.admin, pb::ListOrdersRequest::default())
            .await
            .unwrap();
        let records = waybill_store::outbox_events(&shop.db, "audit", None, 100)
            .await
            .unwrap();
        let read = |event: &waybill_bus::Envelope| {
            assert_eq!([event.subject.as_str()], AuditRecorded::SUBJECTS);
            waybill_store::decode::<AuditRecorded>(event)
                .unwrap()
                .record
                .unwrap()
                .action
        };
        let actions: Vec<_> = records.iter().map(read).collect();
        assert_eq!(actions, ["orders.export"]);
    })
    .await;
}

//! Products as CSV: every line is reported, invalid lines do not block others, and an export can be imported unchanged.

use futures::stream;
use waybill_proto::{
    json::Named as _,
    order::{self as pb, ImportLine, ImportProductsResponse},
};
use waybill_service_kit::{AppError, ErrorCode};

use crate::shop::{Shop, Somebody, fields, on_any_database, on_each_database, outgoing, usd};

async fn import_as(
    shop: &Shop,
    who: &Somebody,
    file: &[u8],
    dry_run: bool,
) -> Result<ImportProductsResponse, AppError> {
    let message = |chunk: &[u8], last| pb::ImportProductsRequest {
        dry_run,
        chunk: chunk.to_vec(),
        last,
    };
    let chunks = file.chunks(7_777).map(|chunk| message(chunk, false));
    let chunks: Vec<_> = chunks.chain([message(&[], true)]).collect();
    let request = outgoing(&who.ctx, stream::iter(chunks));
    let mut answers = shop
        .catalogue()
        .import_products(request)
        .await?
        .into_inner();
    let mut all = ImportProductsResponse::default();
    while let Some(answer) = answers.message().await? {
        all.created += answer.created;
        all.updated += answer.updated;
        all.unchanged += answer.unchanged;
        all.failed += answer.failed;
        all.lines.extend(answer.lines);
    }
    Ok(all)
}

async fn import(shop: &Shop, file: &str) -> ImportProductsResponse {
    import_as(shop, &shop.admin, file.as_bytes(), false)
        .await
        .unwrap()
}

fn counts(answer: &ImportProductsResponse) -> (i64, i64, i64, i64) {
    (
        answer.created,
        answer.updated,
        answer.unchanged,
        answer.failed,
    )
}

fn errors(line: &ImportLine) -> Vec<&str> {
    line.faults
        .iter()
        .map(|error| error.field.as_str())
        .collect()
}

async fn export(shop: &Shop, filter: pb::ListProductsRequest) -> String {
    let request = pb::ExportProductsRequest {
        filter: Some(filter),
    };
    let request = outgoing(&shop.admin.ctx, request);
    let mut chunks = shop
        .catalogue()
        .export_products(request)
        .await
        .unwrap()
        .into_inner();
    let mut file = Vec::new();
    while let Some(answer) = chunks.message().await.unwrap() {
        file.extend(answer.chunk);
    }
    String::from_utf8(file).unwrap()
}

async fn by_sku(shop: &Shop, sku: &str) -> pb::Product {
    let request = pb::ListProductsRequest {
        q: sku.into(),
        include_inactive: true,
        ..Default::default()
    };
    let request = outgoing(&shop.admin.ctx, request);
    let answer = shop.catalogue().list_products(request).await;
    let mut products = answer.unwrap().into_inner().products;
    products.retain(|product| product.sku == sku);
    products.pop().expect(sku)
}

#[tokio::test]
async fn lines_create_and_change_products_and_invalid_ones_do_not_block_others() {
    on_any_database(async |shop| {
        let old = shop.goods("Old", 100, 4).await;
        let file = format!(
            "\u{feff}sku,name,description,kind,price,currency,category,stock,active,lowStockThreshold\r\n\
             CUP-1,Cup,\"Two\nlines, \"\"quoted\"\"\",GOODS,19.99,USD,Kitchen,7,true,3\r\n\
             {},Renamed,,,,,,9,,\r\n\
             BAD-1,,,,-1,,,x,perhaps,\r\n\
             ADV-1,Advice,,SERVICE,5,,Kitchen,,,\r\n\
             CUP-1,Again,,GOODS,1,,,,,\r\n",
            old.sku
        );
        let answer = import(shop, &file).await;
        assert_eq!(counts(&answer), (2, 1, 0, 2), "{answer:?}");
        let lines: Vec<_> = answer.lines.iter().map(|line| (line.line, line.outcome().name())).collect();
        assert_eq!(
            lines,
            [(2, "CREATED"), (4, "UPDATED"), (5, "FAILED"), (6, "CREATED"), (7, "FAILED")]
        );
        assert_eq!(errors(&answer.lines[2]), ["price", "active", "stock"]);
        assert_eq!(errors(&answer.lines[4]), ["sku"]);
        let cup = by_sku(shop, "CUP-1").await;
        assert_eq!((cup.price, cup.on_hand, cup.low_stock_threshold), (Some(usd(1_999)), Some(7), Some(3)));
        assert_eq!((cup.category(), cup.description.as_str()), ("Kitchen", "Two\nlines, \"quoted\""));
        assert_eq!(by_sku(shop, "ADV-1").await.category_id, cup.category_id);
        let old = shop.look_at(&old).await;
        assert_eq!((old.name.as_str(), old.on_hand, old.version), ("Renamed", Some(9), 2));
        assert_eq!(shop.events("stock", &old.id).await, ["changed"]);
        assert_eq!(shop.events("product", &old.id).await, ["created", "updated"]);
        // The same again changes nothing.
        assert_eq!(counts(&import(shop, &file).await), (0, 0, 3, 2));
        let acts = shop.acts().await;
        let imports: Vec<_> = acts.iter().filter(|act| act.action == "product.import").collect();
        assert_eq!(imports.len(), 1);
        assert!(imports[0].after().contains(r#""created":2"#), "{}", imports[0].after());
        // Its changes, product by product.
        let of_old: Vec<_> = acts.iter().filter(|act| act.target_id == old.id).skip(1).collect();
        let actions = |at: usize| (of_old[at].action.as_str(), of_old[at].before().contains("Old"), of_old[at].after().contains("Renamed"));
        assert_eq!(actions(0), ("product.update", true, true));
        assert_eq!(of_old[1].action, "stock.adjust");
        assert!(of_old[1].after().contains(r#""onHand":9"#), "{}", of_old[1].after());
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_reports_the_same_and_changes_nothing() {
    on_any_database(async |shop| {
        let old = shop.goods("Old", 100, 4).await;
        let file = format!(
            "sku,name,kind,price,category,stock\nNEW-1,New,GOODS,1,Fresh,1\n{},Other,,,,5\n",
            old.sku
        );
        let dry = import_as(shop, &shop.admin, file.as_bytes(), true)
            .await
            .unwrap();
        assert_eq!(counts(&dry), (1, 1, 0, 0));
        assert_eq!(shop.look_at(&old).await, old);
        assert_eq!(
            export(shop, pb::ListProductsRequest::default())
                .await
                .lines()
                .count(),
            2
        );
        assert_eq!(counts(&import(shop, &file).await), (1, 1, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn stock_that_orders_hold_is_not_set_below_them() {
    on_any_database(async |shop| {
        let (a, b) = (shop.goods("A", 5, 10).await, shop.goods("B", 5, 10).await);
        shop.place(&shop.customer(), &[(&a, 4)]).await;
        let file = format!("sku,name,stock\n{},A2,3\n{},B2,3\n", a.sku, b.sku);
        let answer = import(shop, &file).await;
        assert_eq!(counts(&answer), (0, 1, 0, 1));
        assert_eq!(errors(&answer.lines[0]), ["stock"]);
        // A line is applied completely or not at all.
        assert_eq!(shop.look_at(&a).await.name, "A");
        assert_eq!(shop.level(&a).await, (10, 4));
        assert_eq!(shop.level(&b).await, (3, 0));
        let enough = format!("sku,stock\n{},4\n", a.sku);
        assert_eq!(counts(&import(shop, &enough).await), (0, 1, 0, 0));
        assert_eq!(shop.level(&a).await, (4, 4));
    })
    .await;
}

#[tokio::test]
async fn an_export_is_imported_without_changes() {
    on_any_database(async |shop| {
        let file = "sku,name,description,kind,price,category,stock,active,lowStockThreshold\n\
                    A-1,'=SUM(A1),\"'-1, \"\"x\"\"\",GOODS,0.05,'+Sums,3,true,\n\
                    B-1,Ä;ö,\"a\n\nb\",SERVICE,1000,,,false,\n";
        assert_eq!(counts(&import(shop, file).await), (2, 0, 0, 0));
        assert_eq!(by_sku(shop, "A-1").await.name, "=SUM(A1)");
        let all = || pb::ListProductsRequest {
            include_inactive: true,
            sort: pb::ProductSort::Name.into(),
            ..Default::default()
        };
        let out = export(shop, all()).await;
        assert!(out.contains(",'=SUM(A1),"), "{out}");
        assert_eq!(counts(&import(shop, &out).await), (0, 0, 2, 0), "{out}");
        assert_eq!(export(shop, all()).await, out);
        let services = pb::ListProductsRequest {
            kinds: vec![pb::ProductKind::Service.into()],
            ..all()
        };
        let some = export(shop, services).await;
        assert!(some.contains("B-1") && !some.contains("A-1"));
    })
    .await;
}

#[tokio::test]
async fn large_files_are_imported_in_batches_and_exported_in_pages() {
    on_each_database(async |shop| {
        let mut file = String::from("sku;name;kind;price;stock\n");
        for n in 0..1_100 {
            file.push_str(format!("T-{n:04};Thing {n};GOODS;{n}.5;{}\n", n % 7).as_str());
        }
        assert_eq!(counts(&import(shop, &file).await), (1_100, 0, 0, 0));
        let out = export(shop, pb::ListProductsRequest::default()).await;
        assert_eq!(out.lines().count(), 1_101);
        assert_eq!(counts(&import(shop, &out).await), (0, 0, 1_100, 0));
    })
    .await;
}

#[tokio::test]
async fn invalid_files_are_refused_with_advice() {
    on_any_database(async |shop| {
        for (file, field) in [
            (&b""[..], "file"),
            (b"\xff\xfes\0k\0u\0\n\0", "file"),
            (b"name,price\nx,1\n", "header"),
            (b"sku,colour\nx,red\n", "header"),
        ] {
            let error = import_as(shop, &shop.admin, file, false).await.unwrap_err();
            assert_eq!(fields(&error), [field], "{error:?}");
        }
        // An interrupted stream is not a complete file.
        let broken = pb::ImportProductsRequest {
            chunk: b"sku,name,kind,price\nX-1,X,GOODS,12".to_vec(),
            ..Default::default()
        };
        let request = outgoing(&shop.admin.ctx, stream::iter([broken]));
        let answers = shop.catalogue().import_products(request).await;
        let error = answers.unwrap().into_inner().message().await.unwrap_err();
        assert_eq!(AppError::from(error).code, ErrorCode::Malformed);
        assert_eq!(
            export(shop, pb::ListProductsRequest::default())
                .await
                .lines()
                .count(),
            1
        );
        for who in [shop.customer(), shop.worker()] {
            let error = import_as(shop, &who, b"sku\n", false).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Forbidden);
            let request = outgoing(&who.ctx, pb::ExportProductsRequest::default());
            let error = shop
                .catalogue()
                .export_products(request)
                .await
                .err()
                .unwrap();
            assert_eq!(AppError::from(error).code, ErrorCode::Forbidden);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_imports_and_orders_at_once_leave_the_ledger_right() {
    on_each_database(async |shop| {
        let mut file = String::from("sku,name,kind,price,category,stock\n");
        for n in 0..60 {
            file.push_str(format!("T-{n:02},Thing {n},GOODS,1,Shared,50\n").as_str());
        }
        let (one, two) = futures::future::join(import(shop, &file), import(shop, &file)).await;
        assert_eq!(one.created + two.created, 60);
        assert_eq!(one.unchanged + two.unchanged, 60);
        let product = by_sku(shop, "T-00").await;
        let who = shop.customer();
        let orders = async {
            for _ in 0..10 {
                shop.place(&who, &[(&product, 1)]).await;
            }
        };
        let filled = file.replace(",50", ",80");
        let (answer, ()) = futures::future::join(import(shop, &filled), orders).await;
        assert_eq!(counts(&answer), (0, 60, 0, 0));
        assert_eq!(shop.level(&product).await, (80, 10));
    })
    .await;
}

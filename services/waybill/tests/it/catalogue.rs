//! The catalogue through the gateway: categories, caches, stock, import and export.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use waybill_testkit::{ADMIN, Answer, Api, Platform, Shape, SocketClient};

use crate::support::bin;

async fn import(admin: &Api, query: &str, kind: &str, file: &str) -> Answer {
    let path = format!("/api/v1/admin/products/import{query}");
    let headers = [("content-type", kind)];
    let sent = admin
        .raw(Method::POST, &path, &headers, Some(file.into()))
        .await;
    sent.unwrap()
}

async fn conditional(api: &Api, path: &str, etag: &str) -> Answer {
    let headers = [("if-none-match", etag)];
    let sent = api.send(Method::GET, path, None, &headers).await;
    sent.unwrap()
}

fn etag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_administrator_arranges_the_catalogue_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let home = json!({"name": "Home & Garden"});
    let home = admin.post("/categories", home).await.expect(201);
    let kitchen = json!({"name": "Kitchen", "parentId": home["id"]});
    let kitchen = admin.post("/categories", kitchen).await.expect(201);
    let mug = json!({"name": "Mug", "kind": "GOODS", "price": {"amount": 500, "currency": "USD"},
        "sku": "MUG-1", "category": "kitchen", "stock": 6});
    let mug = admin.post("/products", mug).await.expect(201);
    assert_eq!(
        (&mug["category"], &mug["categoryId"]),
        (&json!("Kitchen"), &kitchen["id"])
    );
    let new = json!({"name": "Advice", "kind": "SERVICE", "price": {"amount": 900, "currency": "USD"},
        "category": "Brand new"});
    admin.post("/products", new).await.expect(201);
    let all = anyone.get("/categories").await;
    let tag = etag(&all);
    let all = all.expect(200);
    assert_eq!(names(&all), ["Brand new", "Home & Garden", "Kitchen"]);
    assert_eq!(all["items"][2]["products"], 1);
    assert_eq!(conditional(&anyone, "/categories", &tag).await.status, 304);
    let found = anyone
        .get("/products?category=home-garden")
        .await
        .expect(200);
    assert_eq!(names(&found), ["Mug"]);
    for sort in [
        "newest",
        "OLDEST",
        "name",
        "name_desc",
        "price_asc",
        "PRICE_DESC",
    ] {
        let path = format!("/products?sort={sort}&limit=1");
        assert!(anyone.get(&path).await.expect(200)["nextCursor"].is_string());
    }
    // A new name is visible at once through the same gateway, in lists, products and categories.
    let path = format!("/categories/{}", kitchen["id"].as_str().unwrap());
    let renamed = json!({"name": "Cookery", "version": 1});
    admin.patch(&path, renamed.clone()).await.expect(200);
    assert_eq!(
        admin.patch(&path, renamed).await.refused(409),
        "VERSION_CONFLICT"
    );
    assert_eq!(conditional(&anyone, "/categories", &tag).await.status, 200);
    let product = format!("/products/{}", mug["id"].as_str().unwrap());
    assert_eq!(
        anyone.get(&product).await.expect(200)["category"],
        "Cookery"
    );
    assert_eq!(
        anyone.get("/categories/kitchen").await.expect(200)["name"],
        "Cookery"
    );
    assert_eq!(admin.delete(&path).await.refused(409), "CATEGORY_IN_USE");
    let out = json!({"category": ""});
    let loose = admin.patch(&product, out).await.expect(200);
    assert!(loose["categoryId"].is_null());
    admin.delete(&path).await.expect(204);
    assert_eq!(anyone.get(&path).await.refused(404), "NOT_FOUND");
    platform.verify().await.unwrap();
}

/// After an order, the live event has the same product as REST; for an archived product, only its id and `active: false`.
#[tokio::test]
async fn live_products_are_the_same_as_in_rest_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let customer = anyone.register("c@example.com", "Carl", "C").await;
    let product = admin.product("CUP-1", "GOODS", 500, 6).await;
    let path = format!("/products/{product}");
    let Some(mut live) = SocketClient::connect(&platform.base, customer.token()).await else {
        return;
    };
    let order = json!({"items": [{"productId": product, "quantity": 2}]});
    let order = customer.post("/orders", order).await.expect(201);
    let sent = live
        .wait("product:updated", |it| it["available"] == 4)
        .await;
    assert_eq!(sent, anyone.get(&path).await.expect(200));
    let cancel = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
    customer.post(&cancel, json!({})).await.expect(200);
    let sent = live
        .wait("product:updated", |it| it["available"] == 6)
        .await;
    assert_eq!(sent["name"], anyone.get(&path).await.expect(200)["name"]);
    admin.delete(&path).await.expect(204);
    let sent = live
        .wait("product:updated", |it| it["active"] == false)
        .await;
    assert_eq!(sent, json!({"id": product, "active": false}));
}

#[tokio::test]
async fn a_products_tag_changes_with_its_stock_and_is_a_precondition_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let customer = anyone.register("c@example.com", "Carl", "C").await;
    let product = admin.product("CUP-1", "GOODS", 500, 6).await;
    let path = format!("/products/{product}");
    let first = anyone.get(&path).await;
    let tag = etag(&first);
    assert_eq!(conditional(&anyone, &path, &tag).await.status, 304);
    // An order changes the available quantity, not the product's version.
    let order = json!({"items": [{"productId": product, "quantity": 2}]});
    customer.post("/orders", order).await.expect(201);
    anyone
        .until(&path, "the new stock", |product| product["available"] == 4)
        .await;
    anyone
        .until("/products", "the new stock", |page| {
            page["items"][0]["available"] == 4
        })
        .await;
    let changed = conditional(&anyone, &path, &tag).await;
    assert_ne!(etag(&changed), tag);
    assert_eq!(changed.expect(200)["version"], 1);
    let patch = json!({"name": "Mug", "lowStockThreshold": 3});
    let headers = [("if-match", tag.as_str())];
    let sent = admin
        .send(Method::PATCH, &path, Some(&patch), &headers)
        .await;
    assert_eq!(sent.unwrap().expect(200)["lowStockThreshold"], 3);
    let sent = admin
        .send(Method::PATCH, &path, Some(&patch), &headers)
        .await;
    assert_eq!(sent.unwrap().refused(409), "VERSION_CONFLICT");
    // Writes through this gateway are visible at once; administrators see more.
    assert_eq!(anyone.get(&path).await.expect(200)["name"], "Mug");
    assert!(anyone.get(&path).await.expect(200)["lowStockThreshold"].is_null());
    let back = json!({"lowStockThreshold": null});
    let back = admin.patch(&path, back).await.expect(200);
    assert!(back["lowStockThreshold"].is_null());
    // The shop's threshold is five, and four are left.
    let low = admin.get("/products?lowStock=true").await.expect(200);
    assert_eq!(names(&low), ["Mug"]);
    admin
        .until("/notifications", "the warning", |page| {
            let all = page["items"].as_array().unwrap();
            all.iter().any(|one| one["type"] == "STOCK_LOW")
        })
        .await;
    let ledger = admin
        .get(&format!("{path}/stock?limit=10"))
        .await
        .expect(200);
    let kinds: Vec<_> = ledger["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["kind"])
        .collect();
    assert_eq!(kinds, ["RESERVED", "OPENING"]);
    platform.verify().await.unwrap();
}

#[tokio::test]
async fn products_are_exported_as_csv_and_imported_again_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let file = "sku,name,kind,price,category,stock\r\n\
                MUG-1,=Mug,GOODS,12.50,Kitchen,4\r\n\
                ADV-1,Advice,SERVICE,free,,\r\n";
    let dry = import(&admin, "?dryRun=true", "text/csv", file)
        .await
        .expect(200);
    assert_eq!(
        (&dry["dryRun"], &dry["created"], &dry["failed"]),
        (&json!(true), &json!(1), &json!(1))
    );
    assert_eq!(
        anyone.get("/products").await.expect(200)["items"],
        json!([])
    );
    let done = import(&admin, "", "text/csv; charset=utf-8", file)
        .await
        .expect(200);
    assert_eq!((&done["created"], &done["failed"]), (&json!(1), &json!(1)));
    assert_eq!(done["lines"][1]["faults"][0]["field"], "price");
    assert_eq!(
        names(&anyone.get("/products?category=Kitchen").await.expect(200)),
        ["=Mug"]
    );
    let fixed = file.replace("free", "90");
    let form = ("products.csv", fixed.as_bytes());
    let again = admin
        .upload("/admin/products/import", &[], form)
        .await
        .expect(200);
    assert_eq!(
        (&again["created"], &again["unchanged"]),
        (&json!(1), &json!(1))
    );
    let out = admin
        .get("/admin/products/export?format=csv&sort=name")
        .await;
    assert_eq!(out.headers["content-type"], "text/csv; charset=utf-8");
    let text = out.expect(200);
    let text = text.as_str().unwrap();
    assert!(text.starts_with("\u{feff}sku,name,"), "{text}");
    assert!(text.contains("MUG-1,'=Mug,"), "{text}");
    let same = import(&admin, "", "text/csv", text).await.expect(200);
    assert_eq!(
        (&same["unchanged"], &same["failed"]),
        (&json!(2), &json!(0))
    );
    let bad = import(&admin, "", "text/csv", "name\nx\n").await;
    assert_eq!(bad.refused(422), "VALIDATION_ERROR");
    assert_eq!(
        import(&admin, "", "text/csv", "").await.refused(422),
        "VALIDATION_ERROR"
    );
    let json = import(&admin, "", "application/json", "{}").await;
    assert_eq!(json.refused(415), "UNSUPPORTED_MEDIA_TYPE");
    let huge = "x".repeat(51 * 1024 * 1024);
    let huge = import(&admin, "", "text/csv", &format!("sku,name\n{huge}")).await;
    assert!(matches!(huge.status, 413 | 422), "{huge:?}");
    platform.verify().await.unwrap();
}

#[tokio::test]
async fn a_change_is_visible_through_every_gateway_distributed() {
    // Without events, an answer would be cached for an hour.
    let patient = [("gateway:WAYBILL_PRODUCT_CACHE_TTL", "1h")];
    let started = Platform::start_with(Shape::Distributed, bin(), &patient).await;
    let Some(mut platform) = started else {
        return;
    };
    let second = platform.second_gateway().await;
    let (here, there) = (platform.api(), Api::new(&second));
    let admin = here.login(ADMIN.0, ADMIN.1).await;
    let product = admin.product("CUP-1", "GOODS", 500, 6).await;
    let path = format!("/products/{product}");
    for api in [&here, &there] {
        api.until("/products", "the product", |page| {
            page["items"][0]["available"] == 6
        })
        .await;
        api.get(&path).await.expect(200);
        api.get("/categories").await.expect(200);
    }
    let started = std::time::Instant::now();
    let renamed = json!({"name": "Mug", "category": "Kitchen"});
    admin.patch(&path, renamed).await.expect(200);
    assert_eq!(here.get(&path).await.expect(200)["name"], "Mug");
    for api in [&here, &there] {
        api.until(&path, "the name", |product| product["name"] == "Mug")
            .await;
        api.until("/products", "the name", |page| {
            page["items"][0]["name"] == "Mug"
        })
        .await;
        api.until("/categories", "the category", |page| {
            page["items"][0]["products"] == 1
        })
        .await;
    }
    let customer = here.register("c@example.com", "Carl", "C").await;
    let order = json!({"items": [{"productId": product, "quantity": 2}]});
    customer.post("/orders", order).await.expect(201);
    for api in [&here, &there] {
        api.until(&path, "the stock", |product| product["available"] == 4)
            .await;
        api.until("/products", "the stock", |page| {
            page["items"][0]["available"] == 4
        })
        .await;
    }
    // Far below the hour; how far depends on the machine.
    assert!(started.elapsed() < Duration::from_mins(2));
    platform.verify().await.unwrap();
}

/// The body that creates a product can be sent to change it.
#[tokio::test]
async fn a_product_is_written_as_it_is_described_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let body = |name: &str, kind: &str, stock: i64| {
        json!({
            "name": name, "description": "Holds half a litre.", "kind": kind,
            "price": {"amount": 1_250, "currency": "USD"}, "sku": "MUG", "category": "Kitchen",
            "stock": stock, "active": true,
        })
    };
    let made = admin.post("/products", body("Mug", "GOODS", 10)).await;
    let made = made.expect(201);
    let path = format!("/products/{}", made["id"].as_str().unwrap());
    let put = async |body: Value| {
        admin
            .send(Method::PUT, &path, Some(&body), &[])
            .await
            .unwrap()
    };
    let changed = put(body("Enamel mug", "GOODS", 25)).await.expect(200);
    assert_eq!(
        (&changed["name"], &changed["onHand"]),
        (&json!("Enamel mug"), &json!(25))
    );
    let refused = put(body("Nothing", "SERVICE", 25)).await;
    assert_eq!(refused.refused(422), "VALIDATION_ERROR");
    assert_eq!(refused.body["error"]["details"][0]["field"], "kind");
    let ledger = admin.get(&format!("{path}/stock")).await.expect(200);
    assert_eq!(ledger["items"].as_array().unwrap().len(), 2, "{ledger:#}");
    assert_eq!(ledger["items"][0]["onHandDelta"], 15);

    // A delivery is booked once, and only for the version that was read.
    let delivery = json!({"delta": 5, "reason": "Delivery", "version": changed["version"]});
    let stock = format!("{path}/stock");
    for replayed in [false, true] {
        let key = [("idempotency-key", "the-delivery-of-Monday")];
        let answer = admin
            .send(Method::POST, &stock, Some(&delivery), &key)
            .await
            .unwrap();
        assert_eq!(
            answer.headers.contains_key("idempotency-replayed"),
            replayed
        );
        assert_eq!(answer.expect(200)["onHand"], 30);
    }
    let stale = json!({"delta": 5, "version": 1});
    assert_eq!(
        admin.post(&stock, stale).await.refused(409),
        "VERSION_CONFLICT"
    );
}

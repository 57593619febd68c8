//! Files through the gateway: uploads, downloads, ranges and links, in both shapes and with an S3 storage.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use waybill_testkit::{ADMIN, Api, BOUNDARY, Platform, S3Server, Shape, form};

use crate::support::bin;

/// A PNG of one pixel.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9ccPpX\0\0\x01\x84\x01\x01\x7f\x83o=\0\0\0\0IEND\xaeB`\x82";

fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((bytes.len()..size).map(|n| u8::try_from(n % 251).unwrap_or_default()));
    bytes
}

/// An order in progress, with its users.
struct Work {
    admin: Api,
    owner: Api,
    worker: Api,
    order: String,
}

async fn at_work(platform: &Platform) -> Work {
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let worker = anyone.enrol(&admin, "w@example.com", "Wendy", "W").await;
    let owner = anyone.register("o@example.com", "Olga", "O").await;
    let product = admin.product("LOGO", "SERVICE", 45_000, 0).await;
    let request = json!({"items": [{"productId": product, "quantity": 1}]});
    let order = owner.post("/orders", request).await.expect(201);
    let order = order["id"].as_str().expect("an id").to_owned();
    owner.pay(&order).await;
    let path = format!("/orders/{order}");
    owner
        .until(&path, "the payment", |o| o["paymentStatus"] == "PAID")
        .await;
    let claimed = worker.post(&format!("{path}/claim"), json!({})).await;
    claimed.expect(200);
    Work {
        admin,
        owner,
        worker,
        order,
    }
}

/// Downloads a file.
async fn fetch(
    platform: &Platform,
    caller: &Api,
    path: &str,
    headers: &[(&str, &str)],
) -> Response {
    let url = if path.starts_with("http") {
        path.to_owned()
    } else {
        format!("{}{path}", platform.base)
    };
    let mut request = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
        .get(url);
    if !caller.token().is_empty() {
        request = request.bearer_auth(caller.token());
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}

async fn files_pass_through(shape: Shape) {
    let Some(platform) = Platform::start(shape, bin()).await else {
        return;
    };
    let work = at_work(&platform).await;
    let anyone = platform.api();
    let media = format!("/orders/{}/media", work.order);

    // A reference of the customer, a result of the worker.
    let reference = work
        .owner
        .upload(
            &format!("/orders/{}/customer-media", work.order),
            &[],
            ("Größe.png", PNG),
        )
        .await
        .expect(201);
    assert_eq!(reference["purpose"], "REFERENCE");
    assert_eq!(reference["width"], 1);
    let sent = pdf(3_000_000);
    let result = work
        .worker
        .upload(&format!("{media}?purpose=RESULT"), &[], ("logo.pdf", &sent))
        .await
        .expect(201);
    assert_eq!(result["contentType"], "application/pdf");
    assert_eq!(result["thumbnailUrl"], Value::Null);
    let draft = work
        .worker
        .upload(&media, &[("purpose", "PROGRESS")], ("draft.png", PNG))
        .await
        .expect(201);

    // The customer sees the result when the order is completed.
    let names = async |caller: &Api| {
        let list = caller.get(&media).await.expect(200);
        let items = list["items"].as_array().expect("items").clone();
        let names = items.iter().map(|item| item["name"].clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(
        names(&work.worker).await,
        ["draft.png", "logo.pdf", "Größe.png"]
    );
    assert_eq!(names(&work.owner).await, ["draft.png", "Größe.png"]);
    let url = result["url"].as_str().expect("a URL");
    assert_eq!(fetch(&platform, &work.owner, url, &[]).await.status(), 404);
    assert_eq!(fetch(&platform, &anyone, url, &[]).await.status(), 401);
    let asked = json!({"kind": "COMPLETION", "reason": "All is there"});
    let path = format!("/orders/{}/change-requests", work.order);
    let request = work.worker.post(&path, asked).await.expect(201);
    let request = request["id"].as_str().expect("an id");
    let path = format!("/admin/change-requests/{request}/approve");
    work.admin.post(&path, json!({})).await.expect(200);

    // The same bytes, with headers that keep a browser from running them.
    let whole = fetch(&platform, &work.owner, url, &[("accept-encoding", "gzip")]).await;
    assert_eq!(whole.status(), 200);
    for (name, expected) in [
        ("content-type", "application/pdf"),
        ("content-length", "3000000"),
        ("content-encoding", ""),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-cache"),
        ("content-disposition", "attachment; filename=\"logo.pdf\""),
    ] {
        assert_eq!(header(&whole, name), expected, "{name}");
    }
    assert!(header(&whole, "content-security-policy").contains("sandbox"));
    let tag = header(&whole, "etag").to_owned();
    assert!(whole.bytes().await.expect("a body") == sent);
    let again = [("if-none-match", tag.as_str())];
    let again = fetch(&platform, &work.owner, url, &again).await;
    assert_eq!(
        (again.status().as_u16(), header(&again, "etag")),
        (304, &*tag)
    );

    // Ranges.
    let part = [("range", "bytes=100-199")];
    let part = fetch(&platform, &work.owner, url, &part).await;
    assert_eq!(part.status(), 206);
    assert_eq!(header(&part, "content-range"), "bytes 100-199/3000000");
    assert_eq!(part.bytes().await.expect("a body"), sent[100..200]);
    let last = [("range", "bytes=-5"), ("if-range", tag.as_str())];
    let last = fetch(&platform, &work.owner, url, &last).await;
    assert_eq!(last.bytes().await.expect("a body"), sent[2_999_995..]);
    let other = [("range", "bytes=-5"), ("if-range", "\"other\"")];
    let other = fetch(&platform, &work.owner, url, &other).await;
    assert_eq!(other.status(), 200);
    let beyond = [("range", "bytes=3000000-")];
    let beyond = fetch(&platform, &work.owner, url, &beyond).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(header(&beyond, "content-range"), "bytes */3000000");

    // A thumbnail, and links for those without a token.
    let small = reference["thumbnailUrl"].as_str().expect("a URL");
    let small = fetch(&platform, &work.worker, small, &[]).await;
    assert_eq!(small.status(), 200);
    let shown = header(&small, "content-disposition");
    assert!(
        shown.starts_with("inline") && shown.contains("filename*=UTF-8''Gr%C3%B6"),
        "{shown}"
    );
    let path = format!("/media/{}/link", reference["id"].as_str().expect("an id"));
    let link = work
        .owner
        .post(&path, json!({"seconds": 60}))
        .await
        .expect(200);
    for url in [&link["url"], &link["thumbnailUrl"]] {
        let url = url.as_str().expect("a URL");
        assert!(url.starts_with(&platform.base), "{url}");
        assert_eq!(fetch(&platform, &anyone, url, &[]).await.status(), 200);
        let forged = url.replace("expires=", "expires=9");
        assert_eq!(fetch(&platform, &anyone, &forged, &[]).await.status(), 403);
    }
    let short = work
        .owner
        .post(&path, json!({"seconds": 1}))
        .await
        .expect(200);
    let short = short["url"].as_str().expect("a URL");
    loop {
        let answer = fetch(&platform, &anyone, short, &[]).await;
        if answer.status() == 403 {
            let body: Value = answer.json().await.expect("JSON");
            assert_eq!(body["error"]["code"], "LINK_EXPIRED");
            break;
        }
        assert_eq!(answer.status(), 200);
    }

    // A deleted file is gone.
    let draft = draft["url"].as_str().expect("a URL");
    let deleted = work
        .admin
        .raw(Method::DELETE, draft, &[], None)
        .await
        .expect("an answer");
    assert_eq!(deleted.status, 204);
    assert_eq!(
        fetch(&platform, &work.admin, draft, &[]).await.status(),
        404
    );
    platform.verify().await.expect("a clean platform");
}

#[tokio::test]
async fn files_are_uploaded_and_downloaded_embedded() {
    files_pass_through(Shape::Embedded).await;
}

#[tokio::test]
async fn files_are_uploaded_and_downloaded_distributed() {
    files_pass_through(Shape::Distributed).await;
}

#[tokio::test]
async fn invalid_forms_are_refused_by_field_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let work = at_work(&platform).await;
    let media = format!("/api/v1/orders/{}/media", work.order);
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let send = async |path: &str, body: Vec<u8>| {
        let headers = [("content-type", kind.as_str())];
        let sent = work.worker.raw(Method::POST, path, &headers, Some(body));
        sent.await.expect("an answer")
    };
    let file = || Some(("a.pdf", &b"%PDF-1.7"[..]));
    let progress = format!("{media}?purpose=PROGRESS");
    let late = |purpose| {
        let mut late = form(&[], file());
        late.truncate(late.len() - BOUNDARY.len() - 6);
        late.extend(form(&[("purpose", purpose)], None));
        late
    };
    let mut two = form(&[], file());
    two.truncate(two.len() - BOUNDARY.len() - 6);
    two.extend(form(&[], file()));
    for (path, body, field) in [
        (&media, late("REFERENCE"), "purpose"),
        (&progress, late("RESULT"), "purpose"),
        (&progress, two, "file"),
        (&progress, form(&[], None), "file"),
        (&progress, form(&[], Some(("a.pdf", b""))), "file"),
        (&progress, form(&[("size", "1")], file()), "size"),
        (&media, form(&[("purpose", "REFERENCE")], file()), "purpose"),
        (&media, form(&[("purpose", "nonsense")], file()), "purpose"),
        (&progress, form(&[("purpose", "RESULT")], file()), "purpose"),
    ] {
        let answer = send(path, body).await;
        assert_eq!(answer.refused(422), "VALIDATION_ERROR");
        assert_eq!(answer.body["error"]["details"][0]["field"], field, "{path}");
    }
    let text = form(&[], Some(("a.pdf", b"MZ not at all")));
    assert_eq!(
        send(&progress, text).await.refused(415),
        "UNSUPPORTED_MEDIA_TYPE"
    );
    let mut cut = form(&[], file());
    cut.truncate(cut.len() - 20);
    assert_eq!(send(&progress, cut).await.refused(400), "MALFORMED");
    let path = format!("/orders/{}/media", work.order);
    let sent = work.worker.post(&path, json!({})).await;
    assert_eq!(sent.refused(415), "UNSUPPORTED_MEDIA_TYPE");
    let list = work.worker.get(&path).await;
    assert_eq!(list.expect(200)["items"], json!([]));
    // Fields may come in any order.
    for (path, purpose) in [(&media, "RESULT"), (&progress, "PROGRESS")] {
        let kept = send(path, late(purpose)).await.expect(201);
        assert_eq!(kept["purpose"], purpose);
    }
}

/// Resident memory of the process, in bytes.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    kilobytes
        .and_then(|n| n.parse::<u64>().ok())
        .expect("VmRSS")
        * 1024
}

#[tokio::test]
async fn a_file_of_a_hundred_megabytes_is_refused_without_being_kept_in_memory_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let work = at_work(&platform).await;
    let path = format!("/orders/{}/media?purpose=RESULT", work.order);
    let process = platform.process_id("waybill");
    // The first upload allocates buffers that stay.
    let fits = pdf(5 * 1024 * 1024);
    work.worker
        .upload(&path, &[], ("a.pdf", &fits))
        .await
        .expect(201);
    let before = resident(process);
    let large = pdf(100 * 1024 * 1024);
    for _ in 0..3 {
        let answer = work.worker.upload(&path, &[], ("a.pdf", &large)).await;
        assert_eq!(answer.refused(413), "PAYLOAD_TOO_LARGE");
        assert_eq!(answer.body["error"]["context"]["limit"], 5 * 1024 * 1024);
    }
    let after = resident(process);
    let grown = after.saturating_sub(before);
    assert!(grown < 60 * 1024 * 1024, "{before} bytes became {after}");
}

#[tokio::test]
async fn pictures_of_products_are_public_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let product = admin.product("MUG", "GOODS", 1250, 5).await;
    let path = format!("/products/{product}/images");
    for alt in ["Front", "Back"] {
        let added = admin.upload(&path, &[("alt", alt)], ("mug.png", PNG)).await;
        added.expect(201);
    }
    let seen = anyone
        .get(&format!("/products/{product}"))
        .await
        .expect(200);
    let images = seen["images"].as_array().expect("pictures");
    assert_eq!(
        (&images[0]["alt"], &images[1]["alt"]),
        (&json!("Front"), &json!("Back"))
    );
    let listed = anyone.get("/products").await.expect(200);
    assert_eq!(listed["items"][0]["images"], seen["images"]);
    for url in [&images[0]["url"], &images[0]["thumbnailUrl"]] {
        let url = url.as_str().expect("a URL");
        let picture = fetch(&platform, &anyone, url, &[]).await;
        assert_eq!(picture.status(), 200);
        assert!(header(&picture, "cache-control").starts_with("public, max-age=31536000"));
        assert!(header(&picture, "content-type").starts_with("image/"));
        assert!(!picture.bytes().await.expect("a body").is_empty());
    }
    let ids = json!({"ids": [images[1]["id"], images[0]["id"]]});
    let turned = admin.put(&path, ids).await.expect(200);
    assert_eq!(turned["images"][0]["alt"], "Back");
    let back = images[1]["id"].as_str().expect("an id");
    admin.delete(&format!("{path}/{back}")).await.expect(204);
    let left = admin.get(&format!("/products/{product}")).await.expect(200);
    assert_eq!(left["images"], json!([images[0]]));
    assert_eq!(
        admin.delete(&format!("{path}/{back}")).await.refused(404),
        "NOT_FOUND"
    );
    platform.verify().await.expect("a clean platform");
}

/// Every file below a folder.
fn stored(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => files.push(entry.path()),
            }
        }
    }
    files
}

#[tokio::test]
async fn files_are_stored_in_s3_and_downloaded_from_there_embedded() {
    let server = S3Server::start().await;
    let settings = server.settings();
    let mut settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &settings).await else {
        return;
    };
    let anyone = platform.api();
    let work = at_work(&platform).await;
    let path = format!("/orders/{}/media?purpose=PROGRESS", work.order);
    let sent = pdf(200_000);
    let file = work
        .worker
        .upload(&path, &[], ("a.pdf", &sent))
        .await
        .expect(201);
    let url = file["url"].as_str().expect("a URL");
    let key = format!(
        "orders/{}/{}",
        work.order,
        file["id"].as_str().expect("an id")
    );
    assert!(server.objects().join(&key).exists());

    // Only callers who may read the file are redirected there.
    assert_eq!(fetch(&platform, &anyone, url, &[]).await.status(), 401);
    let redirect = fetch(&platform, &work.owner, url, &[]).await;
    assert_eq!(redirect.status(), 302);
    let there = header(&redirect, "location").to_owned();
    assert!(there.contains(&key), "{there}");
    let read = fetch(&platform, &anyone, &there, &[]).await;
    assert_eq!(header(&read, "content-type"), "application/pdf");
    assert!(read.bytes().await.expect("a body") == sent);
    let link = format!("/media/{}/link", file["id"].as_str().expect("an id"));
    let link = work.owner.post(&link, json!({})).await.expect(200);
    let link = link["url"].as_str().expect("a URL");
    let read = fetch(&platform, &anyone, link, &[]).await;
    assert!(read.bytes().await.expect("a body") == sent);

    let deleted = work.worker.raw(Method::DELETE, url, &[], None).await;
    assert_eq!(deleted.expect("an answer").status, 204);
    let start = std::time::Instant::now();
    while server.objects().join(&key).exists() {
        assert!(
            start.elapsed().as_secs() < 30,
            "{:?}",
            stored(&server.objects())
        );
        tokio::task::yield_now().await;
    }
    drop(platform);

    // If clients cannot reach the storage, downloads go through the gateway.
    settings.push(("WAYBILL_FILES_REDIRECT", "off"));
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &settings).await else {
        return;
    };
    let work = at_work(&platform).await;
    let path = format!("/orders/{}/media?purpose=PROGRESS", work.order);
    let file = work
        .worker
        .upload(&path, &[], ("a.pdf", &sent))
        .await
        .expect(201);
    let url = file["url"].as_str().expect("a URL");
    let part = [("range", "bytes=1000-")];
    let part = fetch(&platform, &work.owner, url, &part).await;
    assert_eq!(part.status(), 206);
    assert!(part.bytes().await.expect("a body") == sent[1000..]);
}

//! The `waybill` command as operators use it: settings, the data directory, signals, `verify`, dead letters.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Output, Stdio},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;
use waybill_proto::payment::{PaymentChanged, PaymentEvent};
use waybill_service_kit::crypto;
use waybill_store::{EventContext, consumed};
use waybill_testkit::{ADMIN, Platform, Shape, until};

use crate::support::{Findings, bin, database, run_sql};

/// `EX_USAGE` of sysexits.
const USAGE: i32 = 64;
const SERVICE_KEY: &str = "0123456789abcdef0123456789abcdef";

fn waybill(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    Command::new(bin().join("waybill"))
        .args(arguments)
        .envs(settings.iter().copied())
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn bad_settings_are_named_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let output = waybill(
        &[
            "--data-dir",
            &data,
            "--listen",
            "nowhere",
            "--set",
            "WAYBILL_RATE_LIMITT=off",
        ],
        &[
            ("WAYBILL_ORDER_EXPIRY", "0s"),
            ("WAYBILL_COMMISSION_BASIS_POINTS", "10001"),
            ("WAYBILL_CURRENCY", "dollars"),
            ("WAYBILL_SMTP_PASSWORD_FILE", "/nowhere/at/all"),
        ],
    );
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(USAGE), "{errors}");
    for name in [
        "WAYBILL_LISTEN",
        "WAYBILL_ORDER_EXPIRY",
        "WAYBILL_COMMISSION_BASIS_POINTS",
        "WAYBILL_CURRENCY",
        "WAYBILL_SMTP_PASSWORD_FILE",
        "WAYBILL_RATE_LIMITT",
    ] {
        assert!(errors.contains(name), "{name} is not named:\n{errors}");
    }
    assert!(
        !folder.path().join("data").exists(),
        "the start was not aborted"
    );
}

/// All lines have the same format, from the first warning on (here about an unknown variable).
#[tokio::test]
async fn logs_for_machines_are_json_throughout_embedded() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let mut child = Command::new(bin().join("waybill"))
        .args(["--data-dir", &data, "--listen", "127.0.0.1:0", "--demo"])
        .env("WAYBILL_LOG_FORMAT", "json")
        .env("WAYBILL_RATE_LIMITT", "off")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let lines = lines.map(|line| -> Value { serde_json::from_str(&line.unwrap()).expect("JSON") });
    let mut warned = false;
    let (mut address, mut operations) = (None, None);
    for line in lines {
        let message = line["message"].as_str().unwrap_or_default();
        warned |= line["level"] == "WARN"
            && message.starts_with("WAYBILL_RATE_LIMITT")
            && message.ends_with("did you mean WAYBILL_RATE_LIMIT?");
        if message == "health and metrics for operators" {
            operations = line["address"].as_str().map(str::to_owned);
        }
        if message.starts_with("listening on http://") {
            address = line["address"].as_str().map(str::to_owned);
            break;
        }
    }
    assert!(warned, "no warning about the variable");
    let address = address.expect("it listens");
    crypto::install();
    let health = reqwest::get(format!("http://{address}/health")).await;
    assert_eq!(health.unwrap().status(), 200);
    let metrics = reqwest::get(format!("http://{address}/metrics")).await;
    assert_eq!(metrics.unwrap().status(), 404, "they are for operators");
    let operations = operations.expect("the log names the operations listener");
    let metrics = reqwest::get(format!("http://{operations}/metrics")).await;
    assert!(
        metrics
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("waybill_http_requests_total")
    );
    let details = reqwest::get(format!("http://{operations}/health")).await;
    let details = details.unwrap().text().await.unwrap();
    let details: Value = serde_json::from_str(&details).unwrap();
    assert_eq!(details["services"]["order"]["status"], "UP", "{details}");
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn a_failed_start_is_logged_in_the_same_format() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    for (arguments, code, why) in [
        (vec!["--listen", &taken], 1, "cannot listen on"),
        (vec!["--set", "WAYBILL_NOPE=1"], USAGE, "WAYBILL_NOPE"),
    ] {
        let arguments = [vec!["--data-dir", &data], arguments].concat();
        let output = waybill(&arguments, &[("WAYBILL_LOG_FORMAT", "json")]);
        assert_eq!(output.status.code(), Some(code));
        let errors = text(&output.stderr);
        let lines = errors.lines();
        let lines: Vec<Value> = lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let last = lines.last().expect("a line");
        assert_eq!(last["level"], "ERROR", "{errors}");
        assert!(last.to_string().contains(why), "{errors}");
    }
}

#[test]
fn production_refuses_development_settings() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let output = waybill(
        &["--data-dir", &data, "--listen", "127.0.0.1:0", "--demo"],
        &[
            ("WAYBILL_ENVIRONMENT", "production"),
            ("WAYBILL_SERVICE_KEY", SERVICE_KEY),
            ("WAYBILL_RATE_LIMIT", "off"),
        ],
    );
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(USAGE), "{errors}");
    assert!(errors.contains("WAYBILL_RATE_LIMIT"), "{errors}");
    assert!(errors.contains("WAYBILL_DEMO"), "{errors}");

    // Production has no default for the service key and the mail transport.
    let output = waybill(
        &["--data-dir", &data, "--listen", "127.0.0.1:0"],
        &[("WAYBILL_ENVIRONMENT", "production")],
    );
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(USAGE), "{errors}");
    assert!(errors.contains("WAYBILL_SERVICE_KEY"), "{errors}");
    assert!(errors.contains("WAYBILL_MAIL_TRANSPORT"), "{errors}");
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}

#[test]
fn development_is_not_started_where_others_reach_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let output = waybill(
        &["--data-dir", &data, "--listen", "0.0.0.0:0", "--demo"],
        &[("WAYBILL_TRUSTED_PROXIES", "127.0.0.1")],
    );
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(USAGE), "{errors}");
    for name in [
        "WAYBILL_LISTEN",
        "WAYBILL_TRUSTED_PROXIES",
        "WAYBILL_EXPOSE_DEVELOPMENT=on",
    ] {
        assert!(errors.contains(name), "{errors}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}

#[tokio::test]
async fn production_refuses_the_sandbox_embedded() {
    let extra = [
        ("WAYBILL_ENVIRONMENT", "production"),
        ("WAYBILL_SERVICE_KEY", SERVICE_KEY),
        ("WAYBILL_RATE_LIMIT", "on"),
        ("WAYBILL_MAIL_TRANSPORT", "smtp"),
        ("WAYBILL_MAIL_FROM", "shop@example.com"),
    ];
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &extra).await else {
        return;
    };
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let product = admin.product("LOGO", "SERVICE", 5_000, 0).await;
    let request = json!({"items": [{"productId": product, "quantity": 1}]});
    let order = customer.post("/orders", request).await.expect(201);
    let id = order["id"].as_str().unwrap();
    let mut findings = Findings::default();
    let answer = customer
        .post(
            &format!("/orders/{id}/payments"),
            json!({"provider": "SANDBOX"}),
        )
        .await;
    findings.names("a sandbox payment in production", &answer, "provider");
    // The sandbox's page does not exist either.
    let page = format!("/sandbox/checkout/{id}");
    for answer in [
        customer.get(&page).await,
        customer.post(&page, json!({"outcome": "SUCCEED"})).await,
    ] {
        findings.client_error("the sandbox's page in production", &answer);
    }
    let order = customer.get(&format!("/orders/{id}")).await.expect(200);
    assert_eq!(order["paymentStatus"], "UNPAID");
    findings.none();
}

#[tokio::test]
async fn a_second_process_cannot_use_the_data_directory_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let place = platform.place();
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    let output = waybill(&[&place[..], &["--listen", "127.0.0.1:0"]].concat(), &[]);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("in use by another process"), "{errors}");
    // The first one is not affected.
    platform.api().get("/products").await.expect(200);
}

#[tokio::test]
async fn a_restarted_platform_has_all_acknowledged_data_embedded() {
    let Some(mut platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    let product = admin.product("MUG", "GOODS", 1_000, 1_000).await;
    // Orders are placed while it is stopped.
    let mut shoppers = JoinSet::new();
    let (first, mut placed) = tokio::sync::mpsc::unbounded_channel();
    for number in 0..8 {
        let (customer, product, first) = (customer.clone(), product.clone(), first.clone());
        shoppers.spawn(async move {
            let mut orders = Vec::new();
            let request = json!({"items": [{"productId": product, "quantity": 1}]});
            for count in 0.. {
                let key = format!("{number}-{count}");
                let key = [("Idempotency-Key", key.as_str())];
                let sent = customer.send(Method::POST, "/orders", Some(&request), &key);
                match sent.await {
                    Ok(answer) if answer.status == 201 => {
                        orders.push(answer.body["id"].as_str().expect("an id").to_owned());
                        let _ = first.send(());
                    }
                    Ok(answer) => assert_eq!(answer.status, 503, "{:#}", answer.body),
                    Err(_) => break,
                }
            }
            orders
        });
    }
    for _ in 0..20 {
        placed.recv().await.expect("an order");
    }
    let (mut platform, code) = tokio::task::spawn_blocking(move || {
        let code = platform.stop("waybill");
        (platform, code)
    })
    .await
    .unwrap();
    assert_eq!(code, Some(0), "{}", platform.log("waybill"));
    let orders = shoppers.join_all().await.concat();

    platform.start_process("waybill");
    platform.ready().await;
    // The session is still valid, and all acknowledged orders exist.
    for order in &orders {
        customer.get(&format!("/orders/{order}")).await.expect(200);
    }
    let page = customer.get("/orders?total=true").await.expect(200);
    assert!(page["total"].as_u64().unwrap() >= orders.len() as u64);
    platform.verify().await.unwrap();
}

#[tokio::test]
async fn verify_detects_tampering_embedded() {
    let Some(mut platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let product = admin.product("MUG", "GOODS", 1_000, 5).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    let request = json!({"items": [{"productId": product, "quantity": 2}]});
    customer.post("/orders", request).await.expect(201);
    platform.verify().await.unwrap();
    platform.stop("waybill");

    let place = platform.place();
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    let verify = [&["verify"], &place[..]].concat();
    let sound = waybill(&verify, &[]);
    assert_eq!(sound.status.code(), Some(0), "{}", text(&sound.stdout));
    assert!(text(&sound.stdout).contains("0 violations"));

    for (tamper, fix) in [
        (
            "UPDATE stock SET on_hand = on_hand + 1",
            "UPDATE stock SET on_hand = on_hand - 1",
        ),
        (
            "UPDATE stock SET reserved = 0",
            "UPDATE stock SET reserved = 2",
        ),
    ] {
        run_sql(&platform, "order", tamper).await;
        let tampered = waybill(&verify, &[]);
        let found = text(&tampered.stdout);
        assert_eq!(tampered.status.code(), Some(1), "{tamper}: {found}");
        assert!(found.contains(&product), "{found}");
        run_sql(&platform, "order", fix).await;
    }
    let fixed = waybill(&verify, &[]);
    assert_eq!(fixed.status.code(), Some(0), "{}", text(&fixed.stdout));
}

#[tokio::test]
async fn dead_letters_are_listed_and_retried_embedded() {
    let Some(mut platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let place = platform.place();
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    let list = [&["events", "dead-letters", "list"], &place[..]].concat();
    let none = waybill(&list, &[]);
    assert!(none.status.success());
    assert_eq!(text(&none.stdout), "");

    // An empty event, which no consumer can process.
    platform.stop("waybill");
    let db = database(&platform, "payment").await;
    let tx = db.begin(&EventContext::default()).await.unwrap();
    let empty = PaymentChanged {
        kind: PaymentEvent::Succeeded.into(),
        ..PaymentChanged::default()
    };
    tx.emit(Uuid::now_v7(), 1, &empty);
    tx.commit().await.unwrap();
    db.close().await;
    platform.start_process("waybill");
    platform.ready().await;

    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    let letters = loop {
        let listed = text(&waybill(&list, &[]).stdout);
        if listed.contains("\"service\":\"order\"") {
            break listed;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "no dead letter of order: {listed}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    let letter: serde_json::Value =
        serde_json::from_str(letters.lines().next().expect("a line")).unwrap();
    assert_eq!(letter["event"]["type"], "waybill.payment.payment.succeeded");
    assert!(
        letter["error"]
            .as_str()
            .is_some_and(|error| !error.is_empty())
    );

    // The dead letter does not block other events.
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let product = admin.product("MUG", "GOODS", 1_000, 5).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    let request = json!({"items": [{"productId": product, "quantity": 1}]});
    let order = customer.post("/orders", request).await.expect(201);
    let order = order["id"].as_str().unwrap();
    customer.pay(order).await;
    customer
        .until(&format!("/orders/{order}"), "the payment", |o| {
            o["paymentStatus"] == "PAID"
        })
        .await;

    let retry = [&["events", "dead-letters", "retry"], &place[..]].concat();
    let retried = waybill(&retry, &[]);
    assert!(retried.status.success(), "{}", text(&retried.stderr));
    assert!(text(&retried.stdout).contains("will be tried again"));
    let verify = waybill(&[&["verify"], &place[..]].concat(), &[]);
    assert_eq!(
        verify.status.code(),
        Some(1),
        "a dead letter is a violation"
    );
}

#[tokio::test]
async fn a_service_that_lost_events_gets_them_again_by_replay_embedded() {
    let Some(mut platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let product = admin.product("MUG", "GOODS", 1_000, 5).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    let request = json!({"items": [{"productId": product, "quantity": 1}]});
    let order = customer.post("/orders", request).await.expect(201);
    let order = order["id"].as_str().unwrap();
    let chat = database(&platform, "chat").await;
    let seen = async || consumed(&chat, "chat-orders").await.unwrap().len();
    let one = async || until("an event is consumed", async || seen().await > 0).await;
    one().await;

    // Its database is restored to the state before the event.
    platform.stop("waybill");
    run_sql(&platform, "chat", "DELETE FROM inbox").await;
    platform.start_process("waybill");
    platform.ready().await;
    assert_eq!(seen().await, 0);
    let place = platform.place();
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    let replay = |more: &[&str]| waybill(&[&["events", "replay"], more, &place[..]].concat(), &[]);
    let replayed = replay(&["--service", "order", "--aggregate", order, "--from", "1h"]);
    let said = text(&replayed.stdout);
    assert!(replayed.status.success(), "{}", text(&replayed.stderr));
    assert!(said.starts_with("1 events of order"), "{said}");
    one().await;
    chat.close().await;

    for wrong in [
        &["--service", "warehouse"][..],
        &["--service", "order", "--from", "yesterday"],
        &[],
    ] {
        assert_eq!(replay(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

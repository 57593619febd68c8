//! What a newcomer meets: the first start and its log, events on the screen, a killed shop, beginning again.

use std::{fs, path::Path, process::Stdio};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{ChildStdout, Command},
    time::{Duration, timeout},
};
use waybill_testkit::{ADMIN, Api, DatabaseKind, Platform, Shape};

use crate::{
    support::{bin, run_sql},
    upgrade::Place,
};

/// Columns of a usual terminal of developers.
const TERMINAL: usize = 120;

struct Ran {
    code: Option<i32>,
    text: String,
}

/// Runs a command of `waybill` on the platform's databases.
async fn waybill(platform: &Platform, arguments: &[&str]) -> Ran {
    let output = Command::new(bin().join("waybill"))
        .args(arguments)
        .args(platform.place())
        .output()
        .await
        .expect("the binary runs");
    let text = [output.stdout, output.stderr].concat();
    Ran {
        code: output.status.code(),
        text: String::from_utf8_lossy(&text).into_owned(),
    }
}

/// A paid order for goods. Returns its id.
async fn paid_order(admin: &Api, customer: &Api, sku: &str) -> String {
    let product = admin.product(sku, "GOODS", 1_000, 5).await;
    let request = json!({"items": [{"productId": product, "quantity": 1}]});
    let order = customer.post("/orders", request).await.expect(201);
    let order = order["id"].as_str().expect("an id").to_owned();
    customer.pay(&order).await;
    let path = format!("/orders/{order}");
    let paid = |order: &Value| order["paymentStatus"] == "PAID";
    customer.until(&path, "the payment", paid).await;
    order
}

#[tokio::test]
async fn the_log_of_a_first_start_fits_a_terminal_and_migrations_are_one_line_embedded() {
    let settings = [("WAYBILL_LOG", "info")];
    let Some(mut platform) = Platform::start_with(Shape::Embedded, bin(), &settings).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    let order = paid_order(&admin, &customer, "CUP").await;
    let refused = admin
        .post(&format!("/orders/{order}/claim"), json!({}))
        .await;
    assert_eq!(refused.refused(403), "FORBIDDEN");
    platform.verify().await.unwrap();
    platform.stop("waybill");
    let log = platform.log("waybill");
    let migrations: Vec<_> = log
        .lines()
        .filter(|line| line.contains("migration"))
        .collect();
    assert_eq!(migrations.len(), 1, "{migrations:#?}");
    assert!(
        migrations[0].contains("brought up to date"),
        "{migrations:?}"
    );
    let requests = log
        .lines()
        .filter(|line| line.contains("POST /api/v1/orders"))
        .count();
    assert!(requests >= 3, "{log}");
    let long: Vec<_> = log
        .lines()
        // A warning has all its ids in full.
        .filter(|line| line.chars().count() > TERMINAL && !line.contains(" WARN "))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
    let answered = |line: &&str| line.contains("POST /api/v1/orders 201");
    let answered = log.lines().find(answered).expect("a request");
    assert!(answered.contains(" 127.0.0.1 user="), "{answered}");
    // Each line of a request ends with the end of its id.
    let id = refused.body["requestId"].as_str().expect("an id");
    let end = format!("#{}", &id[id.len() - 12..]);
    assert!(log.lines().any(|line| line.ends_with(&end)), "{end}: {log}");
    platform.start_process("waybill");
    platform.ready().await;
    let again = platform.log("waybill");
    assert_eq!(again.matches("brought up to date").count(), 1, "{again}");
}

async fn next_line(lines: &mut Lines<BufReader<ChildStdout>>, patience: Duration) -> Option<Value> {
    let line = timeout(patience, lines.next_line()).await.ok()?;
    let line = line.expect("the output can be read").expect("it goes on");
    Some(serde_json::from_str(&line).expect("a line of JSON"))
}

#[tokio::test]
async fn events_are_printed_while_a_shop_runs_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    let before = paid_order(&admin, &customer, "OLD").await;
    let mut tail = Command::new(bin().join("waybill"))
        .args(["events", "tail", "waybill.order.order.*"])
        .args(platform.place())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the binary runs");
    let mut source = BufReader::new(tail.stderr.take().expect("a pipe")).lines();
    let source = source.next_line().await.expect("text").expect("a line");
    assert!(source.contains(&platform.data_dir()), "{source}");
    let mut lines = BufReader::new(tail.stdout.take().expect("a pipe")).lines();
    // It prints what comes after it has started: orders are placed until it has.
    let mut orders = Vec::new();
    let first = loop {
        assert!(orders.len() < 100, "nothing is printed");
        let order = paid_order(&admin, &customer, &format!("CUP-{}", orders.len())).await;
        orders.push(order);
        if let Some(event) = next_line(&mut lines, Duration::from_secs(1)).await {
            break event;
        }
    };
    assert_ne!(first["subject"], before, "only new events");
    assert!(
        first["type"]
            .as_str()
            .unwrap()
            .starts_with("waybill.order.order.")
    );
    let order = paid_order(&admin, &customer, "LAST").await;
    let mut types = Vec::new();
    while types
        .last()
        .is_none_or(|kind| kind != "waybill.order.order.paid")
    {
        let event = next_line(&mut lines, Duration::from_mins(1))
            .await
            .expect("an event");
        if event["subject"] == order.as_str() {
            assert_eq!(event["data"]["order"]["id"], order.as_str(), "{event}");
            types.push(event["type"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(types[0], "waybill.order.order.placed", "{types:?}");
}

#[tokio::test]
async fn a_killed_shop_has_a_backlog_and_no_violations_embedded() {
    let Some(mut platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    paid_order(&admin, &customer, "CUP").await;
    platform.verify().await.unwrap();
    platform.kill("waybill");

    // As after a crash between a commit and the publishing of its events: the payment has succeeded, and its order does not know.
    let last = "SELECT id FROM outbox WHERE subject = 'waybill.payment.payment.succeeded'";
    let unsent = format!("UPDATE outbox SET sequence = NULL WHERE id IN ({last})");
    run_sql(&platform, "payment", &unsent).await;
    let killed = waybill(&platform, &["verify"]).await;
    assert_eq!(killed.code, Some(0), "{}", killed.text);
    assert!(
        killed.text.contains("backlog: payment: 1 events"),
        "{}",
        killed.text
    );
    assert!(killed.text.contains("0 violations"), "{}", killed.text);
    let strict = waybill(&platform, &["verify", "--strict"]).await;
    assert_eq!(strict.code, Some(1), "{}", strict.text);
    // What no event repairs is a violation all the same.
    run_sql(&platform, "order", "UPDATE stock SET on_hand = on_hand + 1").await;
    let broken = waybill(&platform, &["verify"]).await;
    assert_eq!(broken.code, Some(1), "{}", broken.text);
    assert!(broken.text.contains("1 violations"), "{}", broken.text);
    run_sql(&platform, "order", "UPDATE stock SET on_hand = on_hand - 1").await;

    platform.start_process("waybill");
    platform.ready().await;
    platform.verify().await.unwrap();
}

/// With NATS, what a dead service has yet to consume is a backlog, and an event that it has lost is none.
#[tokio::test]
async fn what_a_dead_service_has_to_consume_is_a_backlog_distributed() {
    let Some(mut platform) = Platform::start(Shape::Distributed, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    paid_order(&admin, &customer, "CUP").await;
    platform.verify().await.unwrap();
    platform.kill("chat");
    paid_order(&admin, &customer, "POT").await;
    let nats = platform.nats().expect("a server").url();
    let bus = format!("WAYBILL_NATS_URL={nats}");
    let verify = ["--set", bus.as_str(), "verify"];
    let waiting = |ran: &Ran| ran.code == Some(0) && ran.text.contains("backlog: chat: ");
    let mut ran = waybill(&platform, &verify).await;
    for _ in 0..100 {
        // The other services are still at work.
        if waiting(&ran) {
            break;
        }
        ran = waybill(&platform, &verify).await;
    }
    assert!(waiting(&ran), "{}", ran.text);
    run_sql(&platform, "chat", "DELETE FROM inbox").await;
    let lost = waybill(&platform, &verify).await;
    assert_eq!(lost.code, Some(1), "{}", lost.text);
    assert!(lost.text.contains("backlog: chat: "), "{}", lost.text);
    assert!(lost.text.contains("has not consumed"), "{}", lost.text);
}

/// Its files are in the data directory, wherever its databases are.
#[tokio::test]
async fn a_running_shop_with_databases_of_a_server_is_not_reset_postgres() {
    let Some(place) = Place::create(DatabaseKind::Postgres).await else {
        return;
    };
    let mut platform = Platform::start_setup(place.setup()).await.unwrap();
    let reset = Command::new(bin().join("waybill"))
        .args(["reset", "--yes", "--data-dir", &platform.data_dir()])
        .output()
        .await
        .expect("the binary runs");
    let refused = String::from_utf8_lossy(&reset.stderr);
    assert_eq!(reset.status.code(), Some(1), "{refused}");
    assert!(refused.contains("stop it first"), "{refused}");
    platform.stop("waybill");
}

#[tokio::test]
async fn a_shop_is_reset_to_an_empty_one_embedded() {
    let Some(mut platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    admin.product("CUP", "GOODS", 1_000, 5).await;
    let running = waybill(&platform, &["reset", "--yes"]).await;
    assert_eq!(running.code, Some(1), "{}", running.text);
    assert!(running.text.contains("stop it first"), "{}", running.text);
    platform.stop("waybill");
    let unsure = waybill(&platform, &["reset"]).await;
    assert!(
        unsure.code == Some(1) && unsure.text.contains("--yes"),
        "{}",
        unsure.text
    );
    // What the shop is counts, and not the settings of this command.
    let lock = Path::new(&platform.data_dir()).join("lock");
    assert_eq!(fs::read_to_string(&lock).unwrap(), "development\n");
    fs::write(&lock, "production\n").unwrap();
    let refused = waybill(&platform, &["reset", "--yes"]).await;
    assert_eq!(refused.code, Some(1), "{}", refused.text);
    assert!(refused.text.contains("production"), "{}", refused.text);
    // A reset that was interrupted: the rest of the shop does not start.
    fs::write(&lock, "deleted\n").unwrap();
    let started = waybill(&platform, &["--listen", "127.0.0.1:0"]).await;
    assert_eq!(started.code, Some(1), "{}", started.text);
    assert!(started.text.contains("interrupted"), "{}", started.text);
    let reset = waybill(&platform, &["reset", "--yes"]).await;
    assert_eq!(reset.code, Some(0), "{}", reset.text);
    platform.start_process("waybill");
    platform.ready().await;
    let products = platform.api().get("/products").await.expect(200);
    assert_eq!(products["items"], json!([]));
}

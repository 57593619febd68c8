//! The demo is written once, even if the start is interrupted, and later changes by users stay.

use std::{process::Stdio, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};
use waybill::demo::{ADMIN, PASSWORD};
use waybill_testkit::{Api, Platform, Shape, free_port, until};

use crate::support::{bin, run_sql};

const ORDERS: &str = "/orders?limit=100";
const PRODUCTS: &str = "/products?limit=100";
const USERS: &str = "/admin/users?limit=100";
const NEW_PASSWORD: &str = "another secret";

/// Settings of a platform with the demo, in this folder if given.
fn settings(folder: Option<&str>) -> Vec<(&str, &str)> {
    let mut settings = vec![
        ("WAYBILL_ADMIN_PASSWORD", PASSWORD),
        ("WAYBILL_DEMO", "on"),
        ("WAYBILL_LOG", "info"),
    ];
    settings.extend(folder.map(|folder| ("WAYBILL_DATA_DIR", folder)));
    settings
}

/// Stops the platform gracefully.
fn stop(platform: &mut Platform) {
    let code = platform.stop("waybill");
    assert_eq!(code, Some(0), "{}", platform.log("waybill"));
}

/// Starts it again; returns its log until it is ready.
async fn start(platform: &mut Platform) -> String {
    let before = platform.log("waybill").len();
    platform.start_process("waybill");
    platform.ready().await;
    platform.log("waybill").split_off(before)
}

fn items(page: &Value) -> &[Value] {
    page["items"].as_array().expect("a list")
}

/// The id of the only item of the list.
async fn find(api: &Api, list: &str) -> String {
    let found = api.get(list).await.expect(200);
    assert_eq!(items(&found).len(), 1, "{found:#}");
    items(&found)[0]["id"].as_str().expect("an id").to_owned()
}

/// The orders, products and accounts, once all refunds are done.
async fn shop(admin: &Api) -> [Value; 3] {
    let orders = admin.until(ORDERS, "the refund", |orders| {
        let refunded = |order: &Value| order["paymentStatus"] == "REFUNDED";
        items(orders).iter().any(refunded)
    });
    [
        orders.await,
        admin.get(PRODUCTS).await.expect(200),
        admin.get(USERS).await.expect(200),
    ]
}

async fn change_password(api: &Api) {
    let change = json!({"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD});
    api.post("/users/change-password", change).await.expect(200);
}

#[tokio::test]
async fn later_changes_to_the_demo_stay_embedded() {
    let Some(mut platform) = Platform::start_with(Shape::Embedded, bin(), &settings(None)).await
    else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.email, PASSWORD).await;
    let mug = format!("/products/{}", find(&admin, "/products?q=MUG-01").await);
    admin.delete(&mug).await.expect(204);
    let logo = find(&admin, "/products?q=SVC-LOGO").await;
    let sku = json!({"sku": "SVC-SIGN"});
    admin
        .patch(&format!("/products/{logo}"), sku)
        .await
        .expect(200);
    let carl = find(&admin, "/admin/users?q=carl@").await;
    let suspend = format!("/admin/users/{carl}/suspend");
    admin
        .post(&suspend, json!({"reason": "Test"}))
        .await
        .expect(200);
    let cleo = anyone.login("cleo@waybill.example", PASSWORD).await;
    change_password(&cleo).await;
    change_password(&admin).await;
    let guess = json!({"email": "walter@waybill.example", "password": "wrong password"});
    for _ in 0..10 {
        anyone.post("/auth/login", guess.clone()).await.refused(401);
    }
    anyone.post("/auth/login", guess).await.refused(429);
    let before = shop(&admin).await;

    // Also at further starts.
    for _ in 0..2 {
        stop(&mut platform);
        let log = start(&mut platform).await;
        assert!(log.contains("written at an earlier start"), "{log}");
        assert_eq!(shop(&admin).await, before);
    }
    assert_eq!(admin.get(&mug).await.expect(200)["active"], false);
    for email in [ADMIN.email, "cleo@waybill.example"] {
        anyone.login(email, NEW_PASSWORD).await;
        let old = json!({"email": email, "password": PASSWORD});
        anyone.post("/auth/login", old).await.refused(401);
    }
    let suspended = json!({"email": "carl@waybill.example", "password": PASSWORD});
    anyone.post("/auth/login", suspended).await.refused(403);
    platform.verify().await.unwrap();
}

/// The operator's own administrator and the demo's are two accounts.
#[tokio::test]
async fn a_demo_has_the_operators_administrator_too_embedded() {
    let own = [
        ("WAYBILL_DEMO", "on"),
        ("WAYBILL_ADMIN_EMAIL", "boss@example.com"),
        ("WAYBILL_ADMIN_PASSWORD", NEW_PASSWORD),
    ];
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &own).await else {
        return;
    };
    for (email, password) in [("boss@example.com", NEW_PASSWORD), (ADMIN.email, PASSWORD)] {
        let admin = platform.api().login(email, password).await;
        find(&admin, "/admin/users?q=nora@").await;
    }
}

/// An operator takes over the account of somebody who registered the address of the administrator.
#[tokio::test]
async fn an_account_is_promoted_by_a_command_embedded() {
    let own = [("WAYBILL_ADMIN_EMAIL", "boss@example.com")];
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &own).await else {
        return;
    };
    let email = "ada@example.com";
    let ada = platform.api().register(email, "Ada", "King").await;
    let promote = async |extra: &[&str], password: Option<&str>| {
        let mut command = Command::new(bin().join("waybill"));
        command
            .args(["users", "promote", email, "--data-dir"])
            .arg(platform.data_dir())
            .args(extra)
            .env_remove("WAYBILL_ADMIN_PASSWORD");
        if let Some(password) = password {
            command.env("WAYBILL_ADMIN_PASSWORD", password);
        }
        let output = command.output().await.expect("the binary runs");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), errors)
    };
    let (code, errors) = promote(&[], None).await;
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("--keep-password"), "{errors}");
    let (code, errors) = promote(&[], Some(NEW_PASSWORD)).await;
    assert_eq!(code, Some(0), "{errors}");
    let admin = platform.api().login(email, NEW_PASSWORD).await;
    // Beside the running platform, which publishes the events.
    until("the old session ends", async || {
        ada.get("/users/profile").await.status == 401
    })
    .await;
    let log = admin.get("/admin/audit-log?action=user.set_role").await;
    assert_eq!(items(&log.expect(200)).len(), 1);
}

/// Older versions wrote a complete demo without the newcomer; the idempotency keys of its orders have expired.
#[tokio::test]
async fn a_demo_without_its_newcomer_is_not_written_twice_embedded() {
    const GONE: &str =
        "UPDATE users SET email = hex(id), search_text = '' WHERE email LIKE 'nora@%'";
    let Some(mut platform) = Platform::start_with(Shape::Embedded, bin(), &settings(None)).await
    else {
        return;
    };
    let admin = platform.api().login(ADMIN.email, PASSWORD).await;
    let towel = find(&admin, "/products?q=TWL-01").await;
    let towel = format!("/products/{towel}");
    admin.delete(&towel).await.expect(204);
    let before = shop(&admin).await;

    stop(&mut platform);
    run_sql(&platform, "auth", GONE).await;
    run_sql(&platform, "order", "DELETE FROM idempotency_keys").await;
    let log = start(&mut platform).await;
    assert!(log.contains("the demo data was written"), "{log}");
    assert!(!log.contains("at an earlier start"), "{log}");
    let after = shop(&admin).await;
    assert_eq!(after[..2], before[..2]);
    find(&admin, "/admin/users?q=nora@").await;

    // If the administrator cannot sign in, the shop starts without the rest of the demo.
    change_password(&admin).await;
    stop(&mut platform);
    run_sql(&platform, "auth", GONE).await;
    let log = start(&mut platform).await;
    assert!(log.contains("without the rest of the demo data"), "{log}");
    assert!(log.contains("signing admin@waybill.example in"), "{log}");
    assert_eq!(shop(&admin).await[..2], before[..2]);
}

#[tokio::test]
async fn a_shop_in_use_starts_without_a_conflicting_demo_embedded() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let own = [
        ("WAYBILL_ADMIN_PASSWORD", PASSWORD),
        ("WAYBILL_DATA_DIR", data.as_str()),
    ];
    let Some(mut platform) = Platform::start_with(Shape::Embedded, bin(), &own).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.email, PASSWORD).await;
    let cup = admin.product("CUP", "GOODS", 500, 10).await;
    let cup = format!("/products/{cup}");
    let before = admin.get(&cup).await.expect(200);
    // The SKU of the demo's mug is in use.
    let mug = admin.product("MUG-01", "GOODS", 900, 10).await;
    let mug = format!("/products/{mug}");
    admin.delete(&mug).await.expect(204);
    stop(&mut platform);

    let extra = settings(Some(data.as_str()));
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &extra).await else {
        return;
    };
    let admin = platform.api().with_token(admin.token());
    let log = platform.log("waybill");
    assert!(log.contains("without the rest of the demo data"), "{log}");
    assert!(log.contains("the demo sells no MUG-01"), "{log}");
    assert_eq!(admin.get(&cup).await.expect(200), before);
    assert_eq!(admin.get(&mug).await.expect(200)["active"], false);
    let orders = admin.get(ORDERS).await.expect(200);
    assert!(items(&orders).is_empty(), "{orders:#}");
}

fn waybill(data: &str, listen: &str) -> Command {
    let mut command = Command::new(bin().join("waybill"));
    command
        .args(["--demo", "--data-dir", data, "--listen", listen])
        .env("WAYBILL_RATE_LIMIT", "off")
        .kill_on_drop(true);
    command
}

#[tokio::test]
async fn a_shop_that_is_in_use_does_not_become_a_demo_embedded() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let shop = [
        ("WAYBILL_DATA_DIR", data.as_str()),
        ("WAYBILL_ADMIN_EMAIL", "boss@example.com"),
    ];
    let Some(mut platform) = Platform::start_with(Shape::Embedded, bin(), &shop).await else {
        return;
    };
    platform
        .api()
        .register("ada@example.com", "Ada", "King")
        .await;
    stop(&mut platform);
    for _ in 0..2 {
        let mut command = waybill(&data, "127.0.0.1:0");
        let output = timeout(Duration::from_mins(1), command.output()).await;
        let output = output.expect("it exits").expect("the binary runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(errors.contains("is no demo"), "{errors}");
    }
}

/// Waits until a list has this many entries.
async fn grown(api: &Api, list: &str, entries: usize) {
    let begin = Instant::now();
    loop {
        let sent = api.send(Method::GET, list, None, &[]).await;
        if let Ok(answer) = &sent
            && let Some(found) = answer.body["items"].as_array()
            && found.len() >= entries
        {
            return;
        }
        assert!(
            begin.elapsed() < Duration::from_mins(1),
            "{list} has not grown to {entries}: {sent:?}"
        );
        sleep(Duration::from_millis(5)).await;
    }
}

async fn kill(mut process: Child) {
    process.kill().await.expect("the process can be killed");
}

#[tokio::test]
async fn an_interrupted_demo_is_completed_embedded() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let listen = format!("127.0.0.1:{}", free_port());
    let begin = || {
        let mut command = waybill(&data, &listen);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the binary runs")
    };
    let anyone = Api::new(&format!("http://{listen}"));

    let process = begin();
    grown(&anyone, PRODUCTS, 5).await;
    let admin = anyone.login(ADMIN.email, PASSWORD).await;
    kill(process).await;
    for (list, entries) in [(PRODUCTS, 40), (ORDERS, 6)] {
        let process = begin();
        grown(&admin, list, entries).await;
        kill(process).await;
    }

    let extra = settings(Some(data.as_str()));
    let Some(platform) = Platform::start_with(Shape::Embedded, bin(), &extra).await else {
        return;
    };
    let log = platform.log("waybill");
    assert!(log.contains("the demo data was written"), "{log}");
    let admin = platform.api().with_token(admin.token());
    let [orders, products, users] = shop(&admin).await;
    // Killed at a certain moment, the replacement of this order still waits for the administrator.
    let others = |order: &&Value| order["title"] != "Translate a menu into Dutch";
    assert_eq!(items(&orders).iter().filter(others).count(), 17);
    assert_eq!(items(&products).len(), 40);
    let roles = |role: &str| {
        items(&users)
            .iter()
            .filter(|user| user["role"] == role)
            .count()
    };
    assert_eq!(
        (roles("ADMIN"), roles("STAFF"), roles("CUSTOMER")),
        (1, 2, 4)
    );
}

//! What the log has, and what it never has.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use reqwest::Method;
use serde_json::json;
use waybill_testkit::{ADMIN, Platform, Setup, Shape, free_port};

use crate::support::bin;

/// Passwords, tokens and personal data stay out of the log, also of a verbose one (OWASP ASVS 7.1.1 and 7.1.2).
#[tokio::test]
async fn no_log_line_has_a_password_a_token_or_an_address() {
    let setup = Setup::new(Shape::Embedded, bin()).set("WAYBILL_LOG", "debug");
    let mut platform = Platform::start_setup(setup).await.unwrap();
    let anyone = platform.api();
    let (email, password, wrong) = (
        "mildred@example.com",
        "a quiet harbour at dawn",
        "a loud harbour at dusk",
    );
    let registered = anyone.register(email, "Mildred", "Harbottle").await;
    let signed_in = json!({"email": email, "password": "a good password"});
    let session = anyone.post("/auth/login", signed_in).await.expect(200);
    let failed = json!({"email": email, "password": wrong});
    anyone.post("/auth/login", failed).await.expect(401);
    let change = json!({"currentPassword": "a good password", "newPassword": password});
    registered
        .post("/users/change-password", change)
        .await
        .expect(200);
    let bowl = anyone.login(ADMIN.0, ADMIN.1).await;
    let bowl = bowl.product("BOWL", "GOODS", 2_000, 5).await;
    let order = json!({
        "contact": {"email": "norbert@example.com", "firstName": "Norbert", "lastName": "Quill"},
        "items": [{"productId": bowl, "quantity": 1}],
        "shippingAddress": {"line1": "Saltmarsh Road 7", "city": "Springfield", "country": "US"},
        "title": "For my aunt Ottilie",
    });
    let key = [("idempotency-key", "a-key-that-nobody-guesses")];
    let placed = anyone.send(Method::POST, "/orders", Some(&order), &key);
    let placed = placed.await.unwrap().expect(201);
    // The lines of all that was done are written.
    assert_eq!(platform.stop("waybill"), Some(0));
    let log = platform.log("waybill");
    assert!(log.contains("/api/v1/auth/login"), "{log}");
    let mut secrets = vec![
        email,
        password,
        wrong,
        "a good password",
        "norbert@",
        "Mildred",
        "Quill",
        "Saltmarsh",
        "Ottilie",
        ADMIN.0,
        ADMIN.1,
        key[0].1,
    ];
    for token in [
        &session["accessToken"],
        &session["refreshToken"],
        &placed["auth"]["accessToken"],
    ] {
        secrets.push(token.as_str().expect("a token"));
    }
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

/// A newcomer reads the first screen: what was written is one line, and nothing looks like an attack.
#[test]
fn the_first_start_of_the_demo_is_a_few_short_lines() {
    let folder = tempfile::tempdir().unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let mut child = Command::new(bin().join("waybill"))
        .args(["--demo", "--listen", &listen, "--data-dir"])
        .arg(folder.path().join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut first = Vec::new();
    for line in lines.map(|line| line.expect("text")) {
        let is_last = line.contains("the demo data was written");
        first.push(line);
        if is_last {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let all = first.join("\n");
    let last = first.last().expect("a line");
    assert!(last.contains("the demo data was written"), "{all}");
    assert!(first.len() < 15, "{all}");
    assert!(first.iter().all(|line| line.chars().count() < 120), "{all}");
    assert!(!all.contains("WARN") && !all.contains("ERROR"), "{all}");
}

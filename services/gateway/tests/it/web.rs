//! The web pages beside the API.

use std::{fs, path::Path};

use axum::body::Body;
use http::Method;

use crate::support::{Answer, Gateway, request};

const DOCUMENT: &str = r#"<meta name="csp-nonce" content="WAYBILL_CSP_NONCE"><script nonce="WAYBILL_CSP_NONCE" src="/assets/main-abc.js"></script>"#;

/// What a build of the pages looks like.
fn build(folder: &Path) {
    fs::create_dir_all(folder.join("assets")).unwrap();
    fs::write(folder.join("index.html"), DOCUMENT).unwrap();
    fs::write(folder.join("pages.json"), r#"["orders", "sign-in"]"#).unwrap();
    fs::write(folder.join("assets/main-abc.js"), "let plain;").unwrap();
    fs::write(folder.join("assets/main-abc.js.br"), "brotli").unwrap();
}

async fn gateway(folder: &Path) -> Gateway {
    Gateway::with(&[("WAYBILL_WEB", folder.to_str().unwrap())]).await
}

async fn browse(gateway: &Gateway, path: &str) -> Answer {
    let ask = request(Method::GET, path).header("accept", "text/html,*/*;q=0.8");
    gateway.call(ask.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_page_has_a_nonce_of_its_own_and_no_other_script_runs_in_it() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let gateway = gateway(folder.path()).await;
    let mut nonces = Vec::new();
    for path in ["/", "/orders/0190a1b2", "/sign-in?next=%2Forders"] {
        let page = browse(&gateway, path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-cache");
        let policy = page.header("content-security-policy").to_owned();
        let (_, nonce) = policy.split_once("'nonce-").unwrap();
        let (nonce, _) = nonce.split_once('\'').unwrap();
        let text = String::from_utf8_lossy(&page.body);
        assert_eq!(text, DOCUMENT.replace("WAYBILL_CSP_NONCE", nonce));
        assert!(policy.contains("script-src 'self';"), "{policy}");
        nonces.push(nonce.to_owned());
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn what_is_no_page_is_not_found_as_its_caller_expects() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let gateway = gateway(folder.path()).await;
    let page = browse(&gateway, "/no-such-page").await;
    assert_eq!(page.status, 404);
    assert!(page.header("content-type").starts_with("text/html"));
    for path in [
        "/api/v1/none",
        "/assets/none-abc.js",
        "/assets/../pages.json",
        "/api-docs/none",
    ] {
        browse(&gateway, path).await.error(404, "NOT_FOUND");
    }
    // Programs do not accept HTML.
    gateway.get("/orders").await.error(404, "NOT_FOUND");
    let post = gateway.send(Method::POST, "/orders", "{}").await;
    post.error(404, "NOT_FOUND");
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_come_compressed() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let gateway = gateway(folder.path()).await;
    for (accepted, encoding, body) in [("gzip, br", "br", "brotli"), ("identity", "", "let plain;")]
    {
        let ask = request(Method::GET, "/assets/main-abc.js").header("accept-encoding", accepted);
        let asset = gateway.call(ask.body(Body::empty()).unwrap()).await;
        assert_eq!(asset.status, 200);
        assert_eq!(asset.header("content-encoding"), encoding);
        assert_eq!(asset.body, body);
        let forever = "public, max-age=31536000, immutable";
        assert_eq!(asset.header("cache-control"), forever);
    }
    let missing = gateway.get("/assets/none-abc.js").await;
    assert_eq!(missing.header("cache-control"), "no-store");
    // The pages that the gateway draws itself keep theirs.
    assert_eq!(gateway.get("/assets/waybill.css").await.status, 200);
}

#[tokio::test]
async fn a_folder_without_pages_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let sources = waybill_service_kit::settings::Sources::empty()
        .with("WAYBILL_WEB", folder.path().to_str().unwrap());
    let (settings,) = waybill_service_kit::settings::load(&sources).unwrap();
    let development = waybill_service_kit::settings::Environment::Development;
    let refused = Gateway::build(settings, development).await.err().unwrap();
    assert!(
        format!("{refused:?}").contains("WAYBILL_WEB"),
        "{refused:?}"
    );
}

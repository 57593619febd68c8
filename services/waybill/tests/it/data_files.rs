//! Data of the embedded shape can only be read by the user that runs it.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde_json::json;
use waybill_testkit::{ADMIN, Platform, Setup, Shape};

use crate::support::bin;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Every file and folder below, with itself.
fn tree(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[track_caller]
fn is_private(folder: &Path) {
    for path in tree(folder) {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        let found = mode(&path);
        assert_eq!(found, expected, "{}: {found:o}", path.display());
    }
}

#[tokio::test]
async fn data_files_are_for_their_owner_only_embedded() {
    let outer = tempfile::tempdir().unwrap();
    let data = outer.path().join("shop");
    let setup = Setup::new(Shape::Embedded, bin()).data(&data);
    let Some(mut platform) = Platform::start_setup(setup).await else {
        return;
    };
    let admin = platform.api().login(ADMIN.0, ADMIN.1).await;
    let product = admin.product("MUG", "GOODS", 1_000, 1).await;
    let customer = platform.api().register("c@example.com", "Carla", "C").await;
    let request = json!({"items": [{"productId": product, "quantity": 1}]});
    let order = customer.post("/orders", request).await.expect(201);
    let path = format!("/orders/{}/customer-media", order["id"].as_str().unwrap());
    let pdf = ("plan.pdf", &b"%PDF-1.7\n%%EOF\n"[..]);
    customer
        .upload(&path, &[("purpose", "REFERENCE")], pdf)
        .await
        .expect(201);
    // The databases, what SQLite keeps beside them, and the upload.
    let names: Vec<_> = tree(&data)
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    for ending in ["auth.db", "auth.db-wal", "order.db-shm", "/lock"] {
        assert!(
            names.iter().any(|name| name.ends_with(ending)),
            "no {ending} in {names:?}"
        );
    }
    assert!(
        names
            .iter()
            .any(|name| name.contains("/files/") && name.contains("/orders/")),
        "{names:?}"
    );
    is_private(&data);

    // A directory of a version before, which everybody could read.
    platform.stop("waybill");
    let open =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    open(&data, 0o755);
    open(&data.join("files"), 0o755);
    open(&data.join("auth.db"), 0o644);
    platform.start_process("waybill");
    platform.ready().await;
    is_private(&data);
}

//! The file storage fails: S3 breaks connections, and S3 does not respond.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, ensure};
use reqwest::Method;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::{
    account::Verdict,
    kills::Servers,
    scene::{Outcome, Run, Scene},
};
use crate::{BOUNDARY, Balancer, S3Server, Shape, Traffic, form, free_port};

/// Arbitrary bytes that begin like a PDF.
const FILE: &[u8] = b"%PDF-1.7\nas it was sent";
const PAUSE: Duration = Duration::from_millis(200);
/// Uploads succeed again within this time after an outage.
const PATIENCE: Duration = Duration::from_mins(1);

pub async fn s3(run: Run) -> Result<Outcome> {
    let servers = match run.shape {
        Shape::Embedded => None,
        Shape::Distributed => match Servers::start().await {
            None => return Ok(Run::skipped("PostgreSQL or NATS is missing")),
            servers => servers,
        },
    };
    let storage = S3Server::start().await;
    let link = Balancer::start(free_port(), vec![(storage.address(), None)]).await;
    let mut setup = run.setup();
    if let Some(servers) = &servers {
        setup = servers.join(setup);
    }
    for (name, value) in storage.settings() {
        setup = setup.set(&format!("order:{name}"), value);
    }
    let reached = SocketAddr::from(([127, 0, 0, 1], link.port()));
    let setup = setup
        .set(
            "order:WAYBILL_FILES_S3_ENDPOINT",
            format!("http://{reached}"),
        )
        // Links would lead to the storage directly.
        .set("order:WAYBILL_FILES_REDIRECT", "off");
    let mut scene = run.scene(setup).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let uploads = upload(&scene, &stop);
    more_files(&scene).await?;
    for traffic in [Traffic::Cut, Traffic::Hold] {
        link.set(traffic);
        sleep(scene.run.harm / 2).await;
        // Orders do not need it.
        scene.more_orders(20).await;
        link.set(Traffic::Pass);
        scene.recovered().await;
        more_files(&scene).await?;
    }
    stop.store(true, Ordering::SeqCst);
    uploads.await?;
    let files = scene.account.book().files.len();
    scene.notes.push(format!("{files} files acknowledged"));
    scene.finish().await
}

/// A customer who adds files to an order, one after the other.
fn upload(scene: &Scene, stop: &Arc<AtomicBool>) -> JoinHandle<()> {
    let (client, account) = (scene.client(), scene.account.clone());
    let (api, stop) = (scene.people.customers[0].clone(), stop.clone());
    tokio::spawn(async move {
        let placed = client.place(0, "with-files", true, PATIENCE).await;
        let order = placed.expect("an order").id;
        let path = format!("/api/v1/orders/{order}/customer-media");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        while !stop.load(Ordering::SeqCst) {
            let body = form(&[], Some(("wish.pdf", FILE)));
            let kind = [("content-type", kind.as_str())];
            let answer = api.raw(Method::POST, &path, &kind, Some(body)).await;
            match account.judge("adding a file", answer) {
                Verdict::Success(file) => {
                    let path = format!("/media/{}", file["id"].as_str().unwrap_or_default());
                    account.book().files.push((path, 0));
                }
                Verdict::Refused(status, code) => {
                    account.broken(format!("a file was refused: {status} {code}"));
                }
                Verdict::Later => {}
            }
            sleep(PAUSE).await;
        }
    })
}

/// Waits until further files are accepted.
async fn more_files(scene: &Scene) -> Result<()> {
    let count = || scene.account.book().files.len();
    let enough = count() + 3;
    let start = Instant::now();
    while count() < enough {
        ensure!(start.elapsed() < PATIENCE, "files are not taken");
        sleep(PAUSE).await;
    }
    Ok(())
}

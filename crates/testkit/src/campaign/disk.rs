//! The disk of the data directory: full, and failing.

use anyhow::{Result, ensure};
use tokio::time::sleep;

use super::scene::{Outcome, Run};
use crate::{FailingDisk, SmallDisk};

const MEGABYTES: u32 = 64;
/// Orders that must be placed after the disk was freed.
const AFTERWARDS: usize = 200;

/// Filled until an order is refused, and freed; repeatedly.
pub async fn full(run: Run) -> Result<Outcome> {
    let Some(disk) = SmallDisk::mount(MEGABYTES) else {
        return Ok(Run::skipped("mounting a tmpfs takes root"));
    };
    let setup = run.setup().data(&disk.path().join("data"));
    let mut scene = run.scene(setup).await?;
    let rounds = 3;
    for _ in 0..rounds {
        disk.fill();
        scene.refused().await;
        scene.expect_ready(false).await;
        sleep(scene.run.harm / rounds).await;
        disk.free()?;
        scene.recovered().await;
        scene.more_orders(AFTERWARDS).await;
    }
    scene.finish().await
}

/// Writes fail with I/O errors until the system makes the file system read-only; then the disk is repaired, which needs a
/// restart.
pub async fn failing(run: Run) -> Result<Outcome> {
    let Some(disk) = FailingDisk::mount(4 * MEGABYTES) else {
        return Ok(Run::skipped("it takes root, mkfs.ext4 and a loop device"));
    };
    let setup = run.setup().data(&disk.path().join("data"));
    let mut scene = run.scene(setup).await?;
    disk.fail();
    scene.refused().await;
    scene.expect_ready(false).await;
    scene.harm().await;
    scene.platform.kill("waybill");
    ensure!(disk.repair(), "the disk can be mounted again");
    scene.platform.start_process("waybill");
    scene.recovered().await;
    scene.more_orders(AFTERWARDS).await;
    scene.finish().await
}

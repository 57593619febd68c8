//! Pictures and files of the demo. They are generated, so that no photographs are needed.

use anyhow::{Context as _, Result};
use futures::stream;
use image::{ImageFormat, Rgb, RgbImage};
use waybill_proto::order::{
    FilePurpose, ListFilesRequest, Order, Product, UploadEnd, UploadFileRequest, UploadTarget,
    upload_file_request::Part,
};

use super::{Demo, Person};

/// Width and height of a generated picture, in pixels.
const SIZE: (u32, u32) = (480, 360);
/// Bytes of one message of an upload.
const CHUNK: usize = 64 * 1024;

impl Demo {
    /// Adds a picture to a product, unless it has one.
    pub(super) async fn picture(&mut self, admin: &Person, product: &Product) -> Result<()> {
        if !product.images.is_empty() {
            return Ok(());
        }
        let target = UploadTarget {
            product_id: product.id.clone(),
            name: format!("{}.png", product.sku),
            alt: product.name.clone(),
            ..Default::default()
        };
        self.upload(admin, target, &drawn(&product.sku)?).await
    }

    /// Adds a file to an order, unless there is one for this purpose.
    pub(super) async fn attach(
        &mut self,
        person: &Person,
        order: &Order,
        purpose: FilePurpose,
        name: &str,
    ) -> Result<()> {
        let request = ListFilesRequest {
            order_id: order.id.clone(),
            purposes: vec![purpose.into()],
            page: None,
        };
        let answer = self.clients.file.list_files(person.ask(request)).await?;
        if !answer.into_inner().files.is_empty() {
            return Ok(());
        }
        let target = UploadTarget {
            order_id: order.id.clone(),
            purpose: purpose.into(),
            name: name.into(),
            ..Default::default()
        };
        self.upload(person, target, &drawn(name)?).await
    }

    async fn upload(&mut self, person: &Person, target: UploadTarget, bytes: &[u8]) -> Result<()> {
        let name = target.name.clone();
        let chunks = bytes.chunks(CHUNK).map(|chunk| Part::Chunk(chunk.to_vec()));
        let end = UploadEnd {
            size: i64::try_from(bytes.len())?,
            ..Default::default()
        };
        let parts: Vec<_> = std::iter::once(Part::Target(target))
            .chain(chunks)
            .chain([Part::End(end)])
            .map(|part| UploadFileRequest { part: Some(part) })
            .collect();
        let request = person.ask(stream::iter(parts));
        let answer = self.clients.file.upload_file(request).await;
        answer.with_context(|| format!("uploading {name}"))?;
        Ok(())
    }
}

/// A generated picture: a disc on a coloured background, always the same for the same name.
fn drawn(name: &str) -> Result<Vec<u8>> {
    let seed = name.bytes().fold(17_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    let part = |shift: u32| (seed >> shift) % 64;
    let (width, height) = SIZE;
    let (x, y) = (width / 4 + part(3) * 4, height / 4 + part(9) * 3);
    let radius = 50 + part(5);
    let picture = RgbImage::from_fn(width, height, |column, row| {
        let (right, down) = (column.abs_diff(x), row.abs_diff(y));
        let inside = right * right + down * down <= radius * radius;
        let light = 40 * row / height;
        let tone = |shift| {
            let ground = 150 + part(shift) - light;
            u8::try_from(if inside { ground / 2 } else { ground }).unwrap_or(u8::MAX)
        };
        Rgb([tone(0), tone(7), tone(13)])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_picture_of_its_own() {
        let pictures: Vec<_> = ["MUG-01", "MUG-02", "reference.png"]
            .map(|name| drawn(name).unwrap())
            .into();
        assert_ne!(pictures[0], pictures[1]);
        assert_ne!(pictures[1], pictures[2]);
        for picture in pictures {
            let read = image::load_from_memory(&picture).unwrap();
            assert_eq!((read.width(), read.height()), SIZE);
        }
    }
}

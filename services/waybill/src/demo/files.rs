//! Pictures and files of the demo.

use anyhow::{Context as _, Result};
use futures::stream;
use waybill_proto::order::{
    FilePurpose, ListFilesRequest, Order, Product, UploadEnd, UploadFileRequest, UploadTarget,
    upload_file_request::Part,
};

use super::{Demo, Person, drawing};

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
        self.upload(admin, target, &drawing::draw(&product.sku)?)
            .await
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
        self.upload(person, target, &drawing::draw(name)?).await
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

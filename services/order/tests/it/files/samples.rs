//! Files to send, and sending them.

use std::io::Cursor;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use waybill_order::MAX_IMAGES;
use waybill_proto::order::{
    self as pb, FilePurpose, UploadFileRequest, file_service_client::FileServiceClient,
    read_file_response::Part as Out, upload_file_request::Part,
};
use waybill_service_kit::{AppError, CallContext, GrpcChannel};

use crate::shop::{Shop, Somebody, outgoing};

/// Maximum number of pictures of a product.
pub const FULL: usize = MAX_IMAGES;

pub fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((bytes.len()..size).map(|n| u8::try_from(n % 251).unwrap()));
    bytes
}

pub fn mp4() -> Vec<u8> {
    [b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", &[7; 1000][..]].concat()
}

/// A picture with noise, so that it has some size.
pub fn picture(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let noise = |x: u32, y: u32| u8::try_from((x * 7919 + y * 104_729) % 256).unwrap();
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([noise(x, y), noise(y, x), noise(x + y, x)])
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn png() -> Vec<u8> {
    picture(40, 30, image::ImageFormat::Png)
}

/// The target of an upload, sent before its bytes.
pub fn of_order(order: &pb::Order, purpose: FilePurpose, name: &str) -> pb::UploadTarget {
    pb::UploadTarget {
        order_id: order.id.clone(),
        purpose: purpose.into(),
        name: name.to_owned(),
        ..Default::default()
    }
}

pub fn of_product(product: &pb::Product, alt: &str) -> pb::UploadTarget {
    pb::UploadTarget {
        product_id: product.id.clone(),
        name: "picture.png".into(),
        alt: alt.to_owned(),
        ..Default::default()
    }
}

pub fn part(part: Part) -> UploadFileRequest {
    UploadFileRequest { part: Some(part) }
}

/// The messages of a whole upload.
pub fn messages(target: pb::UploadTarget, bytes: &[u8]) -> Vec<UploadFileRequest> {
    let chunks = bytes.chunks(64 * 1024);
    let chunks = chunks.map(|chunk| part(Part::Chunk(chunk.to_vec())));
    let size = i64::try_from(bytes.len()).unwrap();
    std::iter::once(part(Part::Target(target)))
        .chain(chunks)
        .chain([part(Part::End(pb::UploadEnd {
            size,
            ..Default::default()
        }))])
        .collect()
}

impl Shop {
    pub fn file_service(&self) -> FileServiceClient<GrpcChannel> {
        FileServiceClient::new(self.channel.clone())
    }

    pub async fn send(
        &self,
        who: &Somebody,
        messages: Vec<UploadFileRequest>,
    ) -> Result<pb::UploadFileResponse, AppError> {
        let request = outgoing(&who.ctx, stream::iter(messages));
        Ok(self.file_service().upload_file(request).await?.into_inner())
    }

    pub async fn upload(
        &self,
        who: &Somebody,
        target: pb::UploadTarget,
        bytes: &[u8],
    ) -> Result<pb::File, AppError> {
        let answer = self.send(who, messages(target, bytes)).await?;
        Ok(answer.file.unwrap())
    }

    pub async fn file_list(
        &self,
        who: &Somebody,
        order: &pb::Order,
    ) -> Result<Vec<pb::File>, AppError> {
        let request = pb::ListFilesRequest {
            order_id: order.id.clone(),
            ..Default::default()
        };
        let answer = self
            .file_service()
            .list_files(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().files)
    }

    pub async fn get_file(&self, who: &Somebody, id: &str) -> Result<pb::File, AppError> {
        let request = pb::GetFileRequest { id: id.to_owned() };
        let answer = self
            .file_service()
            .get_file(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().file.unwrap())
    }

    pub async fn read_as(
        &self,
        ctx: &CallContext,
        request: pb::ReadFileRequest,
    ) -> Result<(pb::FileDescription, Bytes), AppError> {
        let answer = self
            .file_service()
            .read_file(outgoing(ctx, request))
            .await?;
        let mut parts = answer.into_inner().map_ok(|message| message.part.unwrap());
        let Some(Out::Description(description)) = parts.next().await.transpose()? else {
            panic!("no description");
        };
        let mut body = Vec::new();
        while let Some(part) = parts.next().await.transpose()? {
            let Out::Chunk(chunk) = part else {
                panic!("a second description")
            };
            body.extend(chunk);
        }
        Ok((description, body.into()))
    }

    pub async fn read_file(&self, who: &Somebody, id: &str) -> Result<Bytes, AppError> {
        let request = pb::ReadFileRequest {
            id: id.to_owned(),
            ..Default::default()
        };
        Ok(self.read_as(&who.ctx, request).await?.1)
    }

    pub async fn delete_file(&self, who: &Somebody, id: &str) -> Result<(), AppError> {
        let request = pb::DeleteFileRequest { id: id.to_owned() };
        self.file_service()
            .delete_file(outgoing(&who.ctx, request))
            .await?;
        Ok(())
    }

    /// The names of all objects in the storage.
    pub async fn objects(&self) -> Vec<String> {
        let entries: Vec<_> = self.files.list("").try_collect().await.unwrap();
        let mut names: Vec<_> = entries
            .iter()
            .map(|entry| entry.key.as_str().to_owned())
            .collect();
        names.sort();
        names
    }

    /// Removes objects that are due.
    pub async fn clean_up(&self) {
        (self.remove.run)().await.unwrap();
    }

    /// A paid service order that `worker` has claimed.
    pub async fn at_work(&self, customer: &Somebody, worker: &Somebody) -> pb::Order {
        let service = self.service("Logo", 5000).await;
        let order = self.place(customer, &[(&service, 1)]).await;
        self.pay(&order).await;
        self.claim(worker, &order).await.unwrap()
    }

    /// Completes the order by the worker's request and an administrator's approval.
    pub async fn complete(&self, worker: &Somebody, order: &pb::Order) -> pb::Order {
        let asked = self
            .ask(worker, order, pb::ChangeRequestKind::Completion)
            .await;
        self.decide(&asked.unwrap(), true).await.unwrap();
        self.refresh(order).await
    }
}

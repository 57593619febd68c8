//! Files over gRPC.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::{
    Stream, StreamExt as _,
    stream::{self, BoxStream},
};
use tonic::{Request, Response, Status, Streaming};
use waybill_primitives::{FileId, OrderId, ProductId};
use waybill_proto::order::{
    self as pb, UploadFileRequest, file_service_server::FileService,
    read_file_response::Part as Out, upload_file_request::Part,
};
use waybill_service_kit::{AppError, choice, context, page_query};

use super::{
    app::{Body, Files, Late, Link, ReadRequest, Target},
    domain::{Home, Purpose},
    wire,
};
use crate::{base::grpc::id, shop::stock::wire::product as product_message};

/// Answers `waybill.order.v1.FileService`.
#[derive(Debug, Clone)]
pub struct FilesGrpc(pub Files);

fn target(target: pb::UploadTarget) -> Result<Target, AppError> {
    let purpose = choice("purpose", Purpose::from_proto(target.purpose))?;
    let (home, purpose) = match (target.order_id.is_empty(), target.product_id.is_empty()) {
        (false, true) => {
            let order: OrderId = id("orderId", &target.order_id)?;
            of_order(purpose)?;
            (Home::Order(order), purpose)
        }
        (true, false) => {
            let product: ProductId = id("productId", &target.product_id)?;
            (Home::Product(product), Some(Purpose::Product))
        }
        _ => {
            return Err(AppError::invalid_field(
                "orderId",
                "must be given, or productId; not both",
            ));
        }
    };
    Ok(Target {
        home,
        purpose,
        name: target.name,
        alt: target.alt,
        form_bytes: u64::try_from(target.form_bytes).unwrap_or(0),
    })
}

/// Purposes of order files; product pictures are not among them.
fn of_order(purpose: Option<Purpose>) -> Result<(), AppError> {
    if purpose == Some(Purpose::Product) {
        let problem = "must be one of PROGRESS, RESULT, REFERENCE";
        return Err(AppError::invalid_field("purpose", problem));
    }
    Ok(())
}

/// The stream ended without the message that marks the end of the file.
fn broken_off() -> AppError {
    AppError::malformed("the upload was interrupted; send the file again")
}

/// Grace period before a sender must be as fast as [`SLOWEST`].
const GRACE: Duration = Duration::from_secs(30);
/// Minimum average speed in bytes per second; slower than a modem.
const SLOWEST: f64 = 4096.0;

/// The bytes of the file. The stream succeeds only if the final message arrives and no byte is missing; metadata in that message is
/// put into `late`. A sender that is too slow is disconnected.
fn chunks(
    messages: Streaming<UploadFileRequest>,
    late: Arc<OnceLock<Late>>,
) -> impl Stream<Item = Result<Bytes, AppError>> + Send {
    let began = Instant::now();
    let state = Some((messages, 0_i64, late));
    stream::try_unfold(state, move |state| async move {
        let Some((mut messages, size, late)) = state else {
            return Ok(None);
        };
        let after = began.elapsed();
        #[expect(clippy::cast_precision_loss, reason = "an average")]
        if after > GRACE && (size as f64) < SLOWEST * after.as_secs_f64() {
            return Err(AppError::malformed(
                "the upload is too slow; send the file again",
            ));
        }
        let message = messages.message().await;
        let message = message.map_err(|status| broken_off().with_source(status))?;
        match message.and_then(|message| message.part) {
            Some(Part::Chunk(chunk)) => {
                let size = size.saturating_add(wire::bytes(chunk.len() as u64));
                Ok(Some((Bytes::from(chunk), Some((messages, size, late)))))
            }
            Some(Part::End(end)) if end.size == size => {
                let purpose = choice("purpose", Purpose::from_proto(end.purpose))?;
                of_order(purpose)?;
                // Set only once: the stream ends with it.
                let _ = late.set(Late {
                    purpose,
                    alt: end.alt,
                });
                Ok(Some((Bytes::new(), None)))
            }
            Some(Part::End(_) | Part::Target(_)) | None => Err(broken_off()),
        }
    })
}

fn read_link(link: Link) -> (String, String) {
    match link {
        Link::Url(url) => (url, String::new()),
        Link::Query(query) => (String::new(), query),
    }
}

#[tonic::async_trait]
impl FileService for FilesGrpc {
    async fn upload_file(
        &self,
        request: Request<Streaming<UploadFileRequest>>,
    ) -> Result<Response<pb::UploadFileResponse>, Status> {
        let ctx = context(&request);
        let mut messages = request.into_inner();
        let first = messages.message().await?.and_then(|message| message.part);
        let Some(Part::Target(to)) = first else {
            let error = AppError::malformed("the first message must be the target of the file");
            return Err(error.into());
        };
        let late = Arc::new(OnceLock::new());
        let chunks = chunks(messages, Arc::clone(&late));
        let uploaded = self.0.upload(&ctx, target(to)?, chunks, &late).await?;
        Ok(Response::new(pb::UploadFileResponse {
            file: Some(uploaded.file),
            replayed: uploaded.replayed,
            product: uploaded.product.map(|offer| product_message(&offer, true)),
        }))
    }

    async fn list_files(
        &self,
        request: Request<pb::ListFilesRequest>,
    ) -> Result<Response<pb::ListFilesResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let order: OrderId = id("orderId", &request.order_id)?;
        let purposes = choice("purpose", Purpose::any_from_proto(&request.purposes))?;
        let query = page_query(request.page.as_ref())?;
        let page = self.0.list(&ctx, order, &purposes, &query).await?;
        Ok(Response::new(pb::ListFilesResponse {
            files: page
                .rows
                .iter()
                .map(|file| pb::File {
                    thumbnail_url: self.0.thumbnail_url(file),
                    ..wire::file(file)
                })
                .collect(),
            page: Some(page.info()),
        }))
    }

    async fn get_file(
        &self,
        request: Request<pb::GetFileRequest>,
    ) -> Result<Response<pb::GetFileResponse>, Status> {
        let ctx = context(&request);
        let id: FileId = id("id", &request.get_ref().id)?;
        let file = Some(wire::file(&self.0.get(&ctx, id).await?));
        Ok(Response::new(pb::GetFileResponse { file }))
    }

    type ReadFileStream = BoxStream<'static, Result<pb::ReadFileResponse, Status>>;

    async fn read_file(
        &self,
        request: Request<pb::ReadFileRequest>,
    ) -> Result<Response<Self::ReadFileStream>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let id: FileId = id("id", &request.id)?;
        let read = ReadRequest {
            thumbnail: request.thumbnail,
            offset: request.offset,
            length: request.length,
            redirect: request.allow_redirect,
            link: request.link,
        };
        let content = self.0.read(&ctx, id, &read).await?;
        let (redirect_url, body) = match content.body {
            Body::Elsewhere(url) => (url, stream::empty().boxed()),
            Body::Bytes(body) => (String::new(), body),
        };
        let (offset, length) = match &content.range {
            Some(range) => (
                wire::bytes(range.start),
                wire::bytes(range.end - range.start),
            ),
            None => (0, 0),
        };
        let description = Out::Description(pb::FileDescription {
            file: Some(wire::file(&content.file)),
            content_type: content.content_type,
            size: wire::bytes(content.size),
            redirect_url,
            offset,
            length,
            content_disposition: content.disposition,
        });
        let head = stream::once(async { Ok(description) });
        let body = body.map(|chunk| match chunk {
            Ok(chunk) => Ok(Out::Chunk(chunk.to_vec())),
            Err(error) => Err(Status::from(AppError::from(error))),
        });
        let parts = head
            .chain(body)
            .map(|part| part.map(|part| pb::ReadFileResponse { part: Some(part) }));
        Ok(Response::new(parts.boxed()))
    }

    async fn delete_file(
        &self,
        request: Request<pb::DeleteFileRequest>,
    ) -> Result<Response<pb::DeleteFileResponse>, Status> {
        let ctx = context(&request);
        let id: FileId = id("id", &request.get_ref().id)?;
        let product = self.0.delete(&ctx, id).await?;
        Ok(Response::new(pb::DeleteFileResponse {
            product: product.map(|offer| product_message(&offer, true)),
        }))
    }

    async fn create_file_link(
        &self,
        request: Request<pb::CreateFileLinkRequest>,
    ) -> Result<Response<pb::CreateFileLinkResponse>, Status> {
        let ctx = context(&request);
        let id: FileId = id("id", &request.get_ref().id)?;
        let links = self.0.link(&ctx, id, request.get_ref().seconds).await?;
        let (url, signature) = read_link(links.file);
        let (thumbnail_url, thumbnail_signature) =
            links.thumbnail.map(read_link).unwrap_or_default();
        Ok(Response::new(pb::CreateFileLinkResponse {
            url,
            signature,
            expires_at: Some(links.expires_at),
            thumbnail_url,
            thumbnail_signature,
        }))
    }

    async fn arrange_product_images(
        &self,
        request: Request<pb::ArrangeProductImagesRequest>,
    ) -> Result<Response<pb::ArrangeProductImagesResponse>, Status> {
        let ctx = context(&request);
        let request = request.into_inner();
        let product: ProductId = id("productId", &request.product_id)?;
        let ids = request.ids.iter().map(|text| id("ids", text));
        let ids: Vec<FileId> = ids.collect::<Result<_, _>>()?;
        let offer = self.0.arrange(&ctx, product, &ids, request.version).await?;
        Ok(Response::new(pb::ArrangeProductImagesResponse {
            product: Some(product_message(&offer, true)),
        }))
    }
}

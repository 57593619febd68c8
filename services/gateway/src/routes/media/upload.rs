//! Uploads: streamed to the order service, with its backpressure.

use std::pin::pin;

use bytes::Bytes;
use futures::{SinkExt as _, channel::mpsc};
use waybill_proto::{
    json::Named,
    order::{
        FilePurpose, UploadEnd, UploadFileRequest, UploadFileResponse, UploadTarget,
        upload_file_request::Part,
    },
};
use waybill_service_kit::{AppError, CallContext, outgoing_within};

use crate::{
    app::Gateway,
    error::ApiError,
    multipart::{self, Form},
};

/// Bytes of one message.
const CHUNK: usize = 64 * 1024;
/// Messages in flight at a time.
const AHEAD: usize = 2;
/// Longest text field, in bytes.
const MAX_TEXT: usize = 2048;

/// Where the purpose of a file comes from.
#[derive(Debug, Clone, Copy)]
pub enum Purposes {
    /// The client may give one of these; the first one if it does not.
    OneOf(&'static [FilePurpose]),
    /// The client must not give it.
    None,
}

impl Purposes {
    /// The one of a file whose purpose the client does not give.
    fn default(self) -> Option<FilePurpose> {
        match self {
            Self::OneOf(some) => some.first().copied(),
            Self::None => None,
        }
    }

    /// The purpose that is known before the client gives it.
    fn only(self) -> Option<FilePurpose> {
        match self {
            Self::OneOf(&[only]) => Some(only),
            _ => None,
        }
    }
}

impl Form {
    /// Forwards the file to `target`; the form contains purpose and description.
    pub async fn send(
        mut self,
        app: &Gateway,
        context: &CallContext,
        mut target: UploadTarget,
        purposes: Purposes,
        purpose: Option<FilePurpose>,
    ) -> Result<UploadFileResponse, ApiError> {
        let outcome = self
            .pass_on(app, context, &mut target, purposes, purpose)
            .await;
        if outcome.is_err() {
            self.linger().await;
        }
        outcome
    }

    async fn pass_on(
        &mut self,
        app: &Gateway,
        context: &CallContext,
        target: &mut UploadTarget,
        purposes: Purposes,
        purpose: Option<FilePurpose>,
    ) -> Result<UploadFileResponse, ApiError> {
        let mut fields = Fields {
            purposes,
            purpose,
            alt: String::new(),
        };
        let form_bytes = self.declared().and_then(|bytes| bytes.try_into().ok());
        let form_bytes = form_bytes.unwrap_or(0);
        let field = loop {
            let Some(field) = self.next().await? else {
                return Err(AppError::invalid_field("file", "is required").into());
            };
            if field.name() == "file" {
                break field;
            }
            fields.take(field).await?;
        };
        target.form_bytes = form_bytes;
        // A purpose that is not given yet may come after the file.
        let known = fields.named()?.or_else(|| purposes.only());
        target.purpose = known.map_or(0, Into::into);
        target.alt.clone_from(&fields.alt);
        field.file_name().clone_into(&mut target.name);
        let (sender, messages) = mpsc::channel(AHEAD);
        let mut client = app.clients.file.clone();
        let timeout = app.settings.upload_timeout;
        let mut call = pin!(client.upload_file(outgoing_within(context, timeout, messages)));
        let sent = send_file(sender, target.clone(), field);
        let answer = tokio::select! {
            // First: the error of the service is the cause if sending fails, too.
            biased;
            answer = call.as_mut() => answer,
            sent = sent => {
                let (mut sender, size) = sent?;
                while let Some(field) = self.next().await? {
                    fields.take(field).await?;
                }
                let named = fields.named()?.or_else(|| purposes.default());
                let purpose = named.map_or(0, Into::into);
                // Only now is the file complete. If the call has ended, its answer has the reason.
                let end = UploadEnd { size, purpose, alt: fields.alt };
                let _ = sender.send(message(Part::End(end))).await;
                drop(sender);
                call.await
            }
        };
        Ok(answer?.into_inner())
    }
}

/// The form fields about the file, before or after it.
struct Fields {
    purposes: Purposes,
    purpose: Option<FilePurpose>,
    alt: String,
}

impl Fields {
    async fn take(&mut self, field: multipart::Part<'_>) -> Result<(), ApiError> {
        let with_alt = matches!(self.purposes, Purposes::None);
        match field.name() {
            "file" => Err(AppError::invalid_field("file", "must be one file").into()),
            "purpose" if !with_alt => {
                let text = text(field, "purpose").await?;
                let named = serde_json::from_value(text.into()).ok();
                let named = named.ok_or_else(|| wrong_purpose(self.purposes))?;
                if self.purpose.is_some_and(|before| before != named) {
                    let problem = "is given twice; send one of them";
                    return Err(AppError::invalid_field("purpose", problem).into());
                }
                self.purpose = Some(named);
                Ok(())
            }
            "alt" if with_alt => {
                self.alt = text(field, "alt").await?;
                Ok(())
            }
            other => Err(unknown(other)),
        }
    }

    /// The purpose that the client gave, if any yet.
    fn named(&self) -> Result<Option<FilePurpose>, ApiError> {
        match (self.purposes, self.purpose) {
            (Purposes::None, _) | (Purposes::OneOf(_), None) => Ok(None),
            (Purposes::OneOf(some), Some(named)) if some.contains(&named) => Ok(Some(named)),
            _ => Err(wrong_purpose(self.purposes)),
        }
    }
}

/// Sends the target and the bytes and returns the number of bytes. The stream stays open: the end of the file is another message.
async fn send_file(
    mut sender: mpsc::Sender<UploadFileRequest>,
    target: UploadTarget,
    mut field: multipart::Part<'_>,
) -> Result<(mpsc::Sender<UploadFileRequest>, i64), ApiError> {
    let mut size = 0;
    let mut listened = sender.send(message(Part::Target(target))).await.is_ok();
    while let Some(mut bytes) = field.chunk().await? {
        size += i64::try_from(bytes.len()).map_err(AppError::internal)?;
        while !bytes.is_empty() && listened {
            let part: Bytes = bytes.split_to(bytes.len().min(CHUNK));
            let part = message(Part::Chunk(part.to_vec()));
            listened = sender.send(part).await.is_ok();
        }
        if !listened {
            // The call has ended or is about to; its answer has the reason.
            std::future::pending::<()>().await;
        }
    }
    Ok((sender, size))
}

fn message(part: Part) -> UploadFileRequest {
    UploadFileRequest { part: Some(part) }
}

async fn text(mut field: multipart::Part<'_>, name: &'static str) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(part) = field.chunk().await? {
        bytes.extend_from_slice(&part);
        if bytes.len() > MAX_TEXT {
            return Err(AppError::invalid_field(name, "is too long").into());
        }
    }
    String::from_utf8(bytes).map_err(|_| AppError::invalid_field(name, "must be UTF-8").into())
}

fn unknown(name: &str) -> ApiError {
    if name.is_empty() {
        return AppError::malformed("each part of the form needs a name").into();
    }
    let name: String = name.chars().take(100).collect();
    AppError::invalid_field(name, "there is no such field").into()
}

fn wrong_purpose(purposes: Purposes) -> ApiError {
    let known = match purposes {
        Purposes::OneOf(some) => some.to_vec(),
        Purposes::None => Vec::new(),
    };
    let known: Vec<_> = known.into_iter().map(Named::name).collect();
    let problem = format!("must be one of {}", known.join(", "));
    AppError::invalid_field("purpose", problem).into()
}

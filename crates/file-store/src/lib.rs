//! Storage for the files of orders, products and accounts, and the processing of pictures before they are stored: one crate, so
//! that the services that receive files accept the same types, and none knows which storage an operator has chosen.
//!
//! Module map: [`FileStore`] and its errors (`store`), the storages behind it (`local`, `s3`, `cloudinary`), their settings (`settings`),
//! [`Key`] (names of objects), [`Upload`] (receives a file with a limit), [`media`] (what a file is, by its content),
//! [`pictures`] (decoding within limits, re-encoding, thumbnails), [`links`] (signed links that the gateway serves itself).
//!
//! Invariants, each covered by a test in `tests/it`: every storage behaves alike (`stores.rs`); nothing is read or written
//! outside of the local folder (`local.rs`); no picture keeps its original metadata (`metadata.rs`); no input makes the decoders
//! take more memory than the limits allow (`bombs.rs`). Deliberately absent: who may see a file, which the services decide.

mod cloudinary;
mod key;
pub mod links;
mod local;
pub mod media;
mod open;
pub mod pictures;
mod s3;
mod settings;
mod spool;
mod store;
mod upload;

pub use cloudinary::CloudinaryStore;
pub use key::{Key, KeyError};
pub use links::{LinkError, LinkSigner, content_disposition};
pub use local::LocalStore;
pub use media::MediaType;
pub use open::from_settings;
pub use pictures::{Picture, PictureError, PictureLimits, Processed};
pub use s3::S3Store;
pub use settings::{FilesSettings, Storage};
pub use spool::Spool;
pub use store::{Entry, FileError, FileStore, LinkOptions, Object, Source};
pub use upload::{Upload, UploadError, sweep};

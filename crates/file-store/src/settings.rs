//! The settings of the storage.

use http::Uri;
use secrecy::SecretString;
use waybill_service_kit::settings::SettingType;

use crate::PictureLimits;

/// Where files are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    #[default]
    Local,
    S3,
    Cloudinary,
}

impl SettingType for Storage {
    type Known = Self;
    const KIND: &'static str = "`local`, `s3` or `cloudinary`";
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "local" => Ok(Self::Local),
            "s3" => Ok(Self::S3),
            "cloudinary" => Ok(Self::Cloudinary),
            _ => Err("expected local, s3 or cloudinary".to_owned()),
        }
    }
    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

/// The hash of signatures; must match the setting of the account at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignatureHash {
    #[default]
    Sha1,
    Sha256,
}

impl SettingType for SignatureHash {
    type Known = Self;
    const KIND: &'static str = "`sha1` or `sha256`";
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "sha1" => Ok(Self::Sha1),
            "sha256" => Ok(Self::Sha256),
            _ => Err("expected sha1 or sha256".to_owned()),
        }
    }
    fn known(&self) -> Option<&Self> {
        Some(self)
    }
}

waybill_service_kit::settings! {
    /// Files
    pub struct FilesSettings {
        /// Where the files of orders and products are kept: in a folder (one that all replicas mount), in a bucket of S3 or what speaks like it, or with Cloudinary.
        pub storage: Storage = "WAYBILL_FILES", default "local";
        /// Folder of `local`; made if missing. Without it: `files` in the data directory.
        pub dir: Option<String> = "WAYBILL_FILES_DIR";
        /// Pixels that a picture may have at most, in millions; each takes up to 8 bytes of memory while it is processed.
        pub megapixels: u32 = "WAYBILL_FILES_MEGAPIXELS", default "26", range 1..=500;
        /// Bucket of `s3`; it is not made.
        pub s3_bucket: Option<String> = "WAYBILL_FILES_S3_BUCKET";
        /// Region of the bucket.
        pub s3_region: String = "WAYBILL_FILES_S3_REGION", default "us-east-1";
        /// Where a service that speaks S3 answers, for instance `https://minio.example.com`; without it, AWS. Links for downloads lead there too.
        pub s3_endpoint: Option<Uri> = "WAYBILL_FILES_S3_ENDPOINT";
        /// The bucket is part of the path (MinIO and most others) rather than of the host name.
        pub s3_path_style: bool = "WAYBILL_FILES_S3_PATH_STYLE", default "on";
        /// Access key id; without it, the role of the machine that the process runs on.
        pub s3_access_key: Option<SecretString> = "WAYBILL_FILES_S3_ACCESS_KEY";
        /// The secret of the access key.
        pub s3_secret_key: Option<SecretString> = "WAYBILL_FILES_S3_SECRET_KEY";
        /// Cloud name of the account with Cloudinary.
        pub cloudinary_cloud: Option<String> = "WAYBILL_FILES_CLOUDINARY_CLOUD", check cloud;
        /// API key of the account.
        pub cloudinary_key: Option<SecretString> = "WAYBILL_FILES_CLOUDINARY_KEY";
        /// API secret of the account.
        pub cloudinary_secret: Option<SecretString> = "WAYBILL_FILES_CLOUDINARY_SECRET";
        /// Where Cloudinary answers; another for accounts in Europe (`https://api-eu.cloudinary.com`) and Asia (`https://api-ap.cloudinary.com`).
        pub cloudinary_url: Uri = "WAYBILL_FILES_CLOUDINARY_URL", default "https://api.cloudinary.com";
        /// The hash of the account's signatures.
        pub cloudinary_signature: SignatureHash = "WAYBILL_FILES_CLOUDINARY_SIGNATURE", default "sha1";
    }
}

#[expect(clippy::ref_option, reason = "settings! hands over the field as it is")]
fn cloud(name: &Option<String>) -> Result<(), String> {
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_".contains(&c);
    match name {
        Some(name) if !name.bytes().all(plain) => {
            Err("expected letters, digits, `-` and `_`".to_owned())
        }
        _ => Ok(()),
    }
}

impl FilesSettings {
    /// Settings that contradict each other: the setting and the problem.
    pub fn errors(&self) -> Vec<(&'static str, String)> {
        let mut errors = Vec::new();
        let mut needed = |name, given: bool, why: &str| {
            if !given {
                errors.push((name, format!("must be set: {why}")));
            }
        };
        match self.storage {
            Storage::Local => {}
            Storage::S3 => {
                let why = "files are kept in S3 (WAYBILL_FILES)";
                needed("WAYBILL_FILES_S3_BUCKET", self.s3_bucket.is_some(), why);
                let (key, secret) = (self.s3_access_key.is_some(), self.s3_secret_key.is_some());
                let why = "an access key has both an id and a secret";
                needed("WAYBILL_FILES_S3_ACCESS_KEY", key || !secret, why);
                needed("WAYBILL_FILES_S3_SECRET_KEY", secret || !key, why);
            }
            Storage::Cloudinary => {
                let why = "files are kept with Cloudinary (WAYBILL_FILES)";
                let (cloud, key) = (&self.cloudinary_cloud, &self.cloudinary_key);
                needed("WAYBILL_FILES_CLOUDINARY_CLOUD", cloud.is_some(), why);
                needed("WAYBILL_FILES_CLOUDINARY_KEY", key.is_some(), why);
                let secret = self.cloudinary_secret.is_some();
                needed("WAYBILL_FILES_CLOUDINARY_SECRET", secret, why);
            }
        }
        errors
    }

    /// The limits of pictures.
    pub fn picture_limits(&self) -> PictureLimits {
        PictureLimits {
            pixels: u64::from(self.megapixels) * 1_000_000,
            ..PictureLimits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use waybill_service_kit::settings::{Sources, load};

    use super::*;

    fn errors(values: &[(&str, &str)]) -> Vec<&'static str> {
        let mut sources = Sources::empty();
        for (name, value) in values {
            sources = sources.with(name, *value);
        }
        let (files,) = load::<(FilesSettings,)>(&sources).unwrap();
        files.errors().into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn nothing_needs_to_be_set_for_a_folder() {
        assert!(errors(&[]).is_empty());
    }

    #[test]
    fn what_a_storage_needs_and_does_not_have_is_named() {
        assert_eq!(
            errors(&[("WAYBILL_FILES", "s3")]),
            ["WAYBILL_FILES_S3_BUCKET"]
        );
        let s3 = [("WAYBILL_FILES", "s3"), ("WAYBILL_FILES_S3_BUCKET", "b")];
        assert!(errors(&s3).is_empty());
        let half = [s3[0], s3[1], ("WAYBILL_FILES_S3_ACCESS_KEY", "k")];
        assert_eq!(errors(&half), ["WAYBILL_FILES_S3_SECRET_KEY"]);
        let cloudinary = errors(&[("WAYBILL_FILES", "cloudinary")]);
        assert_eq!(cloudinary.len(), 3, "{cloudinary:?}");
    }
}

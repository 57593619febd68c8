//! Pictures to send, and checks of the results.

use std::{fs, io::Cursor, path::Path};

use image::{
    DynamicImage, ExtendedColorType, ImageEncoder as _, ImageFormat, Rgb, RgbImage, Rgba,
    RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
};
use tempfile::TempDir;
use waybill_file_store::{
    MediaType, Picture, PictureError, PictureLimits, Processed, pictures::process,
};

/// Must not be found in anything that is made from a picture.
pub const SECRET: &[u8] = b"52.5163N 13.3777E at the garden gate";

/// A red left half and a blue right half.
pub fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([220, 20, 20])
        } else {
            Rgb([20, 20, 220])
        }
    })
}

/// As [`halves`], with a transparent right half.
pub fn see_through(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgba([220, 20, 20, 255])
        } else {
            Rgba([20, 20, 220, 60])
        }
    })
}

pub fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture whose EXIF data contains the secret, and an orientation (1 to 8).
pub fn with_exif(image: &RgbImage, format: ImageFormat, orientation: u16) -> Vec<u8> {
    let (width, height) = image.dimensions();
    let mut bytes = Vec::new();
    let color = ExtendedColorType::Rgb8;
    let exif = exif(orientation);
    macro_rules! write {
        ($encoder:expr) => {{
            let mut encoder = $encoder;
            encoder.set_exif_metadata(exif).unwrap();
            encoder.set_icc_profile(SECRET.to_vec()).unwrap();
            encoder.write_image(image, width, height, color).unwrap();
        }};
    }
    match format {
        ImageFormat::Jpeg => write!(JpegEncoder::new_with_quality(&mut bytes, 90)),
        ImageFormat::Png => write!(PngEncoder::new(&mut bytes)),
        ImageFormat::WebP => write!(WebPEncoder::new_lossless(&mut bytes)),
        other => panic!("{other:?} has no EXIF here"),
    }
    bytes
}

/// TIFF with two entries: the orientation, and a description that contains the secret.
fn exif(orientation: u16) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend_from_slice(&[0x0e, 1, 2, 0]);
    exif.extend_from_slice(&(SECRET.len() as u32).to_le_bytes());
    exif.extend_from_slice(&38_u32.to_le_bytes());
    exif.extend_from_slice(&[0x12, 1, 3, 0, 1, 0, 0, 0]);
    exif.extend_from_slice(&orientation.to_le_bytes());
    exif.extend_from_slice(&[0; 6]);
    exif.extend_from_slice(SECRET);
    exif
}

/// A GIF of these frames, each of one colour, with a comment that contains the secret.
pub fn animation(width: u16, height: u16, frames: u16) -> Vec<u8> {
    let palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    let mut encoder = gif::Encoder::new(Vec::new(), width, height, &palette).unwrap();
    encoder.set_repeat(gif::Repeat::Infinite).unwrap();
    encoder
        .write_raw_extension(gif::Extension::Comment.into(), &[SECRET])
        .unwrap();
    for at in 0..frames {
        let colour = (at % 3) as u8;
        let frame = gif::Frame {
            width,
            height,
            delay: at + 1,
            buffer: vec![colour; usize::from(width) * usize::from(height)].into(),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
    }
    encoder.into_inner().unwrap()
}

/// A folder, and the outcome of processing.
pub struct Processing {
    pub folder: TempDir,
    pub outcome: Result<Processed, PictureError>,
}

impl Processing {
    #[track_caller]
    pub fn done(&self) -> &Processed {
        self.outcome.as_ref().expect("a picture that is taken")
    }

    #[track_caller]
    pub fn refused(&self) -> &PictureError {
        self.outcome
            .as_ref()
            .expect_err("a picture that is refused")
    }
}

/// Processes a picture, with the type that its content has.
pub fn send(bytes: &[u8]) -> Processing {
    send_within(bytes, &PictureLimits::default())
}

pub fn send_within(bytes: &[u8], limits: &PictureLimits) -> Processing {
    let kind = MediaType::sniff(bytes).expect("a known type");
    send_as(bytes, kind, limits)
}

pub fn send_as(bytes: &[u8], kind: MediaType, limits: &PictureLimits) -> Processing {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::write(&input, bytes).unwrap();
    let outcome = process(&input, kind, limits, folder.path());
    Processing { folder, outcome }
}

/// The pixels of a written file.
pub fn pixels(picture: &Picture) -> RgbaImage {
    let bytes = fs::read(&picture.path).unwrap();
    assert_eq!(bytes.len() as u64, picture.size);
    assert_eq!(MediaType::sniff(&bytes), Some(picture.media_type));
    let image = image::load_from_memory(&bytes).unwrap();
    assert_eq!(
        (image.width(), image.height()),
        (picture.width, picture.height)
    );
    image.into_rgba8()
}

/// Whether the file contains the bytes.
pub fn holds(path: &Path, part: &[u8]) -> bool {
    contains(&fs::read(path).unwrap(), part)
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Whether two colours look the same, after a lossy encoding.
pub fn is_like(found: Rgba<u8>, expected: [u8; 3]) -> bool {
    let near = |(a, b): (&u8, u8)| a.abs_diff(b) < 25;
    found.0.iter().zip(expected).all(near)
}

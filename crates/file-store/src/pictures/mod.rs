//! Processing of received pictures: decoded within limits, turned upright, encoded again without any metadata, with a thumbnail
//! of each.
//!
//! The result contains only pixels: no EXIF, location, XMP, colour profile, comment or trailing bytes of the original are copied.
//! JPEG stays JPEG, PNG stays PNG (with 8 bits per channel), GIF stays GIF with its animation. WebP stays WebP where it is
//! lossless or has transparency, and becomes JPEG otherwise. No animation loses its motion: an animated WebP or PNG, which cannot be
//! encoded here, and a GIF that is too long are refused.

mod gif;
mod jpeg;
mod png;
mod webp;

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write as _},
    path::Path,
};

use ::image::{
    DynamicImage, ImageDecoder as _, ImageEncoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
        webp::WebPEncoder,
    },
};
use tempfile::TempPath;

use crate::MediaType;

/// JPEG quality, of 100.
const QUALITY: u8 = 87;
const THUMBNAIL_QUALITY: u8 = 80;
/// The box in pixels that thumbnails fit in.
const THUMBNAIL: u32 = 320;
/// What decoders may need in addition to the pixels.
const OVERHEAD: u64 = 16 * 1024 * 1024;
/// Bytes of a pixel in memory; 16 bits per channel count twice.
const BYTES_PER_PIXEL: u64 = 4;

/// The limits of a picture. A larger picture is refused by its header, before memory is allocated for its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Pixels in all; half as many with 16 bits per channel. Processing temporarily needs up to 9 bytes of memory for each.
    pub pixels: u64,
    /// Frames of an animation.
    pub frames: u32,
    /// Pixels of all frames of an animation together.
    pub animation_pixels: u64,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self {
            width: 16_000,
            height: 16_000,
            pixels: 26_000_000,
            frames: 600,
            animation_pixels: 150_000_000,
        }
    }
}

impl PictureLimits {
    fn check(&self, width: u32, height: u32) -> Result<(), PictureError> {
        let pixels = u64::from(width) * u64::from(height);
        if width > self.width || height > self.height || pixels > self.pixels {
            return Err(self.exceeded(Some((width, height))));
        }
        if pixels == 0 {
            return Err(PictureError::broken("it has no pixels"));
        }
        Ok(())
    }

    fn exceeded(&self, size: Option<(u32, u32)>) -> PictureError {
        PictureError::TooLarge {
            size,
            limits: *self,
        }
    }

    fn bytes(&self) -> u64 {
        self.pixels.saturating_mul(BYTES_PER_PIXEL)
    }

    /// In the form that the decoders take.
    fn of_decoders(&self) -> Limits {
        let mut limits = Limits::no_limits();
        limits.max_alloc = Some(self.bytes().saturating_add(OVERHEAD));
        limits
    }
}

/// Why a picture is refused.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("{0} is not a picture")]
    NotAPicture(MediaType),
    #[error("the picture{} is too large; at most {} × {} pixels and {} million in all are taken",
        size.map(|(width, height)| format!(" of {width} × {height} pixels")).unwrap_or_default(),
        limits.width, limits.height, limits.pixels / 1_000_000)]
    TooLarge {
        /// Width and height, if the header has them.
        size: Option<(u32, u32)>,
        limits: PictureLimits,
    },
    #[error("the animation is too long; at most {} frames and {} million pixels in all frames are taken: shorten it, or send it as MP4",
        limits.frames, limits.animation_pixels / 1_000_000)]
    TooLong { limits: PictureLimits },
    #[error(
        "animated {0} pictures are not taken; send the animation as GIF or MP4, or one frame of it"
    )]
    Animated(&'static str),
    #[error("the picture is damaged or not complete")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the picture has a rare form that is not supported; save it again as JPEG or PNG")]
    Unsupported(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An error of this machine and not of the picture.
    #[error("the picture could not be read or written")]
    Disk(#[source] io::Error),
}

impl PictureError {
    fn broken(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(source.into())
    }

    /// Whether the sender has to send another picture; otherwise the same one may succeed later.
    pub fn is_of_the_picture(&self) -> bool {
        !matches!(self, Self::Disk(_))
    }

    fn of_decoder(error: ImageError, limits: &PictureLimits) -> Self {
        match error {
            ImageError::Limits(_) => limits.exceeded(None),
            ImageError::Unsupported(error) => Self::Unsupported(error.into()),
            // The file was read before; what is missing here is missing in it.
            error => Self::broken(error),
        }
    }

    fn of_encoder(error: ImageError) -> Self {
        match error {
            ImageError::IoError(error) => Self::Disk(error),
            error => Self::Disk(io::Error::other(error)),
        }
    }
}

/// A processed picture. Its files are deleted when this is dropped.
#[derive(Debug)]
pub struct Processed {
    pub picture: Picture,
    /// Fits in a box of 320 pixels; never larger than the picture.
    pub thumbnail: Picture,
}

/// A file that was written here.
#[derive(Debug)]
pub struct Picture {
    pub path: TempPath,
    pub media_type: MediaType,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    /// In bytes.
    pub size: u64,
}

/// Makes a picture and its thumbnail from the received file, as new files in `folder`. `kind` is the result of
/// [`MediaType::sniff`].
///
/// It blocks, for a second or more where the picture is large, and takes up to 9 bytes of memory for each pixel: call it on a
/// thread for blocking work, and for a few pictures at a time.
pub fn process(
    input: &Path,
    kind: MediaType,
    limits: &PictureLimits,
    folder: &Path,
) -> Result<Processed, PictureError> {
    // Reads the whole file: uploads are small, and every decoder but one reads them so.
    let bytes = std::fs::read(input).map_err(PictureError::Disk)?;
    let (image, encoding) = match kind {
        MediaType::Jpeg => {
            jpeg::check(&bytes)?;
            (decode(&bytes, ImageFormat::Jpeg, limits)?, Encoding::Jpeg)
        }
        MediaType::Png => {
            png::check(&bytes)?;
            (decode(&bytes, ImageFormat::Png, limits)?, Encoding::Png)
        }
        MediaType::WebP => {
            let (bytes, lossless) = webp::check(&bytes)?;
            let image = decode(bytes, ImageFormat::WebP, limits)?;
            let keep = lossless || image.color().has_alpha();
            (image, if keep { Encoding::WebP } else { Encoding::Jpeg })
        }
        MediaType::Gif => {
            let picture = gif::copy(&bytes, limits, folder)?;
            let first = decode(&bytes, ImageFormat::Gif, limits)?;
            let thumbnail = thumbnail(&first, folder)?;
            return Ok(Processed { picture, thumbnail });
        }
        MediaType::Mp4 | MediaType::Pdf => return Err(PictureError::NotAPicture(kind)),
    };
    drop(bytes);
    Ok(Processed {
        picture: encode(&image, encoding, folder)?,
        thumbnail: thumbnail(&image, folder)?,
    })
}

/// The pixels, upright, with 8 bits per channel, and with an alpha channel only where something is transparent.
fn decode(
    bytes: &[u8],
    format: ImageFormat,
    limits: &PictureLimits,
) -> Result<DynamicImage, PictureError> {
    let decoder_error = |error| PictureError::of_decoder(error, limits);
    let mut reader = ImageReader::with_format(BufReader::new(io::Cursor::new(bytes)), format);
    reader.limits(limits.of_decoders());
    let mut decoder = reader.into_decoder().map_err(decoder_error)?;
    let (width, height) = decoder.dimensions();
    limits.check(width, height)?;
    if decoder.total_bytes() > limits.bytes() {
        return Err(limits.exceeded(Some((width, height))));
    }
    let orientation = decoder.orientation().map_err(decoder_error)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(decoder_error)?;
    image.apply_orientation(orientation);
    Ok(plain(image))
}

fn plain(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => image,
        DynamicImage::ImageLuma16(_) => image.into_luma8().into(),
        DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => {
            let image = image.into_luma_alpha8();
            if image.pixels().all(|pixel| pixel.0[1] == u8::MAX) {
                DynamicImage::from(image).into_luma8().into()
            } else {
                image.into()
            }
        }
        DynamicImage::ImageRgba8(_) | DynamicImage::ImageRgba16(_) => {
            let image = image.into_rgba8();
            if image.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
                DynamicImage::from(image).into_rgb8().into()
            } else {
                image.into()
            }
        }
        image => image.into_rgb8().into(),
    }
}

fn thumbnail(image: &DynamicImage, folder: &Path) -> Result<Picture, PictureError> {
    let small;
    let shown = if image.width() > THUMBNAIL || image.height() > THUMBNAIL {
        small = image.thumbnail(THUMBNAIL, THUMBNAIL);
        &small
    } else {
        image
    };
    let encoding = if image.color().has_alpha() {
        Encoding::Png
    } else {
        Encoding::Thumbnail
    };
    encode(shown, encoding, folder)
}

#[derive(Debug, Clone, Copy)]
enum Encoding {
    Jpeg,
    /// JPEG, smaller.
    Thumbnail,
    Png,
    /// Lossless.
    WebP,
}

fn encode(
    image: &DynamicImage,
    encoding: Encoding,
    folder: &Path,
) -> Result<Picture, PictureError> {
    let (width, height) = (image.width(), image.height());
    write(folder, |file| {
        match encoding {
            Encoding::Jpeg => put(image, JpegEncoder::new_with_quality(file, QUALITY)),
            Encoding::Thumbnail => put(
                image,
                JpegEncoder::new_with_quality(file, THUMBNAIL_QUALITY),
            ),
            Encoding::Png => {
                let (compression, filter) = (CompressionType::Default, FilterType::Adaptive);
                put(
                    image,
                    PngEncoder::new_with_quality(file, compression, filter),
                )
            }
            Encoding::WebP => put(image, WebPEncoder::new_lossless(file)),
        }
        .map_err(PictureError::of_encoder)?;
        let media_type = match encoding {
            Encoding::Jpeg | Encoding::Thumbnail => MediaType::Jpeg,
            Encoding::Png => MediaType::Png,
            Encoding::WebP => MediaType::WebP,
        };
        Ok((media_type, width, height))
    })
}

fn put(image: &DynamicImage, encoder: impl ImageEncoder) -> Result<(), ImageError> {
    let (width, height) = (image.width(), image.height());
    encoder.write_image(image.as_bytes(), width, height, image.color().into())
}

/// A new file that `fill` writes; `fill` returns its type and size.
fn write(
    folder: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(MediaType, u32, u32), PictureError>,
) -> Result<Picture, PictureError> {
    let file = tempfile::Builder::new()
        .prefix("picture-")
        .tempfile_in(folder)
        .map_err(PictureError::Disk)?;
    let (file, path) = file.into_parts();
    let mut file = BufWriter::new(file);
    let (media_type, width, height) = fill(&mut file)?;
    let finished = file.flush().and_then(|()| file.get_ref().metadata());
    Ok(Picture {
        path,
        media_type,
        width,
        height,
        size: finished.map_err(PictureError::Disk)?.len(),
    })
}

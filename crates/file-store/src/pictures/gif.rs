//! GIF: each frame is decoded and encoded again with its own colours, so that only data outside the picture is lost.

use std::{io, path::Path};

use ::gif::{ColorOutput, DecodeOptions, DecodingError, Encoder, EncodingError, MemoryLimit};

use super::{Picture, PictureError, PictureLimits, write};
use crate::MediaType;

/// Copies the picture with all its frames.
pub fn copy(bytes: &[u8], limits: &PictureLimits, folder: &Path) -> Result<Picture, PictureError> {
    let frames = frames(bytes, limits)?;
    let mut decoder = options(limits).read_info(bytes).map_err(of_decoder)?;
    let (width, height) = (decoder.width(), decoder.height());
    let palette = decoder.global_palette().unwrap_or_default().to_vec();
    write(folder, |file| {
        let mut encoder = Encoder::new(file, width, height, &palette).map_err(of_encoder)?;
        if frames > 1 {
            encoder.set_repeat(decoder.repeat()).map_err(of_encoder)?;
        }
        while let Some(frame) = decoder.read_next_frame().map_err(of_decoder)? {
            let mut frame = frame.clone();
            // The decoder has put the lines in order.
            frame.interlaced = false;
            encoder.write_frame(&frame).map_err(of_encoder)?;
        }
        encoder.into_inner().map_err(of_encoder)?;
        Ok((MediaType::Gif, width.into(), height.into()))
    })
}

/// Counts the frames without decoding them; refuses more than the limits.
fn frames(bytes: &[u8], limits: &PictureLimits) -> Result<u32, PictureError> {
    let mut options = options(limits);
    options.skip_frame_decoding(true);
    let mut decoder = options.read_info(bytes).map_err(of_decoder)?;
    limits.check(decoder.width().into(), decoder.height().into())?;
    let (mut frames, mut pixels) = (0, 0);
    while let Some(frame) = decoder.next_frame_info().map_err(of_decoder)? {
        if frame.width == 0 || frame.height == 0 {
            return Err(PictureError::broken("a frame has no pixels"));
        }
        frames += 1;
        pixels += u64::from(frame.width) * u64::from(frame.height);
        if frames > limits.frames || pixels > limits.animation_pixels {
            return Err(PictureError::TooLong { limits: *limits });
        }
    }
    Ok(frames)
}

fn options(limits: &PictureLimits) -> DecodeOptions {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.check_frame_consistency(true);
    let bytes = limits
        .pixels
        .try_into()
        .unwrap_or(std::num::NonZeroU64::MIN);
    options.set_memory_limit(MemoryLimit::Bytes(bytes));
    options
}

fn of_decoder(error: DecodingError) -> PictureError {
    PictureError::broken(error)
}

fn of_encoder(error: EncodingError) -> PictureError {
    match error {
        EncodingError::Io(error) => PictureError::Disk(error),
        EncodingError::Format(error) => PictureError::broken(error),
        error => PictureError::Disk(io::Error::other(error)),
    }
}

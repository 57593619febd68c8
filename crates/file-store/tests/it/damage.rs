//! Damaged pictures are refused with a helpful message, and none of them crashes a decoder.

use std::sync::LazyLock;

use image::ImageFormat;
use proptest::prelude::*;
use waybill_file_store::{MediaType, PictureError, PictureLimits};

use crate::support::{animation, encoded, halves, see_through, send, send_as, with_exif};

/// The limits of the decoders, so that a mutated header costs no time.
const LIMITS: PictureLimits = PictureLimits {
    width: 500,
    height: 500,
    pixels: 100_000,
    frames: 20,
    animation_pixels: 200_000,
};

static PICTURES: LazyLock<Vec<(MediaType, Vec<u8>)>> = LazyLock::new(|| {
    let image = halves(40, 30);
    let grey = image::DynamicImage::from(image.clone()).into_luma8();
    vec![
        (MediaType::Jpeg, with_exif(&image, ImageFormat::Jpeg, 6)),
        (MediaType::Jpeg, encoded(grey, ImageFormat::Jpeg)),
        (MediaType::Png, with_exif(&image, ImageFormat::Png, 8)),
        (
            MediaType::Png,
            encoded(see_through(40, 30), ImageFormat::Png),
        ),
        (MediaType::WebP, with_exif(&image, ImageFormat::WebP, 3)),
        (
            MediaType::WebP,
            encoded(see_through(40, 30), ImageFormat::WebP),
        ),
        (MediaType::Gif, animation(40, 30, 4)),
        (
            MediaType::Gif,
            encoded(see_through(40, 30), ImageFormat::Gif),
        ),
    ]
});

#[test]
fn a_picture_that_is_cut_off_is_refused() {
    for (kind, bytes) in PICTURES.iter() {
        for part in [16, bytes.len() / 4, bytes.len() / 2, bytes.len() - 20] {
            let sent = send(&bytes[..part]);
            let error = sent.refused();
            assert!(
                matches!(error, PictureError::Broken(_)),
                "{kind} of {part} bytes: {error:?}"
            );
            assert_eq!(error.to_string(), "the picture is damaged or not complete");
            assert!(error.is_of_the_picture());
        }
    }
}

#[test]
fn a_wrong_type_is_refused() {
    // A caller that trusts a name instead of the content.
    let png = encoded(halves(40, 30), ImageFormat::Png);
    for (kind, bytes) in [
        (MediaType::Jpeg, &png[..]),
        (MediaType::Png, b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        (MediaType::Gif, b"<!DOCTYPE html>"),
        (MediaType::WebP, b""),
    ] {
        let sent = send_as(bytes, kind, &LIMITS);
        assert!(matches!(sent.refused(), PictureError::Broken(_)), "{kind}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_crash_a_decoder(which in 0..4_usize, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (magic, kind) = [
            (&b"\xff\xd8\xff\xe0"[..], MediaType::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10", MediaType::Png),
            (b"GIF89a\x10\0\x10\0", MediaType::Gif),
            (b"RIFF\xff\0\0\0WEBP", MediaType::WebP),
        ][which];
        let _ = send_as(&bytes, kind, &LIMITS);
        let _ = send_as(&[magic, &bytes].concat(), kind, &LIMITS);
    }

    #[test]
    fn no_damage_crashes_a_decoder(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let (kind, bytes) = which.get(&PICTURES);
        let mut bytes = bytes.clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let sent = send_as(&bytes, *kind, &LIMITS);
        if let Ok(done) = &sent.outcome {
            prop_assert!(done.picture.width <= LIMITS.width && done.picture.height <= LIMITS.height);
        }
    }
}

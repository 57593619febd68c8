//! Small files that would become large are refused by their header, before memory is allocated.

use image::{GrayImage, ImageFormat};
use waybill_file_store::{PictureError, PictureLimits};

use crate::support::{animation, encoded, halves, send, send_within};

/// A chunk as PNG has them: length, name, data and checksum.
pub fn png_chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    let body = [name, data].concat();
    let mut sum = u32::MAX;
    for byte in &body {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
        }
    }
    let length = (data.len() as u32).to_be_bytes();
    [&length[..], &body, &(!sum).to_be_bytes()].concat()
}

/// The PNG with another size in its header.
fn claiming(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut header = png[16..29].to_vec();
    header[..4].copy_from_slice(&width.to_be_bytes());
    header[4..8].copy_from_slice(&height.to_be_bytes());
    [&png[..8], &png_chunk(b"IHDR", &header), &png[33..]].concat()
}

#[track_caller]
fn check_too_large(bytes: &[u8], limits: &PictureLimits) {
    let sent = send_within(bytes, limits);
    let error = sent.refused();
    assert!(matches!(error, PictureError::TooLarge { .. }), "{error:?}");
    assert!(error.is_of_the_picture());
    assert!(error.to_string().contains("at most"), "{error}");
}

#[test]
fn a_png_that_claims_to_be_huge_is_refused() {
    let png = encoded(halves(10, 10), ImageFormat::Png);
    for (width, height) in [
        (60_000, 60_000),
        (1, 2_000_000_000),
        (16_001, 1),
        (6000, 6000),
    ] {
        check_too_large(&claiming(&png, width, height), &PictureLimits::default());
    }
}

#[test]
fn a_real_bomb_of_zeros_is_refused() {
    // 36 million pixels in some hundred thousand bytes.
    let bomb = encoded(GrayImage::new(6000, 6000), ImageFormat::Png);
    assert!(bomb.len() < 250_000, "{}", bomb.len());
    check_too_large(&bomb, &PictureLimits::default());
    // The same data behind a smaller header: the decoder allocates what the header says and no more.
    let hidden = claiming(&bomb, 10, 10);
    if let Ok(done) = &send(&hidden).outcome {
        assert_eq!((done.picture.width, done.picture.height), (10, 10));
    }
}

#[test]
fn every_type_is_held_to_the_limits() {
    let limits = PictureLimits {
        pixels: 99 * 100,
        ..PictureLimits::default()
    };
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ] {
        check_too_large(&encoded(halves(100, 100), format), &limits);
        send_within(&encoded(halves(99, 100), format), &limits).done();
    }
}

#[test]
fn sixteen_bits_a_channel_count_twice() {
    let limits = PictureLimits {
        pixels: 100 * 100,
        ..PictureLimits::default()
    };
    let deep = |height| image::DynamicImage::from(halves(100, height)).into_rgba16();
    check_too_large(&encoded(deep(51), ImageFormat::Png), &limits);
    send_within(&encoded(deep(50), ImageFormat::Png), &limits).done();
}

#[test]
fn a_jpeg_webp_or_gif_that_claims_to_be_huge_is_refused() {
    let mut jpeg = encoded(halves(64, 64), ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    check_too_large(&jpeg, &PictureLimits::default());

    let mut webp = encoded(halves(64, 64), ImageFormat::WebP);
    let start = webp.windows(4).position(|name| name == b"VP8L").unwrap();
    // 14 bits each, less one.
    webp[start + 9..start + 13].copy_from_slice(&0x0fff_bffe_u32.to_le_bytes());
    check_too_large(&webp, &PictureLimits::default());

    let mut gif = animation(10, 10, 1);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    check_too_large(&gif, &PictureLimits::default());
}

#[test]
fn a_gif_of_thousands_of_frames_is_refused() {
    let sent = send(&animation(16, 16, 5000));
    assert!(matches!(sent.refused(), PictureError::TooLong { .. }));
}

#[test]
fn a_frame_that_is_larger_than_its_gif_is_refused() {
    let mut gif = animation(10, 10, 1);
    // The frame's size, after `,` and its position.
    let frame = gif
        .windows(5)
        .position(|part| part == b",\0\0\0\0")
        .unwrap();
    gif[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let sent = send(&gif);
    assert!(
        matches!(sent.refused(), PictureError::Broken(_)),
        "{:?}",
        sent.refused()
    );
}

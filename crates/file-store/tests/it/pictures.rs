//! Pictures keep their content.

use std::fs;

use image::{DynamicImage, ImageFormat, Rgba};
use waybill_file_store::{MediaType, PictureError, PictureLimits};

use crate::support::{
    animation, encoded, halves, is_like, pixels, see_through, send, send_as, send_within, with_exif,
};

const RED: [u8; 3] = [220, 20, 20];
const BLUE: [u8; 3] = [20, 20, 220];

#[test]
fn each_type_stays_what_it_is_and_gets_a_thumbnail() {
    for (format, kind) in [
        (ImageFormat::Jpeg, MediaType::Jpeg),
        (ImageFormat::Png, MediaType::Png),
        (ImageFormat::WebP, MediaType::WebP),
        (ImageFormat::Gif, MediaType::Gif),
    ] {
        let sent = send(&encoded(halves(800, 400), format));
        let done = sent.done();
        assert_eq!(done.picture.media_type, kind);
        assert_eq!((done.picture.width, done.picture.height), (800, 400));
        let shown = pixels(&done.picture);
        assert!(is_like(*shown.get_pixel(100, 200), RED), "{kind}");
        assert!(is_like(*shown.get_pixel(700, 200), BLUE), "{kind}");
        assert_eq!(done.thumbnail.media_type, MediaType::Jpeg);
        assert_eq!((done.thumbnail.width, done.thumbnail.height), (320, 160));
        let small = pixels(&done.thumbnail);
        assert!(is_like(*small.get_pixel(40, 80), RED), "{kind}");
        assert!(is_like(*small.get_pixel(280, 80), BLUE), "{kind}");
    }
}

#[test]
fn a_small_picture_is_not_blown_up() {
    let sent = send(&encoded(halves(40, 20), ImageFormat::Png));
    let small = &sent.done().thumbnail;
    assert_eq!((small.width, small.height), (40, 20));
}

#[test]
fn a_long_and_narrow_picture_has_a_thumbnail_too() {
    let sent = send(&encoded(halves(9000, 1), ImageFormat::Png));
    let small = &sent.done().thumbnail;
    assert_eq!((small.width, small.height), (320, 1));
}

#[test]
fn transparency_is_kept() {
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let sent = send(&encoded(see_through(600, 600), format));
        let done = sent.done();
        let kind = MediaType::sniff(&fs::read(&done.picture.path).unwrap());
        assert_eq!(kind, Some(done.picture.media_type));
        let shown = pixels(&done.picture);
        assert_eq!(shown.get_pixel(10, 10), &Rgba([220, 20, 20, 255]));
        assert_eq!(shown.get_pixel(590, 10), &Rgba([20, 20, 220, 60]));
        assert_eq!(done.thumbnail.media_type, MediaType::Png);
        assert_eq!(pixels(&done.thumbnail).get_pixel(310, 10).0[3], 60);
    }
}

#[test]
fn pictures_of_other_depths_are_taken() {
    let grey = DynamicImage::from(halves(64, 32)).into_luma16();
    let clear = DynamicImage::from(see_through(64, 32)).into_luma_alpha16();
    let opaque = DynamicImage::from(halves(64, 32)).into_rgba16();
    for image in [grey.into(), clear.into(), opaque.into()] {
        let image: DynamicImage = image;
        let sent = send(&encoded(image, ImageFormat::Png));
        assert_eq!(pixels(&sent.done().picture).dimensions(), (64, 32));
    }
    let grey = DynamicImage::from(halves(64, 32)).into_luma8();
    let sent = send(&encoded(grey, ImageFormat::Jpeg));
    assert_eq!(sent.done().picture.media_type, MediaType::Jpeg);
}

#[test]
fn a_picture_is_turned_upright() {
    // Where the red half is after the rotation of each orientation.
    let (left, right, top, bottom) = ((5, 16), (58, 16), (16, 5), (16, 58));
    for (orientation, red, blue) in [
        (1, left, right),
        (2, right, left),
        (3, right, left),
        (4, left, right),
        (5, top, bottom),
        (6, top, bottom),
        (7, bottom, top),
        (8, bottom, top),
    ] {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let sent = send(&with_exif(&halves(64, 32), format, orientation));
            let shown = pixels(&sent.done().picture);
            let expected = if orientation < 5 { (64, 32) } else { (32, 64) };
            assert_eq!(shown.dimensions(), expected, "{format:?} {orientation}");
            let at = |(x, y)| *shown.get_pixel(x, y);
            assert!(is_like(at(red), RED), "{format:?} {orientation}");
            assert!(is_like(at(blue), BLUE), "{format:?} {orientation}");
        }
    }
}

#[test]
fn an_animation_keeps_its_frames_times_and_repetitions() {
    let sent = send(&animation(50, 40, 7));
    let bytes = fs::read(&sent.done().picture.path).unwrap();
    let mut decoder = gif::Decoder::new(bytes.as_slice()).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        frames.push((frame.delay, frame.buffer[0]));
    }
    let expected: Vec<_> = (0..7).map(|at| (at + 1, (at % 3) as u8)).collect();
    assert_eq!(frames, expected);
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
}

#[test]
fn a_longer_animation_is_refused_with_the_limits() {
    let mut limits = PictureLimits {
        frames: 7,
        animation_pixels: 7 * 50 * 40,
        ..PictureLimits::default()
    };
    let animation = animation(50, 40, 7);
    assert!(send_within(&animation, &limits).outcome.is_ok());
    let refused = |limits: &PictureLimits| {
        let sent = send_within(&animation, limits);
        assert!(matches!(sent.refused(), PictureError::TooLong { .. }));
        assert!(sent.refused().is_of_the_picture());
        sent.refused().to_string()
    };
    limits.frames = 6;
    assert!(refused(&limits).contains("at most 6 frames"));
    limits.frames = 7;
    limits.animation_pixels -= 1;
    refused(&limits);
}

#[test]
fn an_interlaced_gif_stays_in_order() {
    let mut frame = gif::Frame {
        width: 4,
        height: 8,
        interlaced: true,
        // The lines in the stored order: every eighth, those between, those between these, the rest.
        buffer: [0_u8, 4, 2, 6, 1, 3, 5, 7]
            .map(|line| [line; 4])
            .concat()
            .into(),
        palette: Some((0..24).collect()),
        ..gif::Frame::default()
    };
    frame.delay = 0;
    let mut encoder = gif::Encoder::new(Vec::new(), 4, 8, &[]).unwrap();
    encoder.write_frame(&frame).unwrap();
    let sent = send(&encoder.into_inner().unwrap());
    let bytes = fs::read(&sent.done().picture.path).unwrap();
    let mut decoder = gif::Decoder::new(bytes.as_slice()).unwrap();
    let shown = decoder.read_next_frame().unwrap().unwrap();
    let expected = [0_u8, 1, 2, 3, 4, 5, 6, 7].map(|line| [line; 4]).concat();
    assert_eq!(shown.buffer.as_ref(), expected);
}

#[test]
fn what_is_no_picture_is_not_processed() {
    for kind in [MediaType::Mp4, MediaType::Pdf] {
        let sent = send_as(b"%PDF-1.7", kind, &PictureLimits::default());
        assert!(matches!(sent.refused(), PictureError::NotAPicture(found) if *found == kind));
    }
}

#[test]
fn the_files_are_gone_when_nobody_needs_them() {
    let mut sent = send(&encoded(halves(400, 400), ImageFormat::Png));
    let files = |folder: &tempfile::TempDir| fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files(&sent.folder), 3);
    sent.outcome = Err(PictureError::NotAPicture(MediaType::Pdf));
    assert_eq!(files(&sent.folder), 1);
}

#[test]
fn an_animated_png_is_refused_and_not_made_one_picture() {
    let still = encoded(halves(40, 30), ImageFormat::Png);
    assert!(send(&still).outcome.is_ok());
    let pixels = still
        .windows(4)
        .position(|name| name == b"IDAT")
        .expect("its pixels");
    // One more chunk before the length of the first one with pixels: 2 frames, for ever.
    let (before, after) = still.split_at(pixels - 4);
    let frames = b"\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\xf3\x8d\x93\x70";
    let moving = [before, frames, after].concat();
    let sent = send(&moving);
    assert!(matches!(sent.refused(), PictureError::Animated("PNG")));
    assert!(sent.refused().is_of_the_picture());
}

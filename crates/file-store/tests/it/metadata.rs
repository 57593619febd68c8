//! No picture keeps its original metadata.

use image::ImageFormat;

use crate::support::{
    Processing, SECRET, animation, contains, encoded, halves, holds, send, with_exif,
};

#[track_caller]
fn check(bytes: &[u8]) {
    assert!(contains(bytes, SECRET), "the secret is sent");
    let sent = send(bytes);
    let Processing { outcome, .. } = &sent;
    let done = outcome.as_ref().unwrap();
    for made in [&done.picture, &done.thumbnail] {
        assert!(!holds(&made.path, SECRET), "{made:?} holds the secret");
        for name in [
            &b"Exif"[..],
            b"ICC_PROFILE",
            b"iCCP",
            b"ICCP",
            b"EXIF",
            b"eXIf",
        ] {
            assert!(!holds(&made.path, name), "{made:?} holds {name:?}");
        }
    }
}

#[test]
fn exif_and_colour_profiles_are_gone() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        check(&with_exif(&halves(64, 64), format, 1));
        check(&with_exif(&halves(64, 64), format, 6));
    }
}

/// A segment of a JPEG, after its first two bytes.
fn with_segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let jpeg = encoded(halves(64, 64), ImageFormat::Jpeg);
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, data, &jpeg[2..]].concat()
}

#[test]
fn comments_and_other_segments_of_jpeg_are_gone() {
    check(&with_segment(0xfe, SECRET));
    let xmp = [&b"http://ns.adobe.com/xap/1.0/\0"[..], SECRET].concat();
    check(&with_segment(0xe1, &xmp));
    let photoshop = [&b"Photoshop 3.0\08BIM\x04\x04"[..], SECRET].concat();
    check(&with_segment(0xed, &photoshop));
}

#[test]
fn texts_of_png_are_gone() {
    let png = encoded(halves(64, 64), ImageFormat::Png);
    let text = [&b"Comment\0"[..], SECRET].concat();
    let chunk = crate::bombs::png_chunk(b"tEXt", &text);
    // After the signature and the header.
    check(&[&png[..33], &chunk, &png[33..]].concat());
}

#[test]
fn comments_and_applications_of_gif_are_gone() {
    check(&animation(20, 20, 3));
    let gif = animation(20, 20, 1);
    let mut xmp = b"\x21\xff\x0bXMP DataXMP".to_vec();
    xmp.push(SECRET.len() as u8);
    xmp.extend_from_slice(SECRET);
    xmp.push(0);
    // After the header, the screen and the palette of four colours.
    check(&[&gif[..25], &xmp, &gif[25..]].concat());
}

#[test]
fn what_follows_the_picture_is_gone() {
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ] {
        let picture = encoded(halves(64, 64), format);
        check(&[&picture[..], b"<script>", SECRET].concat());
    }
}

//! JPEG: the decoder fills in grey for missing data at the end, so the end is checked here.

use super::PictureError;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Follows the markers to the end of the picture. A file that ends before it is refused.
pub fn check(bytes: &[u8]) -> Result<(), PictureError> {
    match end(bytes) {
        Some(()) => Ok(()),
        None => Err(PictureError::broken("the end of the JPEG is missing")),
    }
}

fn end(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes.strip_prefix(&[0xff, START])?;
    loop {
        let (marker, after) = marker(rest)?;
        rest = after;
        match marker {
            END => return Some(()),
            // Markers without a segment: restart and temporary ones, and a repeated start.
            0xd0..=0xd8 | 0x01 => {}
            _ => {
                let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
                rest = rest.get(length.max(2)..)?;
            }
        }
        if marker == SCAN || (0xd0..=0xd7).contains(&marker) {
            rest = after_scan(rest)?;
        }
    }
}

/// The next marker and what follows it. Fill bytes may precede it, and some writers leave others there too.
fn marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let start = bytes.iter().position(|byte| *byte == 0xff)?;
    let bytes = &bytes[start..];
    let at = bytes.iter().position(|byte| *byte != 0xff)?;
    Some((bytes[at], &bytes[at + 1..]))
}

/// Compressed data goes on to the next marker; within it, 0xff is followed by 0.
fn after_scan(bytes: &[u8]) -> Option<&[u8]> {
    let pairs = &mut bytes.windows(2);
    let at = pairs.position(|pair| pair[0] == 0xff && pair[1] != 0 && pair[1] != 0xff)?;
    Some(&bytes[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &[u8] = b"\xff\xd8\xff\xe1\0\x06\xff\xd9\0\0";

    fn is_whole(tail: &[u8]) -> bool {
        check(&[APP, tail].concat()).is_ok()
    }

    #[test]
    fn the_end_must_be_there() {
        assert!(is_whole(b"\xff\xd9"));
        assert!(is_whole(
            b"\xff\xda\0\x02data\xff\0data\xff\xd0more\xff\xd9"
        ));
        assert!(is_whole(b"\xff\xda\0\x02data\xff\xff\xd9trailing"));
        assert!(!is_whole(b""));
        assert!(!is_whole(b"\xff\xda\0\x02data\xff\0data"));
        assert!(!is_whole(b"\xff\xda\0\x02data\xff"));
        // The end marker within a segment does not count.
        assert!(!is_whole(b"\xff\xe2\0\x04\xff\xd9"));
        assert!(!is_whole(b"\xff\xe2\xff\xff\xff\xd9"));
        assert!(check(b"").is_err());
    }
}

//! Tells animated PNG pictures from still ones: the decoder would take the first frame and drop the others.

use super::PictureError;

const SIGNATURE: usize = 8;
/// Length and type in front of the data of a chunk, and the checksum behind it.
const HEAD: usize = 8;
const CHECKSUM: usize = 4;

/// Refuses an animation: its chunk `acTL` stands before the pixels (`IDAT`). What is damaged is left to the decoder.
pub fn check(file: &[u8]) -> Result<(), PictureError> {
    let mut rest = file.get(SIGNATURE..).unwrap_or_default();
    while let Some((head, data)) = rest.split_first_chunk::<HEAD>() {
        let [a, b, c, d, kind @ ..] = *head;
        match &kind {
            b"acTL" => return Err(PictureError::Animated("PNG")),
            b"IDAT" => return Ok(()),
            _ => {}
        }
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        rest = data
            .get(length.saturating_add(CHECKSUM)..)
            .unwrap_or_default();
    }
    Ok(())
}

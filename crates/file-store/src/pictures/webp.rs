//! WebP: a decoder allocates memory by the declared length of a chunk, so lengths are checked here.

use super::PictureError;

const HEADER: usize = 12;

/// In the first byte of the chunk `VP8X`: the picture is animated.
const ANIMATION: u8 = 0b10;

/// What the chunks of a picture say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Form {
    lossless: bool,
    animated: bool,
}

/// Follows the chunks. A chunk that ends after the file is refused, and so is an animation. Returns the bytes up to the declared
/// end, and whether the picture is lossless.
pub fn check(bytes: &[u8]) -> Result<(&[u8], bool), PictureError> {
    let whole = whole(bytes);
    match whole.ok_or_else(|| PictureError::broken("a part of the WebP is missing"))? {
        (_, Form { animated: true, .. }) => Err(PictureError::Animated("WebP")),
        (declared, form) => Ok((declared, form.lossless)),
    }
}

fn whole(bytes: &[u8]) -> Option<(&[u8], Form)> {
    let length = u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?) as usize;
    // The padding byte may be missing at the end.
    let end = (length + 8).min(bytes.len().max(length + 8 - length % 2));
    let declared = bytes.get(..end)?;
    Some((declared, form(declared.get(HEADER..)?)?))
}

/// None if a chunk is not complete.
fn form(mut chunks: &[u8]) -> Option<Form> {
    let mut form = Form::default();
    while let Some((head, rest)) = chunks.split_first_chunk::<8>() {
        let (name, length) = head.split_at(4);
        let length = u32::from_le_bytes(*length.first_chunk()?) as usize;
        let data = rest.get(..length)?;
        match name {
            b"VP8L" => form.lossless = true,
            b"VP8X" => form.animated |= data.first().is_some_and(|flags| flags & ANIMATION != 0),
            b"ANIM" | b"ANMF" => form.animated = true,
            _ => {}
        }
        // The padding byte may be missing at the end.
        chunks = rest.get(length + length % 2..).unwrap_or_default();
    }
    Some(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
        let length = (data.len() as u32).to_le_bytes();
        let pad = vec![0; data.len() % 2];
        [name, &length, data, &pad].concat()
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        let chunks = chunks.concat();
        let length = (chunks.len() as u32 + 4).to_le_bytes();
        [b"RIFF", &length[..], b"WEBP", &chunks].concat()
    }

    #[test]
    fn lossless_pictures_are_told_from_others() {
        let lossy = file(&[chunk(b"VP8 ", b"abc")]);
        assert!(!check(&lossy).unwrap().1);
        assert!(check(&file(&[chunk(b"VP8L", b"abc")])).unwrap().1);
    }

    #[test]
    fn an_animation_is_refused_and_not_made_one_picture() {
        let still = chunk(b"VP8X", &[0; 10]);
        let moving = chunk(b"VP8X", &[ANIMATION, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let frame = [vec![0; 16], chunk(b"VP8L", b"abc")].concat();
        for chunks in [
            vec![still.clone(), chunk(b"ANMF", &frame)],
            vec![still.clone(), chunk(b"ANIM", &[0; 6])],
            vec![moving, chunk(b"VP8L", b"abc")],
        ] {
            let bytes = file(&chunks);
            let refused = check(&bytes);
            assert!(matches!(refused, Err(PictureError::Animated(_))));
        }
        assert!(check(&file(&[still, chunk(b"VP8L", b"abc")])).is_ok());
    }

    #[test]
    fn a_chunk_that_claims_more_than_there_is_is_refused() {
        let mut lying = file(&[chunk(b"VP8L", b"abcd"), chunk(b"EXIF", b"abcd")]);
        let at = lying.len() - 8;
        lying[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(check(&lying).is_err());
        let whole = file(&[chunk(b"VP8L", b"abcd")]);
        assert!(check(&whole[..whole.len() - 1]).is_err());
        assert!(check(b"RIFF").is_err());
    }

    #[test]
    fn what_follows_the_file_is_left_out() {
        let whole = file(&[chunk(b"VP8L", b"abcd")]);
        let longer = [&whole[..], b"EXIF\xff\xff\xff\xff"].concat();
        assert_eq!(check(&longer).unwrap(), (&whole[..], true));
    }
}

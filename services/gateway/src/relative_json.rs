//! JSON in which URLs on this gateway lack its address: written once for all clients, and completed for each with the address that it
//! uses.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::Serialize;
use waybill_proto::json::with_base;
use waybill_service_kit::{AppError, crypto::random};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelativeJson {
    text: Bytes,
    /// Where the address belongs.
    places: Arc<[usize]>,
}

impl RelativeJson {
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, AppError> {
        let mark = mark()?;
        let marked = with_base(mark, || serde_json::to_string(value));
        let marked = marked.map_err(AppError::internal)?;
        let mut parts = marked.split(&**mark);
        let mut text = parts.next().unwrap_or_default().to_owned();
        let mut places = Vec::new();
        for part in parts {
            places.push(text.len());
            text.push_str(part);
        }
        Ok(Self {
            text: text.into(),
            places: places.into(),
        })
    }

    /// Without addresses.
    pub const fn text(&self) -> &Bytes {
        &self.text
    }

    /// Whether there is an address to add.
    pub fn has_urls(&self) -> bool {
        !self.places.is_empty()
    }

    /// With URLs below `base`, such as `https://shop.example`.
    pub fn below(&self, base: &str) -> Bytes {
        if !self.has_urls() {
            return self.text.clone();
        }
        let quoted = serde_json::Value::from(base).to_string();
        let base = &quoted.as_bytes()[1..quoted.len() - 1];
        let mut whole = Vec::with_capacity(self.text.len() + self.places.len() * base.len());
        let mut written = 0;
        for place in self.places.iter() {
            whole.extend_from_slice(&self.text[written..*place]);
            whole.extend_from_slice(base);
            written = *place;
        }
        whole.extend_from_slice(&self.text[written..]);
        whole.into()
    }
}

/// Stands for the address while a text is written. It is random, so that no text of a client contains it.
fn mark() -> Result<&'static Arc<str>, AppError> {
    static MARK: OnceLock<Arc<str>> = OnceLock::new();
    if let Some(mark) = MARK.get() {
        return Ok(mark);
    }
    let bytes = random::<16>()?;
    Ok(MARK.get_or_init(|| hex::encode(bytes).into()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use waybill_proto::order::{Product, ProductImage};

    use super::*;

    #[test]
    fn only_urls_get_the_address() {
        let image = |url: &str| ProductImage {
            url: url.to_owned(),
            thumbnail_url: "/thumb".to_owned(),
            alt: "/alt".to_owned(),
            ..ProductImage::default()
        };
        let product = Product {
            description: "/api/v1/media/1".to_owned(),
            images: vec![image("/a"), image("https://cdn.example/b")],
            ..Product::default()
        };
        let written = RelativeJson::of(&product).unwrap();
        for base in ["https://shop.example", "http://a/\"b"] {
            let shown: Value = serde_json::from_slice(&written.below(base)).unwrap();
            assert_eq!(shown["description"], "/api/v1/media/1");
            let [first, second] = [&shown["images"][0], &shown["images"][1]];
            assert_eq!(first["url"], format!("{base}/a"));
            assert_eq!(first["thumbnailUrl"], format!("{base}/thumb"));
            assert_eq!(first["alt"], "/alt");
            assert_eq!(second["url"], "https://cdn.example/b");
        }
        let plain = RelativeJson::of(&json!({"url": "/a"})).unwrap();
        assert!(!plain.has_urls());
        assert_eq!(plain.below("https://shop.example"), plain.text());
    }
}

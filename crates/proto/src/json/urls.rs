//! URLs on the gateway: stored and sent between services as paths, shown to clients as full URLs.

use std::{cell::RefCell, sync::Arc};

use serde::{Serialize as _, Serializer};

thread_local! {
    /// The URL of the gateway for the answer that is being written, such as `https://shop.example`.
    static BASE: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// Restores the base before it when a piece of work ends or panics.
struct Before(Option<Arc<str>>);

impl Drop for Before {
    fn drop(&mut self) {
        BASE.set(self.0.take());
    }
}

/// Runs a piece of work that does not leave this thread. Paths that are serialized in it become URLs below `base`.
pub fn with_base<T>(base: &Arc<str>, work: impl FnOnce() -> T) -> T {
    let _before = Before(BASE.replace(Some(Arc::clone(base))));
    work()
}

pub(crate) fn url<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match BASE.with_borrow(Clone::clone) {
        Some(base) if url.starts_with('/') => serializer.collect_str(&format_args!("{base}{url}")),
        _ => serializer.serialize_str(url),
    }
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
pub(crate) fn optional_url<S: Serializer>(
    text: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => url(text, serializer),
        None => None::<String>.serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::to_value;

    use super::*;
    use crate::order::File;

    #[test]
    fn paths_become_urls_within_the_work_and_other_urls_stay() {
        let file = |url: &str| File {
            url: url.to_owned(),
            thumbnail_url: Some(url.to_owned()),
            ..File::default()
        };
        let shown = |url: &str| {
            let shown = to_value(file(url)).unwrap();
            assert_eq!(shown["url"], shown["thumbnailUrl"]);
            shown["url"].as_str().unwrap().to_owned()
        };
        let base: Arc<str> = "https://shop.example".into();
        assert_eq!(shown("/a"), "/a");
        with_base(&base, || {
            assert_eq!(shown("/a"), "https://shop.example/a");
            assert_eq!(shown("https://cdn.example/a"), "https://cdn.example/a");
            with_base(&"http://b".into(), || assert_eq!(shown("/a"), "http://b/a"));
            assert_eq!(shown("/a"), "https://shop.example/a");
        });
        let _ = std::panic::catch_unwind(|| with_base(&base, || panic!("a handler")));
        assert_eq!(shown("/a"), "/a");
    }
}

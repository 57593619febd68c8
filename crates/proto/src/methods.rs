//! What the descriptors say about methods.

use std::{collections::HashSet, sync::OnceLock};

use prost::Message as _;
use prost_types::FileDescriptorSet;

use crate::DESCRIPTORS;

/// Whether the method (`waybill.order.v1.FileService/UploadFile`) takes a stream of messages: such a call takes as long as its
/// caller needs to send them.
pub fn takes_stream(method: &str) -> bool {
    static METHODS: OnceLock<HashSet<String>> = OnceLock::new();
    METHODS.get_or_init(streamed).contains(method)
}

fn streamed() -> HashSet<String> {
    // The set comes from our own build; if it could not be decoded, no method would stream.
    let set = FileDescriptorSet::decode(DESCRIPTORS).unwrap_or_default();
    let mut found = HashSet::new();
    for file in &set.file {
        for service in &file.service {
            let methods = service.method.iter();
            for method in methods.filter(|method| method.client_streaming()) {
                let (package, service) = (file.package(), service.name());
                found.insert(format!("{package}.{service}/{}", method.name()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_take_streams_and_reads_do_not() {
        assert!(takes_stream("waybill.order.v1.FileService/UploadFile"));
        assert!(!takes_stream("waybill.order.v1.FileService/ReadFile"));
        assert!(!takes_stream("waybill.order.v1.OrderService/GetOrder"));
        assert!(!takes_stream("UploadFile"));
    }
}

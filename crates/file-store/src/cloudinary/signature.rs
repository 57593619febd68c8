//! Signatures of requests to Cloudinary.

use crate::settings::SignatureHash;
use ring::digest::{self, Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

/// The signature (version 2) of a request's parameters, as lower-case hex: those that have a value, sorted, then the secret. The
/// caller leaves out what is not signed (the file, the API key, path parameters).
pub fn sign(parameters: &[(&str, String)], secret: &str, hash: SignatureHash) -> String {
    let mut signed: Vec<_> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        // Otherwise a value could contain another parameter.
        .map(|(name, value)| format!("{name}={}", value.replace('&', "%26")))
        .collect();
    signed.sort();
    let text = signed.join("&") + secret;
    hex::encode(digest::digest(algorithm(hash), text.as_bytes()))
}

fn algorithm(hash: SignatureHash) -> &'static Algorithm {
    match hash {
        SignatureHash::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        SignatureHash::Sha256 => &SHA256,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use waybill_service_kit::settings::SettingType as _;

    use serde_json::Value;
    use waybill_testkit::shared;

    use super::*;

    fn text(value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        }
    }

    fn vectors() -> Option<Value> {
        let path = shared("vectors/cloudinary-signature.json")?;
        let text = fs::read_to_string(path).expect("the vectors can be read");
        Some(serde_json::from_str(&text).expect("the vectors are JSON"))
    }

    fn hash(vector: &Value) -> SignatureHash {
        SignatureHash::parse(vector["algorithm"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn requests_are_signed_as_the_providers_library_does() {
        let Some(vectors) = vectors() else { return };
        let mut judged = 0;
        for vector in vectors["requests"].as_array().unwrap() {
            // We sign by version 2 of the rule only.
            if vector["signature_version"] != 2 {
                continue;
            }
            let parameters = vector["params"].as_object().unwrap();
            let parameters: Vec<_> = parameters
                .iter()
                .map(|(name, value)| (name.as_str(), text(value)))
                .collect();
            let secret = vector["api_secret"].as_str().unwrap();
            let signature = sign(&parameters, secret, hash(vector));
            assert_eq!(signature, vector["signature"], "{}", vector["name"]);
            judged += 1;
        }
        assert_eq!(judged, 9);
    }

    #[test]
    fn a_form_as_the_library_sends_it_has_the_signature_that_we_make() {
        let Some(vectors) = vectors() else { return };
        let sent = &vectors["upload_as_sent"];
        let mut parameters = Vec::new();
        let mut expected = None;
        for field in sent["form"].as_array().unwrap() {
            match field[0].as_str().unwrap() {
                "api_key" | "file" => {}
                "signature" => expected = field[1].as_str(),
                name => parameters.push((name, text(&field[1]))),
            }
        }
        let secret = sent["api_secret"].as_str().unwrap();
        assert_eq!(
            Some(sign(&parameters, secret, hash(sent)).as_str()),
            expected
        );
    }
}

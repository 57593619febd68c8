//! Signs messages as PayPal does, with a key that is used for nothing else.

use std::collections::HashMap;

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use uuid::Uuid;
use waybill_payment::{CertificateSource, PayPalTrust, ProviderError};
use waybill_primitives::Timestamp;

pub const WEBHOOK: &str = "0EH40505U7160970P";
const ADDRESS: &str = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-TEST";

/// An example: PKCS#8 as base64.
const KEY: &str = "\
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDZq7qi3cyJIWjpDI8G+waKGLPU+GsiuwUIfgf7hinvaggJOHh6IA4eXDyaU8\
    bDJcU1eUZoJZmZqdaagO5SS6pCfq7gzx968TPLpxmy7LBKeJ15/UqGGMJkg7bjHyqV/LFrWGEif5lldG5LOa4E/mO9eIjhOt8HQ3j1QGo+K4H6\
    /V/ivQfjv0VzpqxHySxG57+EIxj2gd0y2OpBJmkwchhCrn0l/TQd6MX5fDGIvNtrSGvJ3ju3lP3yNvttsdFhtf5bsojb34V1ivbqLOsq2q9Od7\
    Jn5+sHoi4pTrdGJ7CSUS161QHtLKY2bZrnjgfjFGnHrFUVMiqvvKAwGOAr2YoXAgMBAAECggEAA939hTKO6rTG6gpeFCVWOr0w8gyud+x+AhDz\
    JVsp2DtjBH7rV7LFbXFSu6SCDdTYScNA0U2HCr2DYYqphplvie+O6Hw64UfzFUrVCw0SHhCXLk6mCfcwpPEuHko0ddEKeeS/vQl/+Sx2CoIY1F\
    /h98DHdcZCUMe4bhWvODGKWqIosi+luejQdPely6KKGCXSg//GUzqWTvOcpg9zXZjtqGg5N3fZisRevqcdfN9ZdkzjebuRlrt1AoAUcI7ZxId2\
    pG1FZYHYjrP3SQABx9dww5YLAeo3Q2+BJamjNRT3s62LZ5ncaUz6h1KFdqs438ueOdRFLuP0zQ3t2TWTT9+NOQKBgQD23lUmp9hO/z6Hq9BU7x\
    79FTx+1aI4Hwic6lZbOMhii/31W03r9xUjRh27wYIihbmgiZO+9TIMBwU4N9wGixMNmHYLLu6BmwDlDZHX9oSMet4XJmuR2kBx+OeS4fEASh96\
    ZJ955YxDrUAYe7wqOW7/w6myI0/ZkIRxoc7848AM+wKBgQDhuOpasuDyGviAhn91ykfYF8TkE6Ck9X1Hnw3j9kdyI+q7Twfi8y1NdcNsCJDpDT\
    QcZHx5LN2wL/5TmMkKqc5KRe4u8Cr5CGBxqJROrOwZg1E2azYr0IB2O/Tpmgr7e0vFvlmWSSKC3RVMN+064gtIIYKY3m6DnbP9M5wTxh00lQKB\
    gQCrSViLmancJf2c5PmH9OHrd/ChkFkd12qCdZW1dZCTz85FjzRhpO5lqyC2RW2lxmMloE+DD13KOpTEjP19DMILjN1apRWXl5TnWKL41XLihd\
    3S8jVw3Z4Zdjo3D83IBaYRpf+A9GR+EJeIZVIJehAqJfh4QUgGDN/YeAzGKr/2QQKBgB3fG9yO6agAm7xekEWlVGarlpncYxkRh9fPm8X8VK4t\
    RKYvKksFhYxHtmn4pDzDS48qWTKsFlZ3s3+aq5hmqm832/KIRBea3TCNb7sNtV0W/Mtn2s5nlGiRPLMheKyZP4jWzQJPgWqyGVxx1kpBmd6c2K\
    ykWxm96BDtII2ZXUoVAoGABw6IIQgozXtaHRlP2wh+L/VUtat5Zh4mGfQYJa9VoPWYOlqgsj50e27aT73A4/9jRpXM1G85uFGGF7kakXUngGnm\
    Y5f7sqOS+4R26Fz7pF5b6U2oEBQvu79ytAszGavQ4RsmtzyhmHH/Y/+IH7KqibvDqRPg4i6pE/XHEBLrrks=";
/// Its certificate, signed by itself, of `messages.paypal.example` and the years 2020 to 2099: DER as base64.
const CERTIFICATE: &str = "\
    MIIC8DCCAdigAwIBAgIBATANBgkqhkiG9w0BAQsFADAiMSAwHgYDVQQDDBdtZXNzYWdlcy5wYXlwYWwuZXhhbXBsZTAgFw0yMDAxMDEwMDAwMD\
    BaGA8yMTAwMDEwMTAwMDAwMFowIjEgMB4GA1UEAwwXbWVzc2FnZXMucGF5cGFsLmV4YW1wbGUwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK\
    AoIBAQDZq7qi3cyJIWjpDI8G+waKGLPU+GsiuwUIfgf7hinvaggJOHh6IA4eXDyaU8bDJcU1eUZoJZmZqdaagO5SS6pCfq7gzx968TPLpxmy7L\
    BKeJ15/UqGGMJkg7bjHyqV/LFrWGEif5lldG5LOa4E/mO9eIjhOt8HQ3j1QGo+K4H6/V/ivQfjv0VzpqxHySxG57+EIxj2gd0y2OpBJmkwchhC\
    rn0l/TQd6MX5fDGIvNtrSGvJ3ju3lP3yNvttsdFhtf5bsojb34V1ivbqLOsq2q9Od7Jn5+sHoi4pTrdGJ7CSUS161QHtLKY2bZrnjgfjFGnHrF\
    UVMiqvvKAwGOAr2YoXAgMBAAGjLzAtMAwGA1UdEwEB/wQCMAAwHQYDVR0OBBYEFBLhW60pufpnHnR1Vy2kMA+LkEXQMA0GCSqGSIb3DQEBCwUA\
    A4IBAQCAWsmhextjL8dClI1Tst31ADZbjEw0nl+tD0XKxyG0ZI5ZAmluhxEfrcvsKa0oLS/f6qy8Y5DzQnYQdsNTQ7mktI40VBnG5rvcGJ6W0j\
    LQ0wjRKiLrpUOal8TKOnOsquDhidDvgS/5wZgBLNLVFkTg67SrZr7NcQucTxjZ/bw7uKPjEoflu9ipRVwRYJUaLQ9SgBNhpsDHo/bDT8xDjjCI\
    Vq4QiDLkL6qnZ82BW2j/+wefGjK0MDp/qv1ebqnmCxSbru4+jhnCJUjZpp2zkcQy4rVo7xSoTNk89aEU8h71VkIH+v75G/x/cli/E3qygZT22G\
    Lh20SNE6vSeujS03tD";

/// The certificate at every address.
pub struct Source;

#[async_trait]
impl CertificateSource for Source {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, ProviderError> {
        assert_eq!(url, ADDRESS);
        let pem =
            format!("-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----\n");
        Ok(pem.into_bytes())
    }
}

/// Trusts the certificate.
pub fn trust() -> PayPalTrust {
    let root = BASE64_STANDARD.decode(CERTIFICATE).unwrap();
    PayPalTrust::only(&root, "paypal.example").unwrap()
}

/// The headers of a message.
pub fn headers(body: &str, at: Timestamp) -> HashMap<String, String> {
    let (id, time) = (Uuid::now_v7().to_string(), at.to_string());
    let text = format!("{id}|{time}|{WEBHOOK}|{}", crc32fast::hash(body.as_bytes()));
    let key = RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(KEY).unwrap()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .unwrap();
    let headers = [
        ("paypal-auth-algo", "SHA256withRSA".to_owned()),
        ("paypal-cert-url", ADDRESS.to_owned()),
        ("paypal-transmission-id", id),
        ("paypal-transmission-sig", BASE64_STANDARD.encode(signature)),
        ("paypal-transmission-time", time),
    ];
    headers.map(|(name, value)| (name.to_owned(), value)).into()
}

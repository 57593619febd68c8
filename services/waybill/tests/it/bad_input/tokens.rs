//! Invalid tokens: forged, altered, expired, of another kind.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};
use waybill_service_kit::{crypto::SigningKey, tokens::ServiceTokens};

use super::World;
use crate::support::Findings;

pub async fn forged(world: &World, findings: &mut Findings) {
    let token = world.admin.token();
    let [head, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("a JWT has three parts");
    };
    let genuine: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let with = |changes: Value| {
        let mut claims = genuine.clone();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let none = encode(&json!({"alg": "none", "typ": "JWT"}));
    let none_with_id = encode(&json!({"alg": "none", "kid": world.key.kid()}));
    let symmetric = encode(&json!({"alg": "HS256", "kid": world.key.kid()}));
    let customer = world.customer.token().split('.').nth(1).unwrap();
    let other = SigningKey::generate().unwrap();
    let kid_of_ours = {
        // A signature by our own key under the platform's key id.
        let signed = other.sign(&genuine).unwrap();
        let foreign = signed.rsplit('.').next().unwrap().to_owned();
        format!("{head}.{claims}.{foreign}")
    };
    let services = ServiceTokens::new(&"a key that somebody made up, 32 bytes".to_owned().into());
    let hour_ago = genuine["iat"].as_i64().unwrap() - 3_600;
    let cases = [
        ("no signature", format!("{head}.{claims}.")),
        ("two parts", format!("{head}.{claims}")),
        ("truncated", token[..token.len() - 10].to_owned()),
        ("four parts", format!("{token}.x")),
        ("nothing", String::new()),
        ("no JWT", "nonsense".to_owned()),
        ("very long", "x".repeat(20_000)),
        ("alg none", format!("{none}.{claims}.")),
        (
            "alg none with a key id",
            format!("{none_with_id}.{claims}."),
        ),
        (
            "alg none, old signature",
            format!("{none}.{claims}.{signature}"),
        ),
        ("HS256", format!("{symmetric}.{claims}.{signature}")),
        ("another's claims", format!("{head}.{customer}.{signature}")),
        ("another key", other.sign(&genuine).unwrap()),
        ("another key under our id", kid_of_ours),
        (
            "more time without a signature",
            format!(
                "{head}.{}.{signature}",
                encode(&with(json!({"exp": 4_102_444_800_i64})))
            ),
        ),
        // From here on signed by the platform's key.
        (
            "expired",
            world
                .key
                .sign(&with(json!({"iat": hour_ago, "exp": hour_ago + 900})))
                .unwrap(),
        ),
        (
            "another issuer",
            world.key.sign(&with(json!({"iss": "elsewhere"}))).unwrap(),
        ),
        (
            "an unknown role",
            world.key.sign(&with(json!({"role": "ROOT"}))).unwrap(),
        ),
        (
            "no user id",
            world.key.sign(&with(json!({"sub": "admin"}))).unwrap(),
        ),
        ("no claims", world.key.sign(&json!({})).unwrap()),
        ("a service's", services.issue("order").unwrap().to_string()),
    ];
    for (what, token) in cases {
        let bearer = format!("Bearer {token}");
        let header = [("authorization", bearer.as_str())];
        // Also where no token is needed: a client that assumes to be signed in must learn that it is not.
        for path in ["/api/v1/admin/users", "/api/v1/orders", "/api/v1/products"] {
            let sent = world.anyone.raw(Method::GET, path, &header, None).await;
            let answer = match sent {
                Ok(answer) => answer,
                Err(error) => panic!("{what}: {error:?}"),
            };
            findings.refused(
                &format!("token: {what}, {path}"),
                &answer,
                401,
                "UNAUTHENTICATED",
            );
        }
    }
    for scheme in ["Basic YWRtaW46YWRtaW4=", "Bearer", "bearer ", "Token x"] {
        let header = [("authorization", scheme)];
        let sent = world
            .anyone
            .raw(Method::GET, "/api/v1/orders", &header, None)
            .await;
        findings.refused(scheme, &sent.unwrap(), 401, "UNAUTHENTICATED");
    }
    // The same key signs a valid token: the cases above fail for the stated reason.
    let good = world.anyone.with_token(&world.key.sign(&genuine).unwrap());
    good.get("/admin/users").await.expect(200);
}

/// A login does not reveal whether an account exists: an unknown address gets the same answer as a wrong password.
pub async fn logins(world: &World, findings: &mut Findings) {
    let mut messages = Vec::new();
    for email in ["carla@example.com", "nobody@example.com"] {
        let body = json!({"email": email, "password": "a wrong password"});
        let answer = world.anyone.post("/auth/login", body).await;
        findings.refused(
            &format!("login as {email}"),
            &answer,
            401,
            "UNAUTHENTICATED",
        );
        messages.push(answer.body["error"].clone());
    }
    assert_eq!(messages[0], messages[1]);
    for refresh_token in ["", "nonsense", world.customer.token(), &"x".repeat(1_000)] {
        let body = json!({"refreshToken": refresh_token});
        let answer = world.anyone.post("/auth/refresh", body).await;
        findings.client_error(&format!("refresh with {refresh_token:.20}"), &answer);
    }
}

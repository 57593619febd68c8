//! Access tokens and the keys that sign them.

use std::time::Duration;

use waybill_proto::auth::{GetJwksRequest, GetProfileRequest};
use waybill_service_kit::{
    ErrorCode,
    crypto::{JwkSet, SigningKey, key_set},
    tokens::{AccessClaims, Verifier},
};
use waybill_testkit::on_any_database;

use crate::support::{World, answer, by, id_of, settings, unauthenticated, with_token};

on_any_database! {
    a_token_verifies_with_the_published_keys,
    forged_and_foreign_tokens_are_refused,
    an_expired_token_is_refused,
    a_new_key_signs_while_the_old_one_still_verifies,
    a_configured_key_signs_in_place_of_the_stored_one,
}

async fn jwks(world: &World) -> JwkSet {
    let answer = answer(world.auth.clone().get_jwks(GetJwksRequest {}).await).unwrap();
    assert!(
        !answer.jwks_json.contains("\"d\""),
        "no private key is published"
    );
    serde_json::from_str(&answer.jwks_json).unwrap()
}

async fn profile_is_readable(world: &World, token: &str) -> bool {
    let outcome = world
        .auth
        .clone()
        .get_profile(with_token(token, GetProfileRequest {}))
        .await;
    match answer(outcome) {
        Ok(_) => true,
        refused => {
            unauthenticated(refused);
            false
        }
    }
}

async fn a_token_verifies_with_the_published_keys(world: &World) {
    let ada = world.register("ada").await;
    let verifier = Verifier::fixed(&jwks(world).await);
    let claims = verifier.verify(&ada.access_token).await.unwrap();
    assert_eq!(claims.sub, id_of(&ada));
    assert_eq!(
        (claims.name.as_str(), claims.email.as_str()),
        ("ada Tester", "ada@example.com")
    );
    assert_eq!(claims.role.as_str(), "CUSTOMER");
    assert_eq!(claims.exp - claims.iat, 900);
    let profile = answer(
        world
            .auth
            .clone()
            .get_profile(by(&ada, GetProfileRequest {}))
            .await,
    );
    assert_eq!(profile.unwrap().user, ada.user);
}

async fn forged_and_foreign_tokens_are_refused(world: &World) {
    let ada = world.register("ada").await;
    let claims = world.deps.verifier.verify(&ada.access_token).await.unwrap();
    let foreign = SigningKey::generate().unwrap().sign(&*claims).unwrap();
    let [header, body, signature] = ada.access_token.split('.').collect::<Vec<_>>()[..] else {
        panic!("a JWT has three parts");
    };
    let [_, foreign_body, foreign_signature] = foreign.split('.').collect::<Vec<_>>()[..] else {
        panic!("a JWT has three parts");
    };
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for token in [
        foreign.clone(),
        format!("{header}.{foreign_body}.{foreign_signature}"),
        format!("{none}.{body}."),
        format!("{none}.{body}.{signature}"),
        format!("{header}.{body}."),
        ada.refresh_token.clone(),
        "x".repeat(100_000),
        "a.b.c".to_owned(),
    ] {
        assert!(!profile_is_readable(world, &token).await, "{token}");
    }
    assert!(profile_is_readable(world, &ada.access_token).await);
    let altered = AccessClaims {
        role: waybill_primitives::Role::Admin,
        ..(*claims).clone()
    };
    let altered = SigningKey::generate().unwrap().sign(&altered).unwrap();
    assert!(!profile_is_readable(world, &altered).await);
}

async fn an_expired_token_is_refused(world: &World) {
    let ada = world.register("ada").await;
    world.pass(Duration::from_secs(899));
    assert!(profile_is_readable(world, &ada.access_token).await);
    world.pass(Duration::from_secs(12));
    assert!(!profile_is_readable(world, &ada.access_token).await);
    let ada = world.refresh(&ada.refresh_token).await.unwrap();
    assert!(profile_is_readable(world, &ada.access_token).await);
}

async fn a_new_key_signs_while_the_old_one_still_verifies(world: &World) {
    let before = world.register("ada").await;
    let kid = waybill_auth::rotate_signing_key(&world.deps, &world.settings)
        .await
        .unwrap();
    assert_eq!(jwks(world).await.keys.len(), 2);
    // This replica loads the key with its job; tokens of both keys are valid.
    world.run_job("signing-keys").await;
    let after = world.refresh(&before.refresh_token).await.unwrap();
    let verifier = Verifier::fixed(&jwks(world).await);
    for session in [&before, &after] {
        verifier.verify(&session.access_token).await.unwrap();
    }

    // Once every token of the old key has expired, it is no longer published.
    world.pass(world.settings.key_overlap() + Duration::from_secs(1));
    world.run_job("signing-keys").await;
    let left = jwks(world).await;
    assert_eq!(
        left.keys
            .iter()
            .filter_map(|key| key.common.key_id.as_deref())
            .collect::<Vec<_>>(),
        [kid]
    );
    let verifier = Verifier::fixed(&left);
    unauthenticated(verifier.verify(&before.access_token).await);
    let last = world.refresh(&after.refresh_token).await.unwrap();
    world.run_job("signing-keys").await;
    Verifier::fixed(&jwks(world).await)
        .verify(&last.access_token)
        .await
        .unwrap();
}

async fn a_configured_key_signs_in_place_of_the_stored_one(world: &World) {
    use base64::Engine as _;
    let ada = world.register("ada").await;
    let key = SigningKey::generate().unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(key.pkcs8());
    let configured = settings(&[("WAYBILL_AUTH_SIGNING_KEY", &text)]);
    for _ in 0..2 {
        let replica = world.replica(configured.clone()).await;
        let session = replica
            .login("ada@example.com", crate::support::PASSWORD)
            .await
            .unwrap();
        // Both replicas publish both keys, so that a rolling change invalidates no session.
        for published in [jwks(world).await, jwks(&replica).await] {
            let verifier = Verifier::fixed(&published);
            verifier.verify(&session.access_token).await.unwrap();
            verifier.verify(&ada.access_token).await.unwrap();
        }
        let only = Verifier::fixed(&key_set([&key]));
        only.verify(&session.access_token).await.unwrap();
        let refused = waybill_auth::rotate_signing_key(&replica.deps, &replica.settings).await;
        assert!(refused.unwrap_err().is(ErrorCode::Conflict));
        replica.deps.db.close().await;
    }
    assert_eq!(jwks(world).await.keys.len(), 2);
}

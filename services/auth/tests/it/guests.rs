//! People who order without an account.

use std::{collections::HashSet, time::Duration};

use waybill_proto::auth::{
    ChangePasswordRequest, GetEmailStatusRequest, GetProfileRequest, IssueGuestTokenRequest,
    IssueGuestTokenResponse, LogoutRequest, UpdateProfileRequest,
};
use waybill_service_kit::{AppError, ErrorKind, outgoing};
use waybill_store::Retention;
use waybill_testkit::on_any_database;

use crate::support::{World, answer, with_token};

on_any_database! {
    a_guest_has_a_token_and_no_account,
    a_repeat_with_the_same_key_is_the_same_guest,
    a_guests_id_is_random_and_forgotten,
    what_a_guest_sends_is_checked,
    an_address_is_known_to_be_registered,
}

const KEY: &str = "0198f5c2-8a1b-7c3d-9e4f-000000000001";

fn grace() -> IssueGuestTokenRequest {
    IssueGuestTokenRequest {
        email: "Grace@Example.com".to_owned(),
        first_name: "Grace".to_owned(),
        last_name: "Hopper".to_owned(),
    }
}

async fn issue(
    world: &World,
    key: &str,
    request: IssueGuestTokenRequest,
) -> Result<IssueGuestTokenResponse, AppError> {
    let mut ctx = world.deps.system_context().unwrap();
    if !key.is_empty() {
        ctx = ctx.with_idempotency_key(key);
    }
    let request = outgoing(&ctx, request);
    answer(world.auth.clone().issue_guest_token(request).await)
}

async fn a_guest_has_a_token_and_no_account(world: &World) {
    let issued = issue(world, "", grace()).await.unwrap();
    assert_eq!(issued.expires_in, 14 * 24 * 3600);
    let token = &issued.access_token;
    let claims = world.deps.verifier.verify(token).await.unwrap();
    assert!(claims.guest);
    assert_eq!(claims.sub.to_string(), issued.id);
    assert_eq!(
        (claims.name.as_str(), claims.email.as_str()),
        ("Grace Hopper", "grace@example.com")
    );
    assert_eq!((claims.role.as_str(), &claims.sid), ("CUSTOMER", &None));
    let mut auth = world.auth.clone();
    let profile = with_token(token, GetProfileRequest {});
    let update = with_token(token, UpdateProfileRequest::default());
    let password = with_token(token, ChangePasswordRequest::default());
    for refused in [
        answer(auth.get_profile(profile).await).map(drop),
        answer(auth.update_profile(update).await).map(drop),
        answer(auth.change_password(password).await).map(drop),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Forbidden, "{error}");
        assert!(error.message.contains("account"), "{error}");
    }
    // There is no session to end.
    let logout = with_token(token, LogoutRequest::default());
    let error = answer(auth.logout(logout).await).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
}

async fn a_repeat_with_the_same_key_is_the_same_guest(world: &World) {
    let first = issue(world, KEY, grace()).await.unwrap();
    let again = issue(world, KEY, grace()).await.unwrap();
    assert_eq!(first.id, again.id);
    let other = IssueGuestTokenRequest {
        email: "eve@example.com".to_owned(),
        ..grace()
    };
    let other_key = "0198f5c2-8a1b-7c3d-9e4f-000000000002";
    for (key, request) in [(KEY, other), (other_key, grace()), ("", grace())] {
        let another = issue(world, key, request).await.unwrap();
        assert_ne!(first.id, another.id);
    }
    // Of attempts at once, too.
    let key = "0198f5c2-8a1b-7c3d-9e4f-000000000003";
    let attempts = futures::future::join_all((0..8).map(|_| issue(world, key, grace()))).await;
    let ids: HashSet<_> = attempts.into_iter().map(|one| one.unwrap().id).collect();
    assert_eq!(ids.len(), 1);
}

/// Whoever learns the key, the address and the names cannot compute the id, and after a while gets no token for it.
async fn a_guests_id_is_random_and_forgotten(world: &World) {
    let first = issue(world, KEY, grace()).await.unwrap();
    let retention = Retention {
        idempotency_keys: Duration::ZERO,
        ..Retention::default()
    };
    waybill_store::prune(&world.deps.db, &retention)
        .await
        .unwrap();
    let later = issue(world, KEY, grace()).await.unwrap();
    assert_ne!(first.id, later.id);
}

async fn what_a_guest_sends_is_checked(world: &World) {
    let bad = IssueGuestTokenRequest {
        email: "grace".to_owned(),
        first_name: " ".to_owned(),
        last_name: "x".repeat(101),
    };
    let error = issue(world, "order-1", bad).await.unwrap_err();
    let fields: Vec<_> = error.fields.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(
        fields,
        ["email", "firstName", "lastName", "Idempotency-Key"]
    );
}

async fn an_address_is_known_to_be_registered(world: &World) {
    world.register("ada").await;
    let ctx = world.deps.system_context().unwrap();
    for (email, expected) in [
        ("ada@example.com", true),
        (" ADA@example.com ", true),
        ("grace@example.com", false),
    ] {
        let request = GetEmailStatusRequest {
            email: email.to_owned(),
        };
        let request = outgoing(&ctx, request);
        let status = answer(world.auth.clone().get_email_status(request).await);
        assert_eq!(status.unwrap().registered, expected, "{email}");
    }
}

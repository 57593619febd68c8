//! The layers around every call, called in memory.

use std::{sync::Arc, time::Duration};

use tonic::{Code, Request};
use waybill_primitives::Role;
use waybill_proto::{
    auth::{auth_service_client::AuthServiceClient, *},
    common,
};
use waybill_service_kit::{
    AppError, CallContext, Caller, ErrorCode, ErrorKind, GrpcChannel, ServerLayer,
    crypto::{SigningKey, key_set},
    outgoing, outgoing_within, retry_read,
    service::guarded,
    tokens::{AccessClaims, GrpcAuthority, Verifier},
    trace,
};

use crate::support::{Leak, Probe, claims, service_tokens};

struct Bench {
    probe: Probe,
    key: SigningKey,
    client: AuthServiceClient<GrpcChannel>,
}

fn bench() -> Bench {
    let key = SigningKey::generate().unwrap();
    let probe = Probe::default();
    let verifier = Verifier::fixed(&key_set([&key]));
    let layer = ServerLayer::new("probe", verifier, service_tokens());
    let client = AuthServiceClient::new(guarded(&layer, probe.routes()));
    Bench { probe, key, client }
}

#[tokio::test]
async fn the_context_arrives_whole() {
    let mut bench = bench();
    let claims = claims();
    let ctx = CallContext {
        client_address: Some("203.0.113.7".to_owned()),
        ..CallContext::anonymous()
    };
    let ctx = ctx
        .with_token(bench.key.sign(&claims).unwrap())
        .with_idempotency_key("key-1");
    let answer = bench
        .client
        .get_profile(outgoing(&ctx, GetProfileRequest {}))
        .await
        .unwrap();
    assert_eq!(answer.into_inner().user.unwrap().id, claims.sub.to_string());
    let seen = bench.probe.last();
    assert_eq!(seen.request_id, ctx.request_id);
    assert_eq!(seen.idempotency_key, ctx.idempotency_key);
    assert_eq!(seen.client_address, ctx.client_address);
    assert_eq!(seen.token(), ctx.token());
    let trace_of = |ctx: &CallContext| trace::parse(ctx.traceparent.as_deref().unwrap()).unwrap();
    assert_eq!(trace_of(&seen).0, trace_of(&ctx).0, "one trace");
    assert_ne!(trace_of(&seen).1, trace_of(&ctx).1, "a span of its own");
    let events = seen.event_context();
    assert_eq!(events.actor, Some(claims.sub.to_string()));
    assert_eq!(events.request_id.as_deref(), Some(ctx.request_id.as_str()));
    assert!(!format!("{seen:?}").contains(ctx.token().unwrap()));
}

#[tokio::test]
async fn without_a_token_the_caller_is_nobody_and_still_has_a_request_id() {
    let mut bench = bench();
    let status = bench
        .client
        .get_profile(GetProfileRequest {})
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    let seen = bench.probe.last();
    assert_eq!(seen.caller, Caller::Anonymous);
    assert!(!seen.request_id.is_empty());
    assert!(trace::parse(seen.traceparent.as_deref().unwrap()).is_some());
}

#[tokio::test]
async fn a_bad_token_is_refused_before_the_handler() {
    let mut bench = bench();
    for bad in ["Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense"] {
        let mut request = Request::new(GetProfileRequest {});
        request
            .metadata_mut()
            .insert("authorization", bad.parse().unwrap());
        let status = bench.client.get_profile(request).await.unwrap_err();
        let error = AppError::from_status(&status);
        assert_eq!(error.kind, ErrorKind::Unauthenticated, "{bad}: {error}");
    }
    assert!(bench.probe.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_service_calls_under_its_own_name() {
    let mut bench = bench();
    let ctx = CallContext::system()
        .with_service_token(&service_tokens(), "payment")
        .unwrap();
    let status = bench
        .client
        .get_profile(outgoing(&ctx, GetProfileRequest {}))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated, "a service is no user");
    let seen = bench.probe.last();
    assert_eq!(seen.service().unwrap(), "payment");
    assert_eq!(seen.event_context().actor, None);
}

#[tokio::test]
async fn roles_are_required_by_name() {
    use waybill_primitives::Role;
    let claims = claims();
    let ctx = CallContext::for_user((&claims).into());
    assert!(ctx.require(&[Role::Customer]).is_ok());
    let error = ctx.require(&[Role::Staff, Role::Admin]).unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Forbidden, "this needs the role STAFF or ADMIN")
    );
    let error = CallContext::anonymous()
        .require(&[Role::Admin])
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
    assert!(ctx.service().is_err());
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_and_a_handler_that_goes_on_is_dropped_later() {
    let mut bench = bench();
    let ctx = CallContext::anonymous();
    let request = outgoing_within(&ctx, Duration::from_millis(50), LogoutRequest::default());
    let status = bench.client.logout(request).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(AppError::from_status(&status).kind, ErrorKind::Unavailable);
    bench.probe.left.notified().await;
}

#[tokio::test]
async fn a_call_on_behalf_of_another_has_no_more_time_than_that_one() {
    let mut bench = bench();
    let ctx = CallContext::anonymous();
    let request = outgoing_within(&ctx, Duration::from_secs(2), GetProfileRequest {});
    bench.client.get_profile(request).await.unwrap_err();
    let seen = bench.probe.last();
    let next = outgoing(&seen, GetProfileRequest {});
    // grpc-timeout in microseconds, as long as the number has less than eight digits.
    let left = next.metadata().get("grpc-timeout").unwrap();
    let left = left.to_str().unwrap();
    let micros: u64 = left.strip_suffix('u').unwrap().parse().unwrap();
    assert!(micros <= 2_000_000, "{left}");
}

#[tokio::test]
async fn a_panic_is_an_opaque_error_and_the_service_goes_on() {
    let mut bench = bench();
    let status = bench
        .client
        .refresh(RefreshRequest::default())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(!format!("{status:?}").contains("42"));
    assert_eq!(AppError::from_status(&status).code, ErrorCode::Internal);
    let status = bench
        .client
        .register(RegisterRequest::default())
        .await
        .unwrap_err();
    let error = AppError::from_status(&status);
    assert_eq!(
        (error.code, error.metadata["hint"].as_str()),
        (ErrorCode::EmailTaken, "sign in")
    );
}

#[tokio::test]
async fn what_a_caller_leaves_in_the_request_does_not_reach_the_handler() {
    let mut bench = bench();
    let mut request = Request::new(GetProfileRequest {});
    request.extensions_mut().insert(Leak);
    // Nor can it forge an identity.
    let forged = CallContext::for_user((&claims()).into());
    request.extensions_mut().insert(forged);
    let status = bench.client.get_profile(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated, "{status:?}");
}

#[tokio::test]
async fn calls_are_counted_by_method_and_code() {
    waybill_service_kit::telemetry::metrics_handle();
    let mut bench = bench();
    let _ = bench.client.register(RegisterRequest::default()).await;
    let text = waybill_service_kit::telemetry::render_metrics();
    let line = text
        .lines()
        .find(|line| {
            line.starts_with("waybill_grpc_calls_total") && line.contains("AuthService/Register")
        })
        .unwrap_or_else(|| panic!("{text}"));
    assert!(
        line.contains("service=\"probe\"") && line.contains("code=\"FailedPrecondition\""),
        "{line}"
    );
    assert!(text.contains("waybill_grpc_call_seconds_bucket"), "{text}");
}

#[tokio::test]
async fn keys_come_by_grpc_from_auth_which_needs_no_token_for_that() {
    let key = SigningKey::generate().unwrap();
    let auth = Probe {
        jwks: serde_json::to_string(&key_set([&key])).unwrap(),
        ..Probe::default()
    };
    let clock = Arc::new(waybill_primitives::SystemClock);
    // As in one process: auth is built with the verifier that fetches its keys.
    let verifier = Verifier::unconnected(clock);
    let layer = ServerLayer::new("auth", Arc::clone(&verifier), service_tokens());
    let channel = guarded(&layer, auth.routes());
    let token = key.sign(&claims()).unwrap();
    let error = verifier.verify(&token).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    verifier.connect(Arc::new(GrpcAuthority::new(
        channel.clone(),
        service_tokens(),
        "probe",
    )));
    let ctx = CallContext::anonymous().with_token(token);
    let mut client = AuthServiceClient::new(channel);
    client
        .get_profile(outgoing(&ctx, GetProfileRequest {}))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_an_administrator_changes_needs_the_role_that_auth_knows_now() {
    let key = SigningKey::generate().unwrap();
    let auth = Probe {
        jwks: serde_json::to_string(&key_set([&key])).unwrap(),
        ..Probe::default()
    };
    let verifier = Verifier::unconnected(Arc::new(waybill_primitives::SystemClock));
    let layer = ServerLayer::new("auth", Arc::clone(&verifier), service_tokens());
    let channel = guarded(&layer, auth.routes());
    verifier.connect(Arc::new(GrpcAuthority::new(
        channel.clone(),
        service_tokens(),
        "probe",
    )));
    let client = AuthServiceClient::new(channel);
    let token = |role| {
        let claims = AccessClaims { role, ..claims() };
        CallContext::anonymous().with_token(key.sign(&claims).unwrap())
    };
    let restore = async |ctx: &CallContext| {
        let request = outgoing(ctx, RestoreUserRequest::default());
        let refused = client.clone().restore_user(request).await.unwrap_err();
        // The probe does not implement it: then it was reached.
        refused.code()
    };
    let read = async |ctx: &CallContext| {
        let request = outgoing(ctx, GetProfileRequest {});
        client.clone().get_profile(request).await.map(drop)
    };
    let stands = |active, role: Role| {
        *auth.standing.lock().unwrap() = GetStandingResponse {
            active,
            role: common::Role::from(role).into(),
        };
    };
    let admin = token(Role::Admin);
    stands(true, Role::Admin);
    assert_eq!(restore(&admin).await, Code::Unimplemented);
    stands(true, Role::Staff);
    assert_eq!(restore(&admin).await, Code::Unauthenticated);
    stands(false, Role::Admin);
    assert_eq!(restore(&admin).await, Code::Unauthenticated);
    // Reads, and what others do, are not worth a call: they learn by events.
    read(&admin).await.unwrap();
    assert_eq!(restore(&token(Role::Staff)).await, Code::Unimplemented);
}

#[tokio::test]
async fn only_reads_of_an_absent_service_are_repeated_and_not_for_ever() {
    let calls = std::sync::atomic::AtomicU32::new(0);
    let call = |code: Code| {
        calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        async move { Err::<tonic::Response<()>, _>(tonic::Status::new(code, "")) }
    };
    let error = retry_read(|| call(Code::Unavailable)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(calls.swap(0, std::sync::atomic::Ordering::SeqCst), 3);
    let error = retry_read(|| call(Code::NotFound)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 1);
}

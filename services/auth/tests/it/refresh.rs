//! Sessions: each refresh token can be used once, and what ends a session ends all of its tokens.

use std::time::Duration;

use waybill_proto::auth::{ChangePasswordRequest, LogoutRequest};
use waybill_service_kit::ErrorCode;
use waybill_testkit::{on_any_database, on_each_database};

use crate::support::{PASSWORD, World, address, answer, by, id_of, invalid, unauthenticated};

on_each_database! {
    a_token_used_twice_ends_its_session,
    of_concurrent_uses_two_win_and_end_with_the_third,
    a_use_whose_answer_was_lost_can_be_repeated_once,
    the_first_answer_may_also_arrive,
    a_new_password_ends_the_other_sessions,
    expired_sessions_are_pruned,
}

on_any_database! {
    a_use_is_not_repeated_twice,
    a_use_is_not_repeated_after_its_successor_was_used,
    a_session_has_a_limit_of_refreshes,
    each_refresh_gives_the_next_token,
    tokens_end_with_time,
    what_is_no_token_is_refused,
    signing_out_ends_the_session,
    a_new_password_needs_the_old_one,
}

const DAY: Duration = Duration::from_hours(24);
/// How long a use can be repeated.
const GRACE: Duration = Duration::from_secs(20);
const SECOND: Duration = Duration::from_secs(1);

async fn each_refresh_gives_the_next_token(world: &World) {
    let first = world.register("ada").await;
    let second = world.refresh(&first.refresh_token).await.unwrap();
    let third = world.refresh(&second.refresh_token).await.unwrap();
    let tokens = [&first, &second, &third].map(|session| session.refresh_token.as_str());
    assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2] && tokens[0] != tokens[2]);
    assert_eq!(third.user, first.user);
    let claims = world
        .deps
        .verifier
        .verify(&third.access_token)
        .await
        .unwrap();
    let before = world
        .deps
        .verifier
        .verify(&first.access_token)
        .await
        .unwrap();
    assert_eq!(claims.sid, before.sid);
}

async fn a_token_used_twice_ends_its_session(world: &World) {
    let stolen = world.register("ada").await;
    let elsewhere = world.login(&address("ada"), PASSWORD).await.unwrap();
    let next = world.refresh(&stolen.refresh_token).await.unwrap();
    world.pass(GRACE + SECOND);
    let reused = unauthenticated(world.refresh(&stolen.refresh_token).await);
    assert_eq!(reused.metadata["reason"], "reused");
    // So are the access tokens, at once.
    let verifier = &world.deps.verifier;
    for session in [&stolen, &next] {
        let refused = unauthenticated(verifier.verify(&session.access_token).await);
        assert_eq!(refused.metadata["reason"], "ended");
    }
    verifier.verify(&elsewhere.access_token).await.unwrap();
    // The token from the first use is invalid too; another session is not.
    unauthenticated(world.refresh(&next.refresh_token).await);
    unauthenticated(world.refresh(&stolen.refresh_token).await);
    world.refresh(&elsewhere.refresh_token).await.unwrap();
}

/// The page was loaded again before the answer came.
async fn a_use_whose_answer_was_lost_can_be_repeated_once(world: &World) {
    let session = world.register("ada").await;
    let lost = world.refresh(&session.refresh_token).await.unwrap();
    world.pass(GRACE.saturating_sub(SECOND));
    let again = world.refresh(&session.refresh_token).await.unwrap();
    assert_ne!(lost.refresh_token, again.refresh_token);
    // Either is good, until the other one is used.
    let next = world.refresh(&again.refresh_token).await.unwrap();
    world.refresh(&next.refresh_token).await.unwrap();
    let reused = unauthenticated(world.refresh(&lost.refresh_token).await);
    assert_eq!(reused.metadata["reason"], "reused");
    unauthenticated(world.refresh(&next.refresh_token).await);
}

async fn the_first_answer_may_also_arrive(world: &World) {
    let session = world.register("ada").await;
    let first = world.refresh(&session.refresh_token).await.unwrap();
    let second = world.refresh(&session.refresh_token).await.unwrap();
    world.refresh(&first.refresh_token).await.unwrap();
    unauthenticated(world.refresh(&second.refresh_token).await);
}

async fn a_use_is_not_repeated_twice(world: &World) {
    let session = world.register("ada").await;
    world.refresh(&session.refresh_token).await.unwrap();
    let second = world.refresh(&session.refresh_token).await.unwrap();
    unauthenticated(world.refresh(&session.refresh_token).await);
    unauthenticated(world.refresh(&second.refresh_token).await);
}

async fn a_use_is_not_repeated_after_its_successor_was_used(world: &World) {
    let session = world.register("ada").await;
    let next = world.refresh(&session.refresh_token).await.unwrap();
    let third = world.refresh(&next.refresh_token).await.unwrap();
    unauthenticated(world.refresh(&session.refresh_token).await);
    unauthenticated(world.refresh(&third.refresh_token).await);
}

async fn a_session_has_a_limit_of_refreshes(world: &World) {
    let mut session = world.register("ada").await;
    let other = world.login(&address("ada"), PASSWORD).await.unwrap();
    for _ in 0..60 {
        session = world.refresh(&session.refresh_token).await.unwrap();
    }
    let refused = world.refresh(&session.refresh_token).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::RateLimited);
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(15)));
    // The refused token was not used, and another session has its own limit.
    world.refresh(&other.refresh_token).await.unwrap();
    world.pass(Duration::from_secs(15));
    world.refresh(&session.refresh_token).await.unwrap();
}

async fn of_concurrent_uses_two_win_and_end_with_the_third(world: &World) {
    for round in 0..5 {
        let session = world.register(&format!("ada{round}")).await;
        let uses = (0..4).map(|_| {
            let mut auth = world.auth.clone();
            let refresh_token = session.refresh_token.clone();
            let request = waybill_proto::auth::RefreshRequest { refresh_token };
            tokio::spawn(async move { answer(auth.refresh(request).await) })
        });
        let mut winners = Vec::new();
        for use_ in uses.collect::<Vec<_>>() {
            match use_.await.unwrap() {
                Ok(answer) => winners.push(answer.session.unwrap()),
                lost => drop(unauthenticated(lost)),
            }
        }
        // One used it, and one repeated that.
        assert_eq!(winners.len(), 2, "round {round}");
        // The others were re-use, so the session is over, including the winners' tokens.
        for winner in winners {
            unauthenticated(world.refresh(&winner.refresh_token).await);
        }
        world
            .login(&address(&format!("ada{round}")), PASSWORD)
            .await
            .unwrap();
    }
}

async fn tokens_end_with_time(world: &World) {
    let session = world.register("ada").await;
    world.pass(29 * DAY);
    let session = world.refresh(&session.refresh_token).await.unwrap();
    // Each use starts the 30 days again.
    world.pass(29 * DAY);
    let session = world.refresh(&session.refresh_token).await.unwrap();
    world.pass(30 * DAY);
    unauthenticated(world.refresh(&session.refresh_token).await);
}

async fn what_is_no_token_is_refused(world: &World) {
    let session = world.register("ada").await;
    let unknown = "A".repeat(43);
    let garbage = "🙂".repeat(5000);
    for token in [
        "",
        "x",
        &unknown,
        &garbage,
        &session.access_token,
        "' or 1=1 --",
    ] {
        unauthenticated(world.refresh(token).await);
    }
    world.refresh(&session.refresh_token).await.unwrap();
}

async fn signing_out_ends_the_session(world: &World) {
    let first = world.register("ada").await;
    let second = world.login(&address("ada"), PASSWORD).await.unwrap();
    let third = world.login(&address("ada"), PASSWORD).await.unwrap();
    let logout = |refresh_token: &str| LogoutRequest {
        refresh_token: refresh_token.to_owned(),
    };
    let mut auth = world.auth.clone();
    for _ in 0..2 {
        answer(auth.logout(logout(&first.refresh_token)).await).unwrap();
    }
    unauthenticated(world.refresh(&first.refresh_token).await);
    // With only the access token.
    answer(auth.logout(by(&second, logout(""))).await).unwrap();
    unauthenticated(world.refresh(&second.refresh_token).await);
    world.refresh(&third.refresh_token).await.unwrap();
    answer(auth.logout(logout("unknown")).await).unwrap();
    invalid(answer(auth.logout(logout("")).await), &["refreshToken"]);
}

fn change(current: &str, new: &str, keep: &str) -> ChangePasswordRequest {
    ChangePasswordRequest {
        current_password: current.to_owned(),
        new_password: new.to_owned(),
        refresh_token: keep.to_owned(),
    }
}

async fn a_new_password_ends_the_other_sessions(world: &World) {
    let mut auth = world.auth.clone();
    let here = world.register("ada").await;
    let there = world.login(&address("ada"), PASSWORD).await.unwrap();
    let new = "a new password";
    answer(
        auth.change_password(by(&here, change(PASSWORD, new, "")))
            .await,
    )
    .unwrap();
    unauthenticated(world.refresh(&there.refresh_token).await);
    world.refresh(&here.refresh_token).await.unwrap();
    unauthenticated(world.login(&address("ada"), PASSWORD).await);
    let there = world.login(&address("ada"), new).await.unwrap();

    // The refresh token names the session to keep, but only one of the caller's own.
    let bob = world.register("bob").await;
    let keep = change(new, "the third password", &there.refresh_token);
    answer(auth.change_password(by(&here, keep)).await).unwrap();
    world.refresh(&there.refresh_token).await.unwrap();
    let keep = change(PASSWORD, "the password of bob", &there.refresh_token);
    answer(auth.change_password(by(&bob, keep)).await).unwrap();
    world.refresh(&bob.refresh_token).await.unwrap();
    let events = world.events_of(id_of(&here)).await;
    assert_eq!(
        events,
        ["registered", "password_changed", "password_changed"]
    );
}

async fn a_new_password_needs_the_old_one(world: &World) {
    let mut auth = world.auth.clone();
    let ada = world.register("ada").await;
    for (current, new, fields) in [
        ("wrong", "a new password", ["currentPassword"].as_slice()),
        (PASSWORD, "short", &["newPassword"]),
        (PASSWORD, PASSWORD, &["newPassword"]),
        ("", "", &["currentPassword", "newPassword"]),
    ] {
        let outcome = auth
            .change_password(by(&ada, change(current, new, "")))
            .await;
        invalid(answer(outcome), fields);
    }
    unauthenticated(answer(
        auth.change_password(change(PASSWORD, "a new password", ""))
            .await,
    ));
    world.login(&address("ada"), PASSWORD).await.unwrap();
}

async fn expired_sessions_are_pruned(world: &World) {
    let old = world.register("ada").await;
    let kept = world.register("bob").await;
    world.pass(20 * DAY);
    let kept = world.refresh(&kept.refresh_token).await.unwrap();
    world.pass(15 * DAY);
    world.run_job("expired-sessions").await;
    world.run_job("expired-sessions").await;
    unauthenticated(world.refresh(&old.refresh_token).await);
    world.refresh(&kept.refresh_token).await.unwrap();
}

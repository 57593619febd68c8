//! Registration, login, and the protection against password guessing.

use std::time::Duration;

use waybill_primitives::Role;
use waybill_proto::{
    auth::{LoginRequest, RegisterRequest},
    common,
};
use waybill_service_kit::{AppError, CallContext, ErrorCode, ErrorKind, outgoing};
use waybill_testkit::{on_any_database, on_each_database};

use crate::support::{
    PASSWORD, World, address, answer, id_of, invalid, refused, registration, settings,
    unauthenticated,
};

on_each_database! {
    an_address_has_one_account,
    of_concurrent_registrations_one_wins,
    repeats_of_a_registration_at_once_are_the_same_account,
    guesses_that_come_together_are_all_counted,
    concurrent_logins_with_the_right_password_all_succeed,
}

on_any_database! {
    a_newcomer_registers_and_signs_in,
    a_repeated_registration_is_the_same_account,
    bad_registrations_name_their_fields,
    a_wrong_password_and_an_unknown_address_look_the_same,
    guessing_is_stopped,
}

async fn a_newcomer_registers_and_signs_in(world: &World) {
    let mut new = registration("ada");
    new.email = "  Ada@Example.COM ".into();
    let session = answer(world.auth.clone().register(new).await)
        .unwrap()
        .session
        .unwrap();
    let user = session.user.clone().unwrap();
    assert_eq!(user.email, "ada@example.com");
    assert_eq!(
        (user.first_name.as_str(), user.last_name.as_str()),
        ("ada", "Tester")
    );
    assert_eq!(user.role(), common::Role::Customer);
    assert_eq!(
        (user.version, user.suspended, user.email_verified),
        (1, false, false)
    );
    assert_eq!(
        (session.expires_in, session.refresh_expires_in),
        (900, 30 * 24 * 3600)
    );
    assert_eq!(world.events_of(id_of(&session)).await, ["registered"]);

    let again = world.login("ADA@example.com", PASSWORD).await.unwrap();
    assert_eq!(again.user.unwrap(), user);
    assert_ne!(again.refresh_token, session.refresh_token);
}

async fn an_address_has_one_account(world: &World) {
    world.register("ada").await;
    let mut second = registration("ada");
    second.email = "ADA@EXAMPLE.COM".into();
    second.password = "another password".into();
    let second = answer(world.auth.clone().register(second).await);
    let error = refused(second, ErrorKind::Conflict, ErrorCode::EmailTaken);
    assert_eq!(error.fields[0].field, "email");
    world.login(&address("ada"), PASSWORD).await.unwrap();
}

async fn of_concurrent_registrations_one_wins(world: &World) {
    let attempts = (0..6).map(|n| {
        let mut auth = world.auth.clone();
        let mut new = registration("ada");
        new.first_name = format!("Ada{n}");
        tokio::spawn(async move { answer(auth.register(new).await) })
    });
    let mut won = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(_) => won += 1,
            lost => drop(refused(lost, ErrorKind::Conflict, ErrorCode::EmailTaken)),
        }
    }
    assert_eq!(won, 1);
}

async fn a_repeated_registration_is_the_same_account(world: &World) {
    let attempt = async |new: RegisterRequest, key: &str| {
        let ctx = CallContext::anonymous().with_idempotency_key(key);
        let answer = answer(world.auth.clone().register(outgoing(&ctx, new)).await)?;
        Ok::<_, AppError>(answer.session.unwrap())
    };
    let first = attempt(registration("ada"), "key-1").await.unwrap();
    let again = attempt(registration("ada"), "key-1").await.unwrap();
    assert_eq!(id_of(&first), id_of(&again));
    assert_eq!(world.events_of(id_of(&first)).await, ["registered"]);

    // A caller who knows the key but not the password gets nothing.
    let mut guess = registration("ada");
    guess.password = "another password".into();
    refused(
        attempt(guess, "key-1").await,
        ErrorKind::Conflict,
        ErrorCode::EmailTaken,
    );
    refused(
        attempt(registration("ada"), "key-2").await,
        ErrorKind::Conflict,
        ErrorCode::EmailTaken,
    );
    let mut other = registration("ada");
    other.first_name = "Eve".into();
    refused(
        attempt(other, "key-1").await,
        ErrorKind::Invalid,
        ErrorCode::IdempotencyKeyReused,
    );
}

/// A client whose responses are lost repeats the call before the first one has ended.
async fn repeats_of_a_registration_at_once_are_the_same_account(world: &World) {
    for round in 0..8 {
        let repeats = (0..12).map(|_| {
            let mut auth = world.auth.clone();
            let ctx = CallContext::anonymous().with_idempotency_key(format!("key-{round}"));
            let request = outgoing(&ctx, registration(&format!("ada{round}")));
            tokio::spawn(async move { answer(auth.register(request).await) })
        });
        let mut accounts = Vec::new();
        for repeat in repeats.collect::<Vec<_>>() {
            accounts.push(id_of(&repeat.await.unwrap().unwrap().session.unwrap()));
        }
        accounts.dedup();
        assert_eq!(accounts.len(), 1);
    }
}

async fn bad_registrations_name_their_fields(world: &World) {
    let change = |change: fn(&mut RegisterRequest)| {
        let mut new = registration("ada");
        change(&mut new);
        new
    };
    for (new, fields) in [
        (
            RegisterRequest::default(),
            ["email", "firstName", "password"].as_slice(),
        ),
        (change(|new| new.email = "ada".into()), &["email"]),
        (
            change(|new| new.email = format!("{}@example.com", "a".repeat(300))),
            &["email"],
        ),
        (change(|new| new.password = "short".into()), &["password"]),
        (change(|new| new.password = "x".repeat(129)), &["password"]),
        (
            change(|new| new.first_name = "x".repeat(101)),
            &["firstName"],
        ),
        (
            change(|new| new.last_name = "a\nBcc: b@example.com".into()),
            &["lastName"],
        ),
    ] {
        invalid(answer(world.auth.clone().register(new).await), fields);
    }
    unauthenticated(world.login(&address("ada"), PASSWORD).await);
}

async fn a_wrong_password_and_an_unknown_address_look_the_same(world: &World) {
    world.register("ada").await;
    let wrong = unauthenticated(world.login(&address("ada"), "not the password").await);
    let unknown = unauthenticated(world.login(&address("bob"), "not the password").await);
    assert_eq!(wrong.message, unknown.message);
    assert_eq!(wrong.metadata, unknown.metadata);
    invalid(world.login("ada", "").await, &["email", "password"]);
    invalid(
        world.login(&address("ada"), &"x".repeat(100_000)).await,
        &["password"],
    );
}

async fn guessing_is_stopped(world: &World) {
    world.register("ada").await;
    world.register("bob").await;
    // A successful login in between resets the failures before it.
    for _ in 0..9 {
        unauthenticated(world.login(&address("ada"), "guess").await);
    }
    world.login(&address("ada"), PASSWORD).await.unwrap();
    for email in ["ada@example.com", "unknown@example.com"] {
        for _ in 0..10 {
            unauthenticated(world.login(email, "guess").await);
        }
        let stopped = world.login(email, PASSWORD).await;
        let stopped = refused(stopped, ErrorKind::TooManyRequests, ErrorCode::RateLimited);
        let wait = stopped.retry_after().unwrap();
        assert!((1..=900).contains(&wait.as_secs()), "{wait:?}");
    }
    world.login(&address("bob"), PASSWORD).await.unwrap();
    world.pass(Duration::from_secs(901));
    world.run_job("expired-sessions").await;
    world.login(&address("ada"), PASSWORD).await.unwrap();
}

async fn guesses_that_come_together_are_all_counted(world: &World) {
    let one_at_a_time = world
        .replica(settings(&[("WAYBILL_AUTH_PASSWORD_HASHES", "1")]))
        .await;
    world.register("ada").await;
    let guesses = (0..30).map(|n| {
        let mut auth = one_at_a_time.auth.clone();
        let request = LoginRequest {
            email: address("ada"),
            password: format!("guess {n}"),
        };
        tokio::spawn(async move { answer(auth.login(request).await) })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap() {
            Err(error) if error.kind == ErrorKind::Unauthenticated => looked_at += 1,
            stopped => drop(refused(
                stopped,
                ErrorKind::TooManyRequests,
                ErrorCode::RateLimited,
            )),
        }
    }
    assert_eq!(looked_at, 10);
    one_at_a_time.deps.db.close().await;
}

async fn concurrent_logins_with_the_right_password_all_succeed(world: &World) {
    let ada = world.signed_in_as("ada", Role::Staff).await;
    let logins = (0..16).map(|_| {
        let mut auth = world.auth.clone();
        let request = LoginRequest {
            email: address("ada"),
            password: PASSWORD.to_owned(),
        };
        tokio::spawn(async move { answer(auth.login(request).await) })
    });
    for login in logins.collect::<Vec<_>>() {
        let session = login.await.unwrap().unwrap().session.unwrap();
        assert_eq!(id_of(&session), id_of(&ada));
    }
}

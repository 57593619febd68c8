//! Registration, login, and the protection against password guessing.

use std::time::Duration;

use waybill_primitives::Role;
use waybill_proto::{
    auth::{ChangePasswordRequest, ListAuditLogRequest, LoginRequest, RegisterRequest, Session},
    common,
};
use waybill_service_kit::{AppError, CallContext, ErrorCode, ErrorKind, outgoing};
use waybill_testkit::{on_any_database, on_each_database, until};

use crate::support::{
    PASSWORD, World, address, answer, by, id_of, invalid, refused, registration, settings,
    unauthenticated,
};

on_each_database! {
    an_address_has_one_account,
    of_concurrent_registrations_one_wins,
    repeats_of_a_registration_at_once_are_the_same_account,
    guesses_that_come_together_are_all_counted,
    the_owner_comes_in_while_somebody_guesses,
    concurrent_logins_with_the_right_password_all_succeed,
}

on_any_database! {
    a_newcomer_registers_and_signs_in,
    a_repeated_registration_is_the_same_account,
    bad_registrations_name_their_fields,
    a_wrong_password_and_an_unknown_address_look_the_same,
    guessing_is_slowed_down,
    passwords_that_are_easy_to_guess_are_refused,
    attacks_are_in_the_audit_log,
    a_flood_of_sign_ins_is_refused_and_delays_nobody_else,
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

async fn guessing_is_slowed_down(world: &World) {
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
        assert_eq!(slowed(world.login(email, PASSWORD).await), 90);
    }
    world.login(&address("bob"), PASSWORD).await.unwrap();
    // One more guess at each pace of the limit: ten in fifteen minutes.
    world.pass(Duration::from_secs(90));
    unauthenticated(world.login(&address("ada"), "guess").await);
    assert_eq!(slowed(world.login(&address("ada"), "guess").await), 90);
    world.pass(Duration::from_secs(90));
    world.login(&address("ada"), PASSWORD).await.unwrap();
    world.login(&address("ada"), PASSWORD).await.unwrap();
    // Forgotten after the window.
    unauthenticated(world.login("unknown@example.com", "guess").await);
    world.pass(Duration::from_secs(901));
    world.run_job("expired-sessions").await;
    for _ in 0..10 {
        unauthenticated(world.login("unknown@example.com", "guess").await);
    }
}

/// The seconds to wait.
fn slowed(outcome: Result<Session, AppError>) -> u64 {
    let stopped = refused(outcome, ErrorKind::TooManyRequests, ErrorCode::RateLimited);
    stopped.retry_after().unwrap().as_secs()
}

/// Whoever guesses slows down themselves.
async fn the_owner_comes_in_while_somebody_guesses(world: &World) {
    let here = world.register("ada").await;
    let device = here.device_token.as_str();
    let email = address("ada");
    let attack = async |from: &str| {
        for _ in 0..10 {
            unauthenticated(world.login_from(from, &email, "guess", "").await);
        }
        slowed(world.login_from(from, &email, PASSWORD, "").await);
    };
    attack("203.0.113.66").await;
    attack("2001:db8::66").await;
    // From another network; from the guesser's, with a device that signed in before; signed in.
    world
        .login_from("198.51.100.1", &email, PASSWORD, "")
        .await
        .unwrap();
    let known = world
        .login_from("203.0.113.66", &email, PASSWORD, device)
        .await;
    assert_ne!(known.unwrap().device_token, "");
    let change = |current: &str, new: &str| ChangePasswordRequest {
        current_password: current.to_owned(),
        new_password: new.to_owned(),
        refresh_token: String::new(),
    };
    let mut auth = world.auth.clone();
    let new = "another good password";
    answer(auth.change_password(by(&here, change(PASSWORD, new))).await).unwrap();
    // The same household has the same network.
    slowed(world.login_from("2001:db8::67", &email, new, "").await);
    // While guesses come from many networks, another new one has one try.
    unauthenticated(world.login_from("192.0.2.8", &email, "typo", "").await);
    slowed(world.login_from("192.0.2.8", &email, new, "").await);
    // A device of another account is a stranger, and so is one from before the change of password, and one that guesses.
    slowed(world.login_from("203.0.113.66", &email, new, device).await);
    let bob = world.register("bob").await;
    let strangers = bob.device_token.as_str();
    let elsewhere = world
        .login_from("198.51.100.1", &email, new, "")
        .await
        .unwrap();
    let device = elsewhere.device_token.as_str();
    slowed(
        world
            .login_from("203.0.113.66", &email, new, strangers)
            .await,
    );
    for _ in 0..10 {
        unauthenticated(world.login_from("192.0.2.7", &email, "guess", device).await);
    }
    slowed(world.login_from("192.0.2.7", &email, new, device).await);
    // A stolen access token does not help to guess the password.
    for _ in 0..10 {
        let guess = by(&here, change("guess", PASSWORD));
        let guess = auth.change_password(guess).await;
        invalid(answer(guess), &["currentPassword"]);
    }
    let guess = auth.change_password(by(&here, change(new, PASSWORD))).await;
    let code = ErrorCode::RateLimited;
    refused(answer(guess), ErrorKind::TooManyRequests, code);
}

async fn passwords_that_are_easy_to_guess_are_refused(world: &World) {
    for password in ["password", "12345678", "        ", "ada@example.com"] {
        let mut new = registration("ada");
        password.clone_into(&mut new.password);
        invalid(
            answer(world.auth.clone().register(new).await),
            &["password"],
        );
    }
    let ada = world.register("ada").await;
    // Whoever has an account gets to know that, also with a password from before this check.
    let mut again = registration("ada");
    "12345678".clone_into(&mut again.password);
    let taken = answer(world.auth.clone().register(again).await);
    refused(taken, ErrorKind::Conflict, ErrorCode::EmailTaken);
    let change = ChangePasswordRequest {
        current_password: PASSWORD.to_owned(),
        new_password: "password1234".to_owned(),
        refresh_token: String::new(),
    };
    let changed = world.auth.clone().change_password(by(&ada, change)).await;
    invalid(answer(changed), &["newPassword"]);
}

/// More than can be served soon: the rest is told so, and nobody from another network waits behind them.
async fn a_flood_of_sign_ins_is_refused_and_delays_nobody_else(world: &World) {
    world.register("ada").await;
    let one_at_a_time = world
        .replica(settings(&[("WAYBILL_AUTH_PASSWORD_HASHES", "1")]))
        .await;
    let flood: Vec<_> = (0..80)
        .map(|n| {
            let mut auth = one_at_a_time.auth.clone();
            let request = LoginRequest {
                email: format!("unknown{n}@example.com"),
                password: "guess".to_owned(),
                device_token: String::new(),
            };
            let ctx = CallContext {
                client_address: Some("203.0.113.66".to_owned()),
                ..CallContext::anonymous()
            };
            tokio::spawn(async move { answer(auth.login(outgoing(&ctx, request)).await) })
        })
        .collect();
    until("the queue is full", async || {
        flood.iter().any(tokio::task::JoinHandle::is_finished)
    })
    .await;
    let honest = one_at_a_time.login(&address("ada"), PASSWORD).await;
    honest.unwrap();
    let waiting = flood.iter().filter(|one| !one.is_finished()).count();
    assert!(waiting > 5, "it waited behind the flood: {waiting}");
    let mut busy = 0;
    for one in flood {
        match one.await.unwrap() {
            Err(error) if error.kind == ErrorKind::Unavailable => {
                assert!(error.retry_after().is_some());
                busy += 1;
            }
            other => drop(unauthenticated(other)),
        }
    }
    // About 50 have room; more on a slow machine, which hashes while they arrive.
    assert!((1..=30).contains(&busy), "{busy}");
    one_at_a_time.deps.db.close().await;
}

async fn attacks_are_in_the_audit_log(world: &World) {
    let admin = world.admin().await;
    let ada = world.register("ada").await;
    let guesses = async || {
        for _ in 0..11 {
            let ada = address("ada");
            let guess = world.login_from("203.0.113.66", &ada, "guess", "");
            assert!(guess.await.is_err());
        }
    };
    guesses().await;
    let wrong = world.audited(&admin, "security.wrong_password").await;
    let slowed = world.audited(&admin, "security.sign_in_slowed").await;
    assert_eq!((wrong.len(), slowed.len()), (10, 1));
    let account = hex::encode(ring::digest::digest(
        &ring::digest::SHA256,
        address("ada").as_bytes(),
    ));
    for record in wrong.iter().chain(&slowed) {
        assert_eq!(record.client_address, "203.0.113.66");
        assert_eq!(
            (record.target_kind.as_str(), &record.target_id),
            ("account", &account)
        );
    }
    let next = world.refresh(&ada.refresh_token).await.unwrap();
    world.refresh(&next.refresh_token).await.unwrap();
    unauthenticated(world.refresh(&ada.refresh_token).await);
    unauthenticated(world.refresh(&next.refresh_token).await);
    let reused = world.audited(&admin, "security.token_reused").await;
    assert_eq!(reused.len(), 1);
    // A flood does not fill the database.
    for n in 0..80 {
        let unknown = format!("unknown{n}@example.com");
        unauthenticated(world.login(&unknown, "guess").await);
    }
    assert_eq!(world.audited(&admin, "security.").await.len(), 20);
    let request = ListAuditLogRequest {
        action: "security.".to_owned(),
        page: Some(common::PageRequest {
            limit: 100,
            ..common::PageRequest::default()
        }),
        ..ListAuditLogRequest::default()
    };
    let log = world
        .audit
        .clone()
        .list_audit_log(by(&admin, request))
        .await;
    let log = answer(log).unwrap().records;
    // 60 of a kind in a minute, so that one kind does not hide another.
    assert_eq!(log.len(), 62);
    assert!(
        log.iter()
            .any(|record| record.action == "security.token_reused")
    );
    world.pass(91 * Duration::from_hours(24));
    world.run_job("expired-sessions").await;
    let admin = world.admin().await;
    assert_eq!(world.audited(&admin, "security.").await, []);
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
            device_token: String::new(),
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
            device_token: String::new(),
        };
        tokio::spawn(async move { answer(auth.login(request).await) })
    });
    for login in logins.collect::<Vec<_>>() {
        let session = login.await.unwrap().unwrap().session.unwrap();
        assert_eq!(id_of(&session), id_of(&ada));
    }
}

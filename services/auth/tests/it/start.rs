//! What happens at the start: the first administrator, the first key, and both with several replicas at once.

use std::{collections::HashSet, sync::Arc};

use sea_orm::ConnectionTrait as _;
use waybill_auth::{SeedUser, demo};
use waybill_primitives::{ManualClock, Role, Timestamp};
use waybill_proto::{
    auth::{ChangePasswordRequest, GetJwksRequest, RegisterRequest},
    common,
};
use waybill_service_kit::{ErrorKind, settings::Environment};
use waybill_store::EventContext;
use waybill_testkit::{World as _, on_any_database, on_each_database};

use crate::support::{
    ADMIN, DatabaseKind, PASSWORD, TestDb, World, address, answer, by, id_of, invalid,
    registration, settings, unauthenticated,
};

on_each_database! {
    replicas_agree,
    a_lost_event_is_found,
}

on_any_database! {
    the_administrator_is_made_once,
    an_existing_account_becomes_administrator_with_its_password_alone,
    an_operator_takes_an_account_over,
    a_demo_and_a_shop_keep_apart,
    seeding_twice_is_seeding_once,
}

async fn the_administrator_is_made_once(world: &World) {
    let admin = world.admin().await;
    assert_eq!(admin.user.as_ref().unwrap().role(), common::Role::Admin);
    let changed = settings(&[("WAYBILL_ADMIN_PASSWORD", "another password")]);
    let again = world.replica(changed).await;
    let same = again.admin().await;
    assert_eq!(id_of(&same), id_of(&admin));
    unauthenticated(again.login(ADMIN, "another password").await);
    assert_eq!(world.events_of(id_of(&admin)).await, ["registered"]);
    again.deps.db.close().await;
}

/// Anybody can register the address that an operator will set.
async fn an_existing_account_becomes_administrator_with_its_password_alone(world: &World) {
    let ada = world.register("ada").await;
    let email = address("ada");
    let setting = |password| {
        settings(&[
            ("WAYBILL_ADMIN_EMAIL", email.as_str()),
            ("WAYBILL_ADMIN_PASSWORD", password),
        ])
    };
    let (database, clock) = (world.database.clone(), world.clock.clone());
    let other = setting("not hers, and not used");
    let start = World::replica_on(database, clock, other).await;
    let error = start.err().expect("the start is refused");
    assert!(error.message.contains("waybill users promote"), "{error}");
    let session = world.login(&email, PASSWORD).await.unwrap();
    assert_eq!(session.user.unwrap().role(), common::Role::Customer);
    for _ in 0..2 {
        let replica = world.replica(setting(PASSWORD)).await;
        let session = replica.login(&email, PASSWORD).await.unwrap();
        assert_eq!(session.user.unwrap().role(), common::Role::Admin);
        replica.deps.db.close().await;
    }
    assert_eq!(
        world.events_of(id_of(&ada)).await,
        ["registered", "role_changed"]
    );
    let admin = world.admin().await;
    let audited = world.audited(&admin, "user.set_role").await;
    assert_eq!(audited.len(), 1);
    assert_eq!(audited[0].target_id, id_of(&ada).to_string());
    assert!(audited[0].after().contains("WAYBILL_ADMIN_EMAIL"));
}

async fn an_operator_takes_an_account_over(world: &World) {
    let ada = world.register("ada").await;
    let (db, email) = (&world.deps.db, address("ada"));
    let new = "the operator's own words".into();
    for _ in 0..2 {
        waybill_auth::promote(db, &email, Some(&new)).await.unwrap();
    }
    unauthenticated(world.refresh(&ada.refresh_token).await);
    unauthenticated(world.login(&email, PASSWORD).await);
    let session = world.login(&email, "the operator's own words").await;
    let admin = session.unwrap();
    assert_eq!(admin.user.as_ref().unwrap().role(), common::Role::Admin);
    let audited = world.audited(&admin, "user.set_role").await;
    assert_eq!(audited.len(), 2);
    assert!(audited[1].after().contains("waybill users promote"));
    waybill_auth::promote(db, &email, None).await.unwrap();
    world.refresh(&admin.refresh_token).await.unwrap();
    let weak = "password".into();
    let refused = waybill_auth::promote(db, &email, Some(&weak)).await;
    invalid(refused, &["password"]);
    let unknown = waybill_auth::promote(db, "bob@example.com", None).await;
    assert_eq!(unknown.unwrap_err().kind, ErrorKind::NotFound);
}

async fn a_demo_and_a_shop_keep_apart(world: &World) {
    let db = &world.deps.db;
    let production = || {
        let clock = world.clock.clone();
        let database = world.database.clone();
        World::replica_in(Environment::Production, database, clock, settings(&[]))
    };
    let live = production().await.unwrap();
    // Else a stranger could keep it from starting again.
    let stranger = RegisterRequest {
        email: demo::ACCOUNTS[3].email.to_owned(),
        password: demo::PASSWORD.to_owned(),
        ..registration("carla")
    };
    let refused = answer(live.auth.clone().register(stranger).await);
    invalid(refused, &["password"]);
    live.deps.db.close().await;
    // Nor may the settings.
    let weak = settings(&[
        ("WAYBILL_ADMIN_EMAIL", "boss@example.com"),
        ("WAYBILL_ADMIN_PASSWORD", demo::PASSWORD),
    ]);
    let (database, clock) = (world.database.clone(), world.clock.clone());
    let refused = World::replica_in(Environment::Production, database, clock, weak).await;
    invalid(refused.map(drop), &["WAYBILL_ADMIN_PASSWORD"]);
    // The administrator that the settings name is no sign of use; a customer is.
    let ada = world.register("ada").await;
    let refused = demo::admit(db, Some(ADMIN)).await.unwrap_err();
    assert!(refused.message.contains("is no demo"), "{refused}");
    let unknown = world.login(demo::ADMIN.email, demo::PASSWORD).await;
    unauthenticated(unknown);
    drop(ada);

    let fresh = TestDb::create(world.database.kind()).await;
    let fresh = Arc::new(fresh.expect("it was there before"));
    let shop = World::replica_on(fresh.clone(), world.clock.clone(), settings(&[]));
    let shop = shop.await.unwrap();
    demo::admit(&shop.deps.db, Some(ADMIN)).await.unwrap();
    shop.register("ada").await;
    // It stays a demo.
    demo::admit(&shop.deps.db, Some(ADMIN)).await.unwrap();
    let admin = shop.login(demo::ADMIN.email, demo::PASSWORD).await.unwrap();
    assert_eq!(admin.user.as_ref().unwrap().role(), common::Role::Admin);
    let production = || {
        let (fresh, clock) = (fresh.clone(), world.clock.clone());
        World::replica_in(Environment::Production, fresh, clock, settings(&[]))
    };
    let refused = production().await.err().expect("the start is refused");
    assert!(refused.message.contains(demo::ADMIN.email), "{refused}");
    let change = ChangePasswordRequest {
        current_password: demo::PASSWORD.to_owned(),
        new_password: "no longer the demo's".to_owned(),
        refresh_token: String::new(),
    };
    answer(shop.auth.clone().change_password(by(&admin, change)).await).unwrap();
    // Whoever has its password, everybody knows it: it signs nobody in.
    let public = RegisterRequest {
        password: demo::PASSWORD.to_owned(),
        ..registration("wendy")
    };
    let email = public.email.clone();
    answer(shop.auth.clone().register(public).await).unwrap();
    shop.login(&email, demo::PASSWORD).await.unwrap();
    let live = production().await.unwrap();
    unauthenticated(live.login(&email, demo::PASSWORD).await);
    live.deps.db.close().await;
    shop.close().await;
}

/// The given world is only the fourth replica: the race is on a separate database.
async fn replicas_agree(world: &World) {
    let kind = world.database.kind();
    let fresh = TestDb::create(kind).await.expect("it was there before");
    let fresh = Arc::new(fresh);
    let clock = Arc::new(ManualClock::new(Timestamp::now()));
    let starts = (0..3).map(|_| {
        let start = World::replica_on(fresh.clone(), clock.clone(), settings(&[]));
        tokio::spawn(start)
    });
    let mut replicas = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        replicas.push(start.await.unwrap().expect("every replica starts"));
    }
    let (mut keys, mut admins) = (HashSet::new(), HashSet::new());
    for replica in &replicas {
        let jwks = answer(replica.auth.clone().get_jwks(GetJwksRequest {}).await).unwrap();
        keys.insert(jwks.jwks_json);
        let session = replica.admin().await;
        admins.insert(id_of(&session));
        // Each verifies the tokens of all others.
        for other in &replicas {
            other
                .deps
                .verifier
                .verify(&session.access_token)
                .await
                .unwrap();
        }
    }
    assert_eq!((keys.len(), admins.len()), (1, 1), "{keys:?} {admins:?}");
    for replica in replicas {
        replica.close().await;
    }
}

async fn seeding_twice_is_seeding_once(world: &World) {
    let seed = SeedUser {
        email: address("worker"),
        first_name: "Wanda".to_owned(),
        last_name: "Worker".to_owned(),
        role: Role::Staff,
        password_hash: waybill_auth::hash_password(PASSWORD).await.unwrap(),
    };
    let first = waybill_auth::seed_user(&world.deps.db, &seed)
        .await
        .unwrap();
    let again = SeedUser {
        first_name: "Other".to_owned(),
        ..seed
    };
    let second = waybill_auth::seed_user(&world.deps.db, &again)
        .await
        .unwrap();
    assert_eq!(first, second);
    let session = world.login(&address("worker"), PASSWORD).await.unwrap();
    let user = session.user.unwrap();
    assert_eq!(
        (user.first_name.as_str(), user.role()),
        ("Wanda", common::Role::Staff)
    );
}

async fn a_lost_event_is_found(world: &World) {
    let ada = world.register("ada").await;
    let set_versions = async |version: &str| {
        let tx = world.deps.db.begin(&EventContext::default()).await.unwrap();
        let statement = format!("UPDATE users SET version = {version} WHERE email LIKE 'ada@%'");
        tx.conn().execute_unprepared(&statement).await.unwrap();
        tx.commit().await.unwrap();
    };
    set_versions("version + 1").await;
    let violations = waybill_auth::verify(&world.deps.db).await.unwrap();
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(
        violations[0].contains(&id_of(&ada).to_string()),
        "{violations:?}"
    );
    set_versions("version - 1").await;
}

#[tokio::test]
async fn an_administrator_without_address_or_password_is_refused() {
    for missing in ["WAYBILL_ADMIN_EMAIL", "WAYBILL_ADMIN_PASSWORD"] {
        let database = TestDb::create(DatabaseKind::Sqlite)
            .await
            .expect("SQLite is always there");
        let clock = Arc::new(ManualClock::new(Timestamp::now()));
        let start = World::replica_on(Arc::new(database), clock, settings(&[(missing, "")])).await;
        let Err(error) = start else {
            panic!("it started without {missing}")
        };
        assert_eq!(error.fields[0].field, missing);
    }
}

#[test]
fn errors_of_the_settings_are_reported_together() {
    use waybill_service_kit::settings::{Sources, load};
    let sources = Sources::empty()
        .with("WAYBILL_AUTH_ACCESS_TOKEN_TTL", "2d")
        .with("WAYBILL_AUTH_SIGNING_KEY", "nonsense")
        .with("WAYBILL_AUTH_LOGIN_ATTEMPTS", "0")
        .with("WAYBILL_ADMIN_EMAIL", "admin")
        .with("WAYBILL_ADMIN_PASSWORD", "short");
    let errors = load::<(waybill_auth::Settings,)>(&sources)
        .unwrap_err()
        .to_string();
    for name in [
        "WAYBILL_AUTH_ACCESS_TOKEN_TTL",
        "WAYBILL_AUTH_SIGNING_KEY",
        "WAYBILL_AUTH_LOGIN_ATTEMPTS",
        "WAYBILL_ADMIN_EMAIL",
        "WAYBILL_ADMIN_PASSWORD",
    ] {
        assert!(errors.contains(name), "{errors}");
    }
    assert!(!errors.contains("nonsense"), "{errors}");
}

//! The caller's own account, and administrators' acts on those of others.

use waybill_primitives::{Role, UserId};
use waybill_proto::{
    auth::{
        GetProfileRequest, GetUserRequest, ListUsersRequest, ListUsersResponse, RestoreUserRequest,
        Session, SetUserRoleRequest, SuspendUserRequest, UpdateProfileRequest, User, UserChanged,
    },
    common,
};
use waybill_service_kit::{AppError, ErrorCode, ErrorKind};
use waybill_store::outbox_events;
use waybill_testkit::{on_any_database, on_each_database};

use crate::support::{
    PASSWORD, World, address, answer, by, id_of, invalid, refused, unauthenticated,
};

on_each_database! {
    names_change_with_their_version,
    users_are_listed_in_pages,
    users_are_found_by_text_and_role,
    two_administrators_cannot_demote_each_other,
}

on_any_database! {
    a_new_role_comes_with_the_next_refresh,
    the_last_administrator_stays,
    a_suspended_user_is_out,
    a_demoted_administrator_has_no_power_left,
    unknown_users_are_not_found,
}

fn role(id: UserId, role: Role, version: Option<i64>) -> SetUserRoleRequest {
    let role = common::Role::from(role).into();
    SetUserRoleRequest {
        id: id.to_string(),
        role,
        version,
    }
}

async fn set_role(world: &World, by_: &Session, id: UserId, to: Role) -> Result<User, AppError> {
    let outcome = world
        .auth
        .clone()
        .set_user_role(by(by_, role(id, to, None)))
        .await;
    Ok(answer(outcome)?.user.unwrap())
}

async fn suspend(world: &World, by_: &Session, id: UserId) -> Result<User, AppError> {
    let request = SuspendUserRequest {
        id: id.to_string(),
        reason: "spam".to_owned(),
    };
    Ok(
        answer(world.auth.clone().suspend_user(by(by_, request)).await)?
            .user
            .unwrap(),
    )
}

async fn restore(world: &World, by_: &Session, id: UserId) -> Result<User, AppError> {
    let request = RestoreUserRequest { id: id.to_string() };
    Ok(
        answer(world.auth.clone().restore_user(by(by_, request)).await)?
            .user
            .unwrap(),
    )
}

async fn names_change_with_their_version(world: &World) {
    let ada = world.register("ada").await;
    let change = async |first: Option<&str>, last: Option<&str>, version| {
        let request = UpdateProfileRequest {
            first_name: first.map(str::to_owned),
            last_name: last.map(str::to_owned),
            version,
        };
        let outcome = world.auth.clone().update_profile(by(&ada, request)).await;
        Ok::<_, AppError>(answer(outcome)?.user.unwrap())
    };
    let user = change(Some(" Augusta "), None, Some(1)).await.unwrap();
    assert_eq!(
        (user.first_name.as_str(), user.last_name.as_str()),
        ("Augusta", "Tester")
    );
    assert_eq!(user.version, 2);
    let stale = change(Some("Ada"), None, Some(1)).await;
    let stale = refused(stale, ErrorKind::Conflict, ErrorCode::VersionConflict);
    assert_eq!(stale.metadata["version"], "2");
    let user = change(None, Some(""), None).await.unwrap();
    assert_eq!((user.last_name.as_str(), user.version), ("", 3));
    // A change without effect has no event.
    assert_eq!(
        change(Some("Augusta"), None, None).await.unwrap().version,
        3
    );
    invalid(
        change(Some(""), Some(&"x".repeat(101)), None).await,
        &["firstName", "lastName"],
    );
    assert_eq!(
        world.events_of(id_of(&ada)).await,
        ["registered", "updated", "updated"]
    );
    let profile = world
        .auth
        .clone()
        .get_profile(by(&ada, GetProfileRequest {}))
        .await;
    assert_eq!(answer(profile).unwrap().user.unwrap(), user);
}

async fn list(
    world: &World,
    admin: &Session,
    request: ListUsersRequest,
) -> Result<ListUsersResponse, AppError> {
    answer(world.auth.clone().list_users(by(admin, request)).await)
}

fn page(limit: u32, cursor: &str) -> common::PageRequest {
    common::PageRequest {
        limit,
        cursor: cursor.to_owned(),
        total: true,
    }
}

async fn users_are_listed_in_pages(world: &World) {
    for n in 0..5 {
        world.register(&format!("user{n}")).await;
    }
    let admin = world.admin().await;
    let (mut emails, mut cursor) = (Vec::new(), String::new());
    loop {
        let request = ListUsersRequest {
            page: Some(page(2, &cursor)),
            ..ListUsersRequest::default()
        };
        let found = list(world, &admin, request).await.unwrap();
        assert!((1..=2).contains(&found.users.len()));
        emails.extend(found.users.into_iter().map(|user| user.email));
        let info = found.page.unwrap();
        assert_eq!(info.total, Some(6));
        cursor = info.next_cursor.unwrap_or_default();
        if cursor.is_empty() {
            break;
        }
        // An account that is created in between is newer, and does not shift the pages.
        if emails.len() == 2 {
            world.register("late").await;
            let late = world.login(&address("late"), PASSWORD).await.unwrap();
            assert_eq!(late.user.unwrap().version, 1);
            let everyone = list(world, &admin, ListUsersRequest::default())
                .await
                .unwrap();
            assert_eq!(everyone.users.len(), 7);
            break;
        }
    }
    assert_eq!(emails, [address("user4"), address("user3")]);
    let request = ListUsersRequest {
        page: Some(page(5, &cursor)),
        ..ListUsersRequest::default()
    };
    let rest = list(world, &admin, request).await.unwrap();
    let rest: Vec<_> = rest.users.into_iter().map(|user| user.email).collect();
    assert_eq!(
        rest,
        [
            address("user2"),
            address("user1"),
            address("user0"),
            "admin@example.com".to_owned()
        ]
    );

    for (limit, cursor, field) in [(101, "", "limit"), (2, "nonsense", "cursor")] {
        let request = ListUsersRequest {
            page: Some(page(limit, cursor)),
            ..ListUsersRequest::default()
        };
        invalid(list(world, &admin, request).await, &[field]);
    }
    let request = ListUsersRequest {
        roles: vec![99],
        ..ListUsersRequest::default()
    };
    invalid(list(world, &admin, request).await, &["role"]);
    let request = ListUsersRequest {
        q: "x".repeat(101),
        ..ListUsersRequest::default()
    };
    invalid(list(world, &admin, request).await, &["q"]);
}

async fn users_are_found_by_text_and_role(world: &World) {
    world.signed_in_as("worker", Role::Staff).await;
    world.register("jurgen").await;
    world.register("a_b").await;
    let admin = world.admin().await;
    for (q, roles, expected) in [
        ("WORK", vec![], vec!["worker"]),
        ("tester", vec![], vec!["a_b", "jurgen"]),
        ("a_b tes", vec![], vec!["a_b"]),
        ("a%b", vec![], vec![]),
        ("a_b", vec![], vec!["a_b"]),
        ("_", vec![], vec!["a_b"]),
        ("%", vec![], vec![]),
        ("!", vec![], vec![]),
        ("'", vec![], vec![]),
        ("example.com jurgen", vec![], vec!["jurgen"]),
        ("", vec![Role::Staff], vec!["worker"]),
        ("", vec![Role::Admin], vec!["admin"]),
        (
            "",
            vec![Role::Admin, Role::Staff, Role::Admin],
            vec!["worker", "admin"],
        ),
        ("tester", vec![Role::Staff], vec![]),
    ] {
        let numbers = roles.iter().map(|role| common::Role::from(*role).into());
        let request = ListUsersRequest {
            q: q.to_owned(),
            roles: numbers.collect(),
            page: Some(page(0, "")),
        };
        let found = list(world, &admin, request).await.unwrap();
        let names: Vec<_> = found.users.iter().map(|user| user.email.as_str()).collect();
        let expected: Vec<_> = expected.into_iter().map(address).collect();
        assert_eq!(names, expected, "{q:?} {roles:?}");
        assert_eq!(found.page.unwrap().total, Some(expected.len() as u64));
    }
}

async fn a_new_role_comes_with_the_next_refresh(world: &World) {
    let admin = world.admin().await;
    let ada = world.register("ada").await;
    let id = id_of(&ada);
    let user = set_role(world, &admin, id, Role::Staff).await.unwrap();
    assert_eq!((user.role(), user.version), (common::Role::Staff, 2));
    assert_eq!(
        set_role(world, &admin, id, Role::Staff)
            .await
            .unwrap()
            .version,
        2
    );
    let stale = world
        .auth
        .clone()
        .set_user_role(by(&admin, role(id, Role::Admin, Some(1))))
        .await;
    refused(
        answer(stale),
        ErrorKind::Conflict,
        ErrorCode::VersionConflict,
    );
    let request = SetUserRoleRequest {
        id: id.to_string(),
        role: 0,
        version: None,
    };
    invalid(
        answer(world.auth.clone().set_user_role(by(&admin, request)).await),
        &["role"],
    );

    let verifier = &world.deps.verifier;
    assert_eq!(
        verifier.verify(&ada.access_token).await.unwrap().role,
        Role::Customer
    );
    let ada = world.refresh(&ada.refresh_token).await.unwrap();
    assert_eq!(
        verifier.verify(&ada.access_token).await.unwrap().role,
        Role::Staff
    );
    assert_eq!(ada.user.as_ref().unwrap().role(), common::Role::Staff);
    assert_eq!(world.events_of(id).await, ["registered", "role_changed"]);

    let events = outbox_events(&world.deps.db, "user", None, 100)
        .await
        .unwrap();
    let last = events.last().unwrap();
    let published: UserChanged = waybill_store::decode(last).unwrap();
    assert_eq!(published.user, ada.user);
    assert_eq!(published.from(), common::Role::Customer);
    assert_eq!(last.actor, Some(id_of(&admin).to_string()));
}

async fn the_last_administrator_stays(world: &World) {
    let admin = world.admin().await;
    let own = id_of(&admin);
    let refusal = set_role(world, &admin, own, Role::Staff).await;
    refused(refusal, ErrorKind::Conflict, ErrorCode::LastAdmin);
    refused(
        suspend(world, &admin, own).await,
        ErrorKind::Conflict,
        ErrorCode::OwnAccount,
    );

    // A suspended second one does not count.
    let second = world.signed_in_as("second", Role::Admin).await;
    suspend(world, &admin, id_of(&second)).await.unwrap();
    let refusal = set_role(world, &admin, own, Role::Staff).await;
    refused(refusal, ErrorKind::Conflict, ErrorCode::LastAdmin);
    restore(world, &admin, id_of(&second)).await.unwrap();
    set_role(world, &admin, own, Role::Staff).await.unwrap();
}

async fn two_administrators_cannot_demote_each_other(world: &World) {
    let seconds = world.signed_in_as("second", Role::Admin).await;
    let firsts = world.admin().await;
    for _ in 0..3 {
        let (first, second) = (id_of(&firsts), id_of(&seconds));
        let (one, other) = tokio::join!(
            set_role(world, &firsts, second, Role::Customer),
            set_role(world, &seconds, first, Role::Customer),
        );
        assert_eq!(
            usize::from(one.is_ok()) + usize::from(other.is_ok()),
            1,
            "{one:?} {other:?}"
        );
        // The winner restores the roles.
        let (winner, loser) = if one.is_ok() {
            (&firsts, second)
        } else {
            (&seconds, first)
        };
        set_role(world, winner, loser, Role::Admin).await.unwrap();
    }
}

async fn a_suspended_user_is_out(world: &World) {
    let admin = world.admin().await;
    let ada = world.register("ada").await;
    let id = id_of(&ada);
    let user = suspend(world, &admin, id).await.unwrap();
    assert!(user.suspended);
    assert_eq!(
        suspend(world, &admin, id).await.unwrap().version,
        user.version
    );
    let login = world.login(&address("ada"), PASSWORD).await;
    refused(login, ErrorKind::Forbidden, ErrorCode::Forbidden);
    // Only somebody who knows the password learns about the suspension.
    unauthenticated(world.login(&address("ada"), "wrong password").await);
    unauthenticated(world.refresh(&ada.refresh_token).await);
    let request = UpdateProfileRequest {
        first_name: Some("Eve".into()),
        ..Default::default()
    };
    let change = world.auth.clone().update_profile(by(&ada, request)).await;
    unauthenticated(answer(change));

    assert!(!restore(world, &admin, id).await.unwrap().suspended);
    assert!(!restore(world, &admin, id).await.unwrap().suspended);
    // Ended sessions stay ended.
    unauthenticated(world.refresh(&ada.refresh_token).await);
    world.login(&address("ada"), PASSWORD).await.unwrap();
    assert_eq!(
        world.events_of(id).await,
        ["registered", "suspended", "restored"]
    );
    let request = SuspendUserRequest {
        id: id.to_string(),
        reason: "x".repeat(501),
    };
    invalid(
        answer(world.auth.clone().suspend_user(by(&admin, request)).await),
        &["reason"],
    );
}

async fn a_demoted_administrator_has_no_power_left(world: &World) {
    let second = world.signed_in_as("second", Role::Admin).await;
    let admin = world.admin().await;
    let ada = world.register("ada").await;
    set_role(world, &admin, id_of(&second), Role::Staff)
        .await
        .unwrap();
    // The token still says ADMIN.
    unauthenticated(set_role(world, &second, id_of(&ada), Role::Admin).await);
    unauthenticated(suspend(world, &second, id_of(&ada)).await);
    // The refreshed one does not.
    let second = world.refresh(&second.refresh_token).await.unwrap();
    let refusal = suspend(world, &second, id_of(&ada)).await;
    refused(refusal, ErrorKind::Forbidden, ErrorCode::Forbidden);
}

async fn unknown_users_are_not_found(world: &World) {
    let admin = world.admin().await;
    let nobody = UserId::new();
    let missing = |outcome| refused(outcome, ErrorKind::NotFound, ErrorCode::NotFound);
    let get = |id: String| {
        let mut auth = world.auth.clone();
        let request = by(&admin, GetUserRequest { id });
        async move { auth.get_user(request).await }
    };
    missing(answer(get(nobody.to_string()).await).map(|answer| answer.user.unwrap()));
    missing(set_role(world, &admin, nobody, Role::Staff).await);
    missing(suspend(world, &admin, nobody).await);
    missing(restore(world, &admin, nobody).await);
    invalid(answer(get("7".to_owned()).await), &["id"]);
    let found = answer(get(id_of(&admin).to_string()).await).unwrap();
    assert_eq!(found.user, admin.user);
}

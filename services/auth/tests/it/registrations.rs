//! Registrations over time, and the number of accounts.

use std::time::Duration;

use waybill_primitives::Role;
use waybill_proto::{
    auth::{GetUserAnalyticsRequest, GetUserAnalyticsResponse, SetUserRoleRequest, UserCounts},
    common,
};
use waybill_testkit::on_each_database;

use crate::support::{World, answer, by, id_of, invalid};

on_each_database! { registrations_count_by_day_and_by_the_role_of_now }

async fn ask(world: &World, bucket: i32) -> GetUserAnalyticsResponse {
    let admin = world.admin().await;
    let request = GetUserAnalyticsRequest {
        bucket,
        ..Default::default()
    };
    let answered = world
        .auth
        .clone()
        .get_user_analytics(by(&admin, request))
        .await;
    answer(answered).unwrap()
}

fn counts(counts: Option<UserCounts>) -> [i64; 3] {
    let counts = counts.unwrap();
    [counts.customers, counts.staff, counts.admins]
}

async fn registrations_count_by_day_and_by_the_role_of_now(world: &World) {
    let admin = world.admin().await;
    let admins = counts(ask(world, 0).await.total)[2];
    let ada = world.register("ada").await;
    world.pass(Duration::from_hours(24));
    for name in ["ben", "cem"] {
        world.register(name).await;
    }
    let found = ask(world, 1).await;
    assert_eq!(found.buckets.len(), 30);
    assert_eq!(counts(found.total), [3, 0, admins]);
    let last: Vec<_> = found.buckets[28..]
        .iter()
        .map(|day| counts(day.registered)[0])
        .collect();
    assert_eq!(last, [1, 2]);

    let promoted = SetUserRoleRequest {
        id: id_of(&ada).to_string(),
        role: common::Role::from(Role::Staff).into(),
        version: None,
    };
    let admin_again = world.admin().await;
    answer(
        world
            .auth
            .clone()
            .set_user_role(by(&admin_again, promoted))
            .await,
    )
    .unwrap();
    let found = ask(world, 3).await;
    assert_eq!(counts(found.total), [2, 1, admins]);
    let days = ask(world, 1).await;
    assert_eq!(
        counts(days.buckets[28].registered)[..2],
        [0, 1],
        "on the day of registration"
    );

    let odd = GetUserAnalyticsRequest {
        bucket: 9,
        ..Default::default()
    };
    let refused = world
        .auth
        .clone()
        .get_user_analytics(by(&admin_again, odd))
        .await;
    invalid(answer(refused), &["bucket"]);
    drop(admin);
}

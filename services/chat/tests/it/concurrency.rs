//! Many at once in one conversation: nothing is lost, doubled or out of order.

use std::collections::HashSet;

use futures::future::join_all;
use waybill_proto::order::{OrderEvent, OrderStatus};
use waybill_store::outbox_events;
use waybill_testkit::{on_each_database, order_moved};

use crate::support::{Person, World, answer, envelope, page};

on_each_database! {
    fifty_posts_at_once_are_fifty_messages,
    one_post_fifty_times_is_one_message,
    many_conversations_at_once_do_not_disturb_each_other,
    changes_of_one_order_that_come_together_are_all_recorded,
}

/// The versions of the conversation's events are 1, 2, 3, … up to `count`.
async fn events_are_whole(world: &World, order: &str, count: i64) {
    let events = outbox_events(&world.deps.db, "message", None, 1000)
        .await
        .expect("the outbox");
    let mut versions: Vec<_> = events
        .iter()
        .filter(|event| event.aggregate_id.to_string() == order)
        .map(|event| event.aggregate_version)
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=count).collect::<Vec<_>>());
}

async fn changes_of_one_order_that_come_together_are_all_recorded(world: &World) {
    let (ada, wim) = (Person::customer(), Person::worker());
    let mut order = world.claimed(&world.placed(&ada).await, &wim).await;
    let (working, held) = (OrderStatus::InProgress, OrderStatus::OnHold);
    let mut changes = Vec::new();
    for (from, to) in [(working, held), (held, working)].repeat(4) {
        order.version += 1;
        order.set_status(to);
        let changed = order_moved(OrderEvent::StatusChanged, &order, from, to);
        changes.push(envelope(&order, &changed));
    }
    join_all(changes.into_iter().map(|change| world.publish(change))).await;
    let lines = ["The order is on hold.", "Work on the order goes on."].repeat(4);
    assert_eq!(world.bodies(&ada, &order).await[1..], lines);
    events_are_whole(world, &order.id, 9).await;
}

async fn fifty_posts_at_once_are_fifty_messages(world: &World) {
    let (ada, bo) = (Person::customer(), Person::admin());
    let order = world.placed(&ada).await;
    let first = world.post(&ada, &order, "first").await;
    let posts = (0..50).map(|n| {
        let (order, person) = (&order, if n % 2 == 0 { &ada } else { &bo });
        async move { world.post(person, order, &n.to_string()).await.id }
    });
    let ids: HashSet<_> = join_all(posts).await.into_iter().collect();
    assert_eq!(ids.len(), 50);
    let listed = world.try_list(&ada, &order, &first.id, page(100)).await;
    let listed = answer(listed).expect("a list").messages;
    let read: HashSet<_> = listed.into_iter().map(|one| one.id).collect();
    assert_eq!(read, ids);
    events_are_whole(world, &order.id, 51).await;
}

async fn one_post_fifty_times_is_one_message(world: &World) {
    let ada = Person::customer();
    let order = world.placed(&ada).await;
    let posts = (0..50).map(|_| world.try_post(&ada, &order, "hello", "same"));
    let answers: Vec<_> = join_all(posts)
        .await
        .into_iter()
        .map(|posted| answer(posted).expect("posted"))
        .collect();
    let fresh = answers.iter().filter(|posted| !posted.replayed).count();
    assert_eq!(fresh, 1);
    assert!(
        answers
            .iter()
            .all(|posted| posted.message == answers[0].message)
    );
    assert_eq!(world.bodies(&ada, &order).await, ["hello"]);
    events_are_whole(world, &order.id, 1).await;
}

async fn many_conversations_at_once_do_not_disturb_each_other(world: &World) {
    let (ada, wim) = (Person::customer(), Person::worker());
    let mut orders = Vec::new();
    for _ in 0..5 {
        orders.push(world.placed(&ada).await);
    }
    let (ada, wim) = (&ada, &wim);
    let talk = orders.iter().map(|order| async move {
        let posts = join_all(
            (0..8).map(|n| async move { world.try_post(ada, order, "hi", &n.to_string()).await }),
        );
        let (posts, _) = tokio::join!(posts, world.claimed(order, wim));
        for posted in posts {
            answer(posted).expect("posted");
        }
    });
    join_all(talk).await;
    for order in &orders {
        assert_eq!(world.bodies(ada, order).await.len(), 9);
        events_are_whole(world, &order.id, 9).await;
    }
}

//! What may be posted, how it is read, and how far it was read.

use futures::StreamExt as _;
use waybill_proto::chat::{MarkReadRequest, MessagePosted, MessagesRead, PostMessageRequest};
use waybill_service_kit::{ErrorCode, ErrorKind};
use waybill_testkit::{on_any_database, on_each_database};

use crate::support::{Person, World, answer, invalid, not_found, outgoing, page, refused};

on_each_database! {
    posting_again_gives_the_same_message,
    history_comes_in_pages,
    a_client_that_comes_back_misses_nothing,
    markers_go_forward_only,
}

on_any_database! {
    bodies_are_checked,
    messages_are_published_to_the_participants,
}

async fn bodies_are_checked(world: &World) {
    let ada = Person::customer();
    let order = world.placed(&ada).await;
    for bad in ["", "   ", "\u{0}", &"x".repeat(4001)] {
        invalid(world.try_post(&ada, &order, bad, "").await);
    }
    invalid(world.try_post(&ada, &order, "x", &"c".repeat(256)).await);
    invalid(world.try_post(&ada, &order, "x", "a\nb").await);
    let message = world.post(&ada, &order, "  one\r\ntwo\u{0} 🎉 ").await;
    assert_eq!(message.body, "one\ntwo 🎉");
    world.post(&ada, &order, &"ü".repeat(4000)).await;
    assert_eq!(world.bodies(&ada, &order).await.len(), 2);
}

async fn posting_again_gives_the_same_message(world: &World) {
    let (ada, bo) = (Person::customer(), Person::admin());
    let order = world.placed(&ada).await;
    let first = answer(world.try_post(&ada, &order, "hello", "c1").await).expect("posted");
    assert!(!first.replayed);
    let again = answer(world.try_post(&ada, &order, " hello", "c1").await).expect("posted");
    assert!(again.replayed);
    assert_eq!(first.message, again.message);
    let outcome = world.try_post(&ada, &order, "other", "c1").await;
    refused(outcome, ErrorKind::Invalid, ErrorCode::IdempotencyKeyReused);
    // Ids of another author, in another conversation, or in another spelling are different ids.
    for (person, order, client_id) in [
        (&bo, &order, "c1"),
        (&ada, &order, "C1"),
        (&ada, &world.placed(&ada).await, "c1"),
    ] {
        let posted = world.try_post(person, order, "hello", client_id).await;
        assert!(!answer(posted).expect("posted").replayed);
    }
    // The idempotency key of the call is used instead.
    let mut answers = Vec::new();
    for _ in 0..2 {
        let ctx = world.context(&ada).with_idempotency_key("key-1");
        let request = PostMessageRequest {
            order_id: order.id.clone(),
            body: "by key".to_owned(),
            client_id: None,
        };
        let posted = world
            .client
            .clone()
            .post_message(outgoing(&ctx, request))
            .await;
        answers.push(answer(posted).expect("posted"));
    }
    assert_eq!(answers[0].message, answers[1].message);
    assert!(!answers[0].replayed && answers[1].replayed);
    assert_eq!(world.bodies(&ada, &order).await.len(), 4);
}

async fn history_comes_in_pages(world: &World) {
    let ada = Person::customer();
    let order = world.placed(&ada).await;
    for n in 0..7 {
        world.post(&ada, &order, &n.to_string()).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut part = page(3);
        part.cursor = cursor;
        part.total = true;
        let listed = world.try_list(&ada, &order, "", part).await;
        let listed = answer(listed).expect("a page");
        let info = listed.page.expect("page info");
        // A message that is posted in between counts, and shifts nothing.
        assert_eq!(info.total, Some(7 + seen.len() as u64 / 3));
        seen.extend(listed.messages.into_iter().map(|one| one.body));
        cursor = info.next_cursor.unwrap_or_default();
        if cursor.is_empty() {
            break;
        }
        world.post(&ada, &order, "in between").await;
    }
    assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
    invalid(world.try_list(&ada, &order, "", page(101)).await);
    let mut bad = page(1);
    "nonsense".clone_into(&mut bad.cursor);
    invalid(world.try_list(&ada, &order, "", bad).await);
}

async fn a_client_that_comes_back_misses_nothing(world: &World) {
    let ada = Person::customer();
    let order = world.placed(&ada).await;
    let first = world.post(&ada, &order, "0").await;
    for n in 1..6 {
        world.post(&ada, &order, &n.to_string()).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut part = page(2);
        part.cursor = cursor;
        let listed = world.try_list(&ada, &order, &first.id, part).await;
        let listed = answer(listed).expect("a page");
        seen.extend(listed.messages.into_iter().map(|one| one.body));
        cursor = listed
            .page
            .expect("page info")
            .next_cursor
            .unwrap_or_default();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["1", "2", "3", "4", "5"]);
    let other = world.placed(&ada).await;
    let foreign = world.post(&ada, &other, "elsewhere").await;
    invalid(world.try_list(&ada, &order, &foreign.id, page(0)).await);
    invalid(world.try_list(&ada, &order, "x", page(0)).await);
}

async fn markers_go_forward_only(world: &World) {
    let (ada, bo) = (Person::customer(), Person::admin());
    let order = world.placed(&ada).await;
    let mut posted = Vec::new();
    for n in 0..4 {
        posted.push(world.post(&bo, &order, &n.to_string()).await);
    }
    let read = async |person: &Person, up_to: &str| {
        let request = MarkReadRequest {
            order_id: order.id.clone(),
            up_to: up_to.to_owned(),
        };
        world
            .client
            .clone()
            .mark_read(world.by(person, request))
            .await
    };
    assert_eq!(
        answer(read(&ada, &posted[1].id).await)
            .expect("read")
            .unread,
        2
    );
    assert_eq!(
        answer(read(&ada, &posted[0].id).await)
            .expect("read")
            .unread,
        2
    );
    assert_eq!(
        answer(read(&ada, &posted[3].id).await)
            .expect("read")
            .unread,
        0
    );
    assert_eq!(
        answer(read(&bo, &posted[0].id).await).expect("read").unread,
        0
    );
    world.post(&bo, &order, "news").await;
    assert_eq!(
        answer(read(&ada, &posted[3].id).await)
            .expect("read")
            .unread,
        1
    );
    not_found(read(&Person::worker(), &posted[0].id).await);
    invalid(read(&ada, "").await);
    invalid(read(&ada, &uuid::Uuid::now_v7().to_string()).await);
}

async fn messages_are_published_to_the_participants(world: &World) {
    let (ada, wim) = (Person::customer(), Person::worker());
    let subjects = vec!["waybill.chat.message.*".to_owned()];
    let mut tail = world.deps.bus.tail(subjects).await.expect("a tail");
    let order = world.placed(&ada).await;
    let first = world.post(&ada, &order, "anybody?").await;
    let order = world.claimed(&order, &wim).await;
    let request = MarkReadRequest {
        order_id: order.id.clone(),
        up_to: first.id.clone(),
    };
    answer(
        world
            .client
            .clone()
            .mark_read(world.by(&wim, request))
            .await,
    )
    .expect("read");

    let event = tail.next().await.expect("an event");
    let posted: MessagePosted = waybill_store::decode(&event).expect("decodes");
    assert_eq!(posted.message, Some(first.clone()));
    assert_eq!(posted.participant_ids, [ada.id.to_string()]);
    assert_eq!(event.aggregate_id.to_string(), order.id);
    let line = tail.next().await.expect("an event");
    let posted: MessagePosted = waybill_store::decode(&line).expect("decodes");
    assert_eq!(
        posted.participant_ids,
        [ada.id.to_string(), wim.id.to_string()]
    );
    assert_eq!(posted.message.expect("a line").author, None);
    let event = tail.next().await.expect("an event");
    let read: MessagesRead = waybill_store::decode(&event).expect("decodes");
    assert_eq!((read.user_id, read.up_to), (wim.id.to_string(), first.id));
    assert_eq!(event.aggregate_version, 3);
}

//! The mailbox, where developers read mails instead of sending them.

use waybill_primitives::Role;
use waybill_proto::{
    notification::{GetMailRequest, ListMailsRequest},
    order::OrderEvent,
};
use waybill_service_kit::settings::Environment;
use waybill_testkit::{World as _, on_each_database, order_changed};

use crate::{
    sink::Sink,
    support::{
        DatabaseKind, Person, TestDb, World, answer, not_found, order_id, order_of, settings,
    },
};

on_each_database! { mails_are_kept_and_shown }

async fn placed(world: &World, customer: &Person) {
    let order = order_of(customer, "W261121-AAAAAAA");
    let event = order_changed(OrderEvent::Placed, &order);
    world.event(order_id(&order), 1, &event).await;
}

async fn mails_are_kept_and_shown(world: &World) {
    let (ada, bo) = (
        Person::new("Ada", Role::Customer),
        Person::new("Bo", Role::Customer),
    );
    placed(world, &ada).await;
    placed(world, &bo).await;
    world.deliver().await;
    let mut client = world.client.clone();
    let all = answer(client.list_mails(ListMailsRequest::default()).await).expect("a list");
    assert_eq!(all.mails.len(), 2);
    assert!(all.mails.iter().all(|mail| mail.html.is_empty()));
    let to_ada = ListMailsRequest {
        to: ada.email(),
        ..ListMailsRequest::default()
    };
    let hers = answer(client.list_mails(to_ada).await)
        .expect("a list")
        .mails;
    assert_eq!(hers.len(), 1);
    let request = GetMailRequest {
        id: hers[0].id.clone(),
    };
    let mail = answer(client.get_mail(request).await).expect("a mail").mail;
    let mail = mail.expect("a mail");
    assert_eq!(mail.to, ada.email());
    assert!(mail.text.contains("W261121-AAAAAAA") && mail.html.contains("</html>"));
    let unknown = GetMailRequest {
        id: uuid::Uuid::now_v7().to_string(),
    };
    not_found(client.get_mail(unknown).await);
    assert_eq!(world.deliveries().await, vec![("SENT".to_owned(), 1); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_mailbox_where_mails_are_sent() {
    let database = TestDb::migrated::<waybill_notification::Migrator>(DatabaseKind::Sqlite)
        .await
        .expect("SQLite");
    let sink = Sink::start().await;
    let port = sink.port.to_string();
    let changes = [
        ("WAYBILL_MAIL_TRANSPORT", "smtp"),
        ("WAYBILL_SMTP_PORT", port.as_str()),
    ];
    let world = World::with_settings(database, &settings(&changes)).await;
    let outcome = world
        .client
        .clone()
        .list_mails(ListMailsRequest::default())
        .await;
    not_found(outcome);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn production_refuses_the_mailbox() {
    let database = TestDb::migrated::<waybill_notification::Migrator>(DatabaseKind::Sqlite)
        .await
        .expect("SQLite");
    let world = World::open(database).await;
    let mut deps = world.deps.clone();
    deps.environment = Environment::Production;
    let outcome = waybill_notification::build(&deps, &settings(&[])).await;
    let error = outcome.expect_err("refused");
    assert!(
        error.to_string().contains("WAYBILL_MAIL_TRANSPORT"),
        "{error}"
    );
    world.close().await;
}

//! Mails to addresses that nobody has verified: anybody may have named them.

use std::time::Duration;

use waybill_primitives::{Currency, Money, Role, Timestamp};
use waybill_proto::{
    auth::{self, UserEvent},
    common,
    notification::{GetMailRequest, ListMailsRequest, Mail},
    order::{self, OrderEvent},
};
use waybill_testkit::{World as _, on_any_database, on_each_database, order_changed, user_changed};

use crate::support::{Person, World, answer, order_id, order_of, settings, user};

on_each_database! { an_unverified_address_gets_a_few_mails_an_hour }

on_any_database! {
    an_unverified_address_gets_no_text_of_others,
    a_changed_password_is_told_to_its_owner,
    without_a_limit_an_unverified_address_gets_all_mails,
    quotes_notify_who_has_to_act,
}

impl World {
    /// Publishes a person whose address auth has verified.
    pub async fn verified(&self, person: &Person) {
        let user = auth::User {
            email_verified: true,
            ..user(person, 2, false)
        };
        self.event(person.id, 2, &user_changed(UserEvent::Updated, &user))
            .await;
    }

    /// All mails, oldest first.
    async fn mails(&self) -> Vec<Mail> {
        self.deliver().await;
        let mut client = self.client.clone();
        let page = Some(common::PageRequest {
            limit: 100,
            ..Default::default()
        });
        let request = ListMailsRequest {
            page,
            ..ListMailsRequest::default()
        };
        let all = client.list_mails(request).await;
        let mut mails = Vec::new();
        for mail in answer(all).expect("a list").mails.into_iter().rev() {
            let request = GetMailRequest { id: mail.id };
            let found = answer(client.get_mail(request).await).expect("a mail");
            mails.push(found.mail.expect("a mail"));
        }
        mails
    }
}

/// What a stranger may write where the shop asks for a name, a title, a reason.
const LURE: &str = "Visit evil.example";

fn lured(customer: &Person) -> order::Order {
    order::Order {
        title: Some(LURE.to_owned()),
        description: Some(LURE.to_owned()),
        special_instructions: Some(LURE.to_owned()),
        ..order_of(customer, "W261121-AAAAAAA")
    }
}

fn quote(state: order::QuoteState, by: &Person) -> order::Quote {
    let total = Some(Money::new(90_000, Currency::USD));
    order::Quote {
        state: state.into(),
        version: 1,
        valid_until: Some(Timestamp::from_secs(2_114_380_740)),
        total,
        note: Some(LURE.to_owned()),
        items: vec![order::QuoteItem {
            name: "Mural".to_owned(),
            unit_price: total,
            quantity: 1,
            ..Default::default()
        }],
        offered_by: Some(common::Person {
            id: by.id.to_string(),
            name: by.name.clone(),
            role: common::Role::Staff.into(),
        }),
        ..Default::default()
    }
}

async fn an_unverified_address_gets_no_text_of_others(world: &World) {
    let eve = Person::new(LURE, Role::Customer);
    let staff = Person::new("Wim", Role::Staff);
    let mut order = lured(&eve);
    let id = order_id(&order);
    let mut version = 0;
    let mut happens = async |kind, order: &order::Order| {
        version += 1;
        let event = order::OrderChanged {
            note: LURE.to_owned(),
            ..order_changed(kind, order)
        };
        world.event(id, version, &event).await;
    };
    happens(OrderEvent::Placed, &order).await;
    order.quote = Some(quote(order::QuoteState::Offered, &staff));
    happens(OrderEvent::Quoted, &order).await;
    happens(OrderEvent::StatusChanged, &order).await;
    happens(OrderEvent::Cancelled, &order).await;
    let mails = world.mails().await;
    assert_eq!(mails.len(), 4);
    for mail in &mails {
        let whole = format!("{} {} {}", mail.subject, mail.text, mail.html);
        assert!(!whole.contains("evil"), "{whole}");
        assert!(mail.text.contains("Hello,"), "{}", mail.text);
    }
    // The price is no free text.
    assert!(mails[1].text.contains("900.00 USD"), "{}", mails[1].text);
    assert!(
        mails[1].text.contains("2036-12-31 23:59 UTC"),
        "{}",
        mails[1].text
    );
    // Within the application, the customer reads what they and the staff wrote.
    let inbox = world.inbox(&eve).await;
    assert!(inbox.iter().any(|one| one.body.contains(LURE)));

    // A verified address belongs to who wrote it.
    let ada = Person::new("Ada", Role::Customer);
    world.verified(&ada).await;
    let order = lured(&ada);
    let placed = order_changed(OrderEvent::Placed, &order);
    world.event(order_id(&order), 1, &placed).await;
    let mails = world.mails().await;
    let text = &mails[4].text;
    assert!(text.contains("Hello Ada,") && text.contains(LURE), "{text}");
    // Another address on the same account's order is not verified by that.
    let mut other = lured(&ada);
    let customer = other.customer.as_mut().expect("a customer");
    customer.email = Some("victim@example.com".to_owned());
    let placed = order_changed(OrderEvent::Placed, &other);
    world.event(order_id(&other), 1, &placed).await;
    let mails = world.mails().await;
    assert!(!mails[5].text.contains(LURE), "{}", mails[5].text);
}

async fn an_unverified_address_gets_a_few_mails_an_hour(world: &World) {
    let place = async |tag: usize| {
        // The tags of an address lead to the same mailbox.
        let eve = Person::new("Eve", Role::Customer);
        let mut order = order_of(&eve, "W261121-AAAAAAA");
        let customer = order.customer.as_mut().expect("a customer");
        customer.email = Some(format!("Victim+{tag}@example.com"));
        let placed = order_changed(OrderEvent::Placed, &order);
        world.event(order_id(&order), 1, &placed).await;
        order
    };
    let mut last = place(0).await;
    for tag in 1..25 {
        last = place(tag).await;
    }
    assert_eq!(world.mails().await.len(), 20);
    // What a customer causes without paying counts, and what is not sent is on record.
    let eve = last.customer.as_ref().expect("a customer").id.clone();
    let by = |id: &str, change: order::OrderChanged| order::OrderChanged {
        actor: Some(common::Person {
            id: id.to_owned(),
            ..Default::default()
        }),
        ..change
    };
    let cancelled = || order_changed(OrderEvent::Cancelled, &last);
    let id = order_id(&last);
    world.event(id, 2, &by(&eve, cancelled())).await;
    assert_eq!(world.mails().await.len(), 20);
    let states = world.deliveries().await.into_iter().map(|(state, _)| state);
    let kept = states.filter(|state| state == "SUPPRESSED").count();
    assert_eq!(kept, 6);
    // What the shop does is mailed all the same, and so is what costs money: nobody causes many of them.
    let paid = order::OrderChanged {
        payment_id: uuid::Uuid::now_v7().to_string(),
        ..order_changed(OrderEvent::Paid, &last)
    };
    let admin = uuid::Uuid::now_v7().to_string();
    for (version, change) in [
        (3, paid),
        (4, order_changed(OrderEvent::Completed, &last)),
        (5, by(&admin, cancelled())),
    ] {
        let before = world.mails().await.len();
        world.event(id, version, &change).await;
        assert_eq!(world.mails().await.len(), before + 1);
    }
    // Others are not affected.
    let ada = Person::new("Ada", Role::Customer);
    let order = order_of(&ada, "W261121-BBBBBBB");
    let placed = order_changed(OrderEvent::Placed, &order);
    world.event(order_id(&order), 1, &placed).await;
    assert_eq!(world.mails().await.len(), 24);
    world.clock.advance(Duration::from_mins(61));
    place(99).await;
    assert_eq!(world.mails().await.len(), 25);
}

async fn without_a_limit_an_unverified_address_gets_all_mails(world: &World) {
    let unlimited = world
        .replica(&settings(&[("WAYBILL_MAIL_UNVERIFIED_HOURLY", "0")]))
        .await;
    let eve = Person::new("Eve", Role::Customer);
    for _ in 0..25 {
        let order = order_of(&eve, "W261121-AAAAAAA");
        let placed = order_changed(OrderEvent::Placed, &order);
        unlimited.event(order_id(&order), 1, &placed).await;
    }
    assert_eq!(unlimited.mails().await.len(), 25);
    unlimited.close().await;
}

async fn a_changed_password_is_told_to_its_owner(world: &World) {
    let ada = Person::new("Ada", Role::Customer);
    world.registered(&[&ada]).await;
    // Whoever took the account over cannot use up the limit of her mails before.
    for _ in 0..25 {
        let order = order_of(&ada, "W261121-AAAAAAA");
        let placed = order_changed(OrderEvent::Placed, &order);
        world.event(order_id(&order), 1, &placed).await;
    }
    let changed = user_changed(UserEvent::PasswordChanged, &user(&ada, 3, false));
    world.event(ada.id, 3, &changed).await;
    assert_eq!(world.kinds(&ada).await.last().unwrap(), "PASSWORD_CHANGED");
    let mails = world.mails().await;
    assert_eq!(mails.len(), 21);
    let mail = mails.last().unwrap();
    assert_eq!(mail.subject, "Your password was changed");
    assert!(
        mail.text.contains("because of your account."),
        "{}",
        mail.text
    );
}

async fn quotes_notify_who_has_to_act(world: &World) {
    let ada = Person::new("Ada", Role::Customer);
    let (wim, olu) = (
        Person::new("Wim", Role::Staff),
        Person::new("Olu", Role::Staff),
    );
    let admin = Person::new("Bo", Role::Admin);
    world.registered(&[&wim, &olu, &admin]).await;
    let mut order = order_of(&ada, "W261121-AAAAAAA");
    let id = order_id(&order);
    let mut version = 0;
    let steps = [
        (OrderEvent::Placed, order::QuoteState::Requested),
        (OrderEvent::Quoted, order::QuoteState::Offered),
        (OrderEvent::QuoteWithdrawn, order::QuoteState::Requested),
        (OrderEvent::QuoteExpired, order::QuoteState::Expired),
        (OrderEvent::QuoteAccepted, order::QuoteState::Accepted),
        (OrderEvent::Edited, order::QuoteState::Requested),
    ];
    for (kind, state) in steps {
        version += 1;
        let before = order.quote.as_ref().map(order::Quote::state);
        order.quote = Some(quote(state, &wim));
        let change = order::OrderChanged {
            quote_from: before.map_or(0, Into::into),
            ..order_changed(kind, &order)
        };
        world.event(id, version, &change).await;
    }
    assert_eq!(
        world.kinds(&ada).await,
        [
            "ORDER_PLACED",
            "QUOTE_OFFERED",
            "QUOTE_WITHDRAWN",
            "QUOTE_EXPIRED"
        ]
    );
    assert_eq!(
        world.kinds(&olu).await,
        ["QUOTE_REQUESTED", "QUOTE_REQUESTED"]
    );
    for who in [&wim, &admin] {
        assert_eq!(
            world.kinds(who).await,
            ["QUOTE_REQUESTED", "QUOTE_ACCEPTED", "QUOTE_REQUESTED"]
        );
    }
    let subjects: Vec<_> = world
        .mails()
        .await
        .into_iter()
        .map(|mail| mail.subject)
        .collect();
    assert_eq!(
        subjects,
        [
            "Request W261121-AAAAAAA received",
            "Our offer for request W261121-AAAAAAA",
            "The offer for request W261121-AAAAAAA was withdrawn",
            "The offer for request W261121-AAAAAAA has ended",
        ]
    );
}

//! Parcels, and the name of the shop.

use waybill_primitives::Role;
use waybill_proto::{
    notification::{GetMailRequest, ListMailsRequest},
    order::{self, OrderEvent, ShipmentState},
};
use waybill_testkit::{on_any_database, order_changed};

use crate::support::{Person, World, answer, order_id, order_of};

on_any_database! {
    the_customer_follows_a_parcel,
    mails_have_the_name_that_the_shop_has_now,
}

fn shipment(order: &order::Order, state: ShipmentState) -> order::Shipment {
    order::Shipment {
        id: uuid::Uuid::now_v7().to_string(),
        order_id: order.id.clone(),
        state: state.into(),
        carrier: Some("DHL".to_owned()),
        tracking_number: Some("00340434".to_owned()),
        tracking_url: Some("https://carrier.example/?piece=00340434".to_owned()),
        lines: vec![order::ShipmentLine {
            product_id: String::new(),
            name: "Tea & <b>cake</b>".to_owned(),
            quantity: 2,
        }],
        ..Default::default()
    }
}

/// Subject and both texts of each stored mail to a person, oldest first.
pub async fn mails(world: &World, to: &Person) -> Vec<(String, String, String)> {
    world.deliver().await;
    let request = ListMailsRequest {
        to: to.email(),
        ..Default::default()
    };
    let listed = answer(world.client.clone().list_mails(request).await).unwrap();
    let mut mails = Vec::new();
    for mail in listed.mails.into_iter().rev() {
        let request = GetMailRequest { id: mail.id };
        let found = answer(world.client.clone().get_mail(request).await).unwrap();
        let mail = found.mail.unwrap();
        mails.push((mail.subject, mail.text, mail.html));
    }
    mails
}

async fn the_customer_follows_a_parcel(world: &World) {
    let customer = Person::new("Ada", Role::Customer);
    let order = order_of(&customer, "W261121-AAAAAAA");
    let mut parcel = shipment(&order, ShipmentState::Preparing);
    let id: uuid::Uuid = parcel.id.parse().unwrap();
    let created = order::ShipmentCreated {
        shipment: Some(parcel.clone()),
        order: Some(order.clone()),
    };
    world.event(id, 1, &created).await;
    assert_eq!(world.kinds(&customer).await, Vec::<String>::new());
    let steps = [
        (ShipmentState::Preparing, ShipmentState::Shipped),
        // Only the note was changed.
        (ShipmentState::Shipped, ShipmentState::Shipped),
        (ShipmentState::Shipped, ShipmentState::Delivered),
    ];
    for (version, (from, to)) in (2..).zip(steps) {
        parcel.set_state(to);
        let updated = order::ShipmentUpdated {
            shipment: Some(parcel.clone()),
            order: Some(order.clone()),
            from: from.into(),
        };
        world.event(id, version, &updated).await;
    }
    assert_eq!(
        world.kinds(&customer).await,
        ["ORDER_SHIPPED", "ORDER_DELIVERED"]
    );
    let mails = mails(world, &customer).await;
    let subjects: Vec<_> = mails.iter().map(|(subject, ..)| subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "Order W261121-AAAAAAA has been shipped",
            "Order W261121-AAAAAAA was delivered"
        ]
    );
    let (_, text, html) = &mails[0];
    assert!(text.contains("DHL, tracking number 00340434"), "{text}");
    assert!(
        text.contains("https://carrier.example/?piece=00340434"),
        "{text}"
    );
    assert!(text.contains("2 x Tea & <b>cake</b>"), "{text}");
    assert!(html.contains("<a href="), "{html}");
    assert!(!html.contains("<b>cake"), "{html}");
}

async fn mails_have_the_name_that_the_shop_has_now(world: &World) {
    let customer = Person::new("Ada", Role::Customer);
    let shop = uuid::Uuid::now_v7();
    let named = |name: &str, version| order::SettingsChanged {
        settings: Some(order::ShopSettings {
            shop_name: name.to_owned(),
            version,
            ..Default::default()
        }),
        before: None,
    };
    let place = async |number: &str| {
        let order = order_of(&customer, number);
        let placed = order_changed(OrderEvent::Placed, &order);
        world.event(order_id(&order), 1, &placed).await;
    };
    place("W261121-AAAAAAA").await;
    world.event(shop, 2, &named("Tea & Co", 2)).await;
    // An older version that comes late changes nothing.
    world.event(shop, 1, &named("Old", 1)).await;
    place("W261121-BBBBBBB").await;
    let mails = mails(world, &customer).await;
    let names: Vec<_> = mails
        .iter()
        .map(|(_, text, _)| (text.contains("\nWaybill\n"), text.contains("\nTea & Co\n")))
        .collect();
    assert_eq!(names, [(true, false), (false, true)]);
}

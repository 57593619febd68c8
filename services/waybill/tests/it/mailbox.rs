//! The mailbox of a platform that sends no mails, for trying it out.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::time::{Instant, sleep};
use waybill_testkit::{ADMIN, Api, Platform, Shape};

use crate::support::bin;

/// More than a page of mails, fewer than two.
const ORDERS: usize = 60;

#[tokio::test]
async fn the_mailbox_can_be_paged_to_its_oldest_mail_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let anyone = platform.api();
    let admin = anyone.login(ADMIN.0, ADMIN.1).await;
    let mug = admin.product("MUG", "GOODS", 1_000, 1_000).await;
    let customer = anyone.register("carla+mug@example.com", "Carla", "C").await;
    let mut orders = Vec::new();
    for _ in 0..ORDERS {
        let request = json!({"items": [{"productId": mug, "quantity": 1}]});
        let order = customer.post("/orders", request).await.expect(201);
        orders.push(order["orderNumber"].as_str().expect("text").to_owned());
    }
    let begin = Instant::now();
    loop {
        let pages = pages(&anyone).await;
        let mailed = |order: &&String| pages.iter().any(|page| page.contains(order.as_str()));
        let found = orders.iter().filter(mailed).count();
        if found == ORDERS {
            assert_eq!(pages.len(), 2);
            return;
        }
        assert!(
            begin.elapsed() < Duration::from_mins(1),
            "{found} of {ORDERS} mails are there"
        );
        sleep(Duration::from_millis(50)).await;
    }
}

/// All pages of mails, by following the links as a browser does.
async fn pages(api: &Api) -> Vec<String> {
    let mut pages = Vec::new();
    let mut next = Some("/mailbox?to=carla%2Bmug%40example.com".to_owned());
    while let Some(path) = next {
        let answer = api.raw(Method::GET, &path, &[], None).await;
        let page = answer.expect("an answer").expect(200);
        let page = page.as_str().expect("a page").to_owned();
        next = page.split_once("\">Older mails</a>").map(|(before, _)| {
            let (_, target) = before.rsplit_once("href=\"").expect("a link");
            target.replace("&#x2f;", "/").replace("&amp;", "&")
        });
        pages.push(page);
    }
    pages
}

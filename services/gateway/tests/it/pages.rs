//! The HTML pages in every state: templates are checked only when they are rendered.

use axum::body::Body;
use http::Method;
use waybill_gateway::{DemoAccount, GatewaySettings};
use waybill_primitives::{Currency, Money};
use waybill_proto::{
    common::PageInfo,
    notification::{GetMailRequest, GetMailResponse, ListMailsRequest, ListMailsResponse, Mail},
    payment::{
        GetSandboxCheckoutRequest, GetSandboxCheckoutResponse, Payment,
        PaymentState::{self, Failed, Pending, Refunded, Succeeded},
    },
};
use waybill_service_kit::settings::{Environment, Sources, load};

use crate::support::{Gateway, request};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const LIST_MAILS: &str = "waybill.notification.v1.NotificationService/ListMails";
const GET_MAIL: &str = "waybill.notification.v1.NotificationService/GetMail";
const GET_CHECKOUT: &str = "waybill.payment.v1.PaymentService/GetSandboxCheckout";

async fn read(gateway: &Gateway, path: &str) -> String {
    let ask = request(Method::GET, path).header("accept", "text/html");
    let ask = ask.body(Body::empty()).expect("a request");
    let answer = gateway.call(ask).await;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 200, "{path}: {text}");
    text
}

/// The target of a link with this label; none if there is no such link.
fn link(page: &str, label: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!("\">{label}</a>"))?;
    let (_, target) = before.rsplit_once("href=\"")?;
    Some(target.replace("&#x2f;", "/").replace("&amp;", "&"))
}

#[tokio::test]
async fn the_mailbox_can_be_paged_to_its_oldest_mail() {
    const TO: &str = "ada+shop@example.com";
    const MAILS: usize = 120;
    let gateway = Gateway::start().await;
    gateway.fake.on(LIST_MAILS, |request: ListMailsRequest| {
        assert_eq!(request.to, TO);
        let page = request.page.unwrap_or_default();
        // Made of characters with a meaning in URLs.
        let first: usize = match page.cursor.strip_prefix("&+ /=") {
            Some(first) => first.parse().expect("a cursor of ours"),
            None => 0,
        };
        let end = MAILS.min(first + page.limit as usize);
        let mail = |number: usize| Mail {
            id: ID.to_owned(),
            to: TO.to_owned(),
            subject: format!("Mail <{number}>"),
            ..Default::default()
        };
        let next_cursor = if end < MAILS {
            format!("&+ /={end}")
        } else {
            String::new()
        };
        Ok(ListMailsResponse {
            mails: (first..end).map(mail).collect(),
            page: Some(PageInfo {
                next_cursor: Some(next_cursor),
                ..Default::default()
            }),
        })
    });
    let mut pages = Vec::new();
    let mut next = Some("/mailbox?to=ada%2Bshop%40example.com".to_owned());
    while let Some(path) = next {
        let page = read(&gateway, &path).await;
        next = link(&page, "Older mails");
        pages.push(page);
    }
    assert_eq!(pages.len(), 3);
    for number in 0..MAILS {
        let subject = format!("Mail &lt;{number}&gt;");
        let showing = pages.iter().filter(|page| page.contains(&subject));
        assert_eq!(showing.count(), 1, "{subject}");
    }
}

#[tokio::test]
async fn an_empty_mailbox_says_so() {
    let gateway = Gateway::start().await;
    let none = |_: ListMailsRequest| Ok(ListMailsResponse::default());
    gateway.fake.on(LIST_MAILS, none);
    let page = read(&gateway, "/mailbox").await;
    assert!(page.contains("No mails yet."), "{page}");
    assert_eq!(link(&page, "Older mails"), None);
}

#[tokio::test]
async fn a_mail_is_shown_with_its_html_if_it_has_any() {
    let gateway = Gateway::start().await;
    let path = format!("/mailbox/{ID}");
    let frame = format!("{path}/html");
    for html in ["", "<p>Dear Ada</p>"] {
        gateway.fake.on(GET_MAIL, move |_: GetMailRequest| {
            let mail = Mail {
                id: ID.to_owned(),
                subject: "Tea & cups".to_owned(),
                text: "Dear <Ada>".to_owned(),
                html: html.to_owned(),
                ..Default::default()
            };
            Ok(GetMailResponse { mail: Some(mail) })
        });
        let page = read(&gateway, &path).await;
        assert!(page.contains("<h1>Tea &amp; cups</h1>"), "{page}");
        assert!(page.contains("Dear &lt;Ada&gt;"), "{page}");
        assert_eq!(page.contains("<iframe"), !html.is_empty(), "{page}");
        if html.is_empty() {
            gateway.get(&frame).await.error(404, "NOT_FOUND");
        } else {
            assert_eq!(read(&gateway, &frame).await, html);
        }
    }
}

#[tokio::test]
async fn the_sandbox_page_shows_the_outcome_of_the_payment_and_links_back() {
    const THANKS: &str = "https://shop.example.com/thanks?a=1&b=2";
    const CART: &str = "https://shop.example.com/cart";
    let gateway = Gateway::start().await;
    for (state, success_url, cancel_url, back) in [
        (Pending, THANKS, CART, None),
        (Succeeded, THANKS, CART, Some(THANKS)),
        (Succeeded, "", CART, Some(CART)),
        (Succeeded, "", "", None),
        (Failed, THANKS, CART, Some(CART)),
        (Refunded, THANKS, "", None),
    ] {
        let price = Money::new(1_490, Currency::USD);
        let payment = Payment {
            order_number: "W1".to_owned(),
            state: state.into(),
            // Without a price that can be shown, the page says what is paid.
            amount: (state == Pending).then_some(price),
            failure_reason: Some(reason(state).to_owned()),
            ..Default::default()
        };
        let answer = GetSandboxCheckoutResponse {
            payment: Some(payment),
            success_url: success_url.to_owned(),
            cancel_url: cancel_url.to_owned(),
        };
        gateway
            .fake
            .on(GET_CHECKOUT, move |_: GetSandboxCheckoutRequest| {
                Ok(answer.clone())
            });
        let page = read(&gateway, &format!("/api/v1/sandbox/checkout/{ID}")).await;
        assert_eq!(link(&page, "Back to the shop").as_deref(), back, "{page}");
        let open = state == Pending;
        assert_eq!(page.contains("<form"), open, "{page}");
        assert_eq!(page.contains("Pay your order"), !open, "{page}");
        assert_eq!(page.contains("14.90"), open, "{page}");
        assert!(page.contains(reason(state)), "{page}");
    }
}

fn reason(state: PaymentState) -> &'static str {
    match state {
        Failed => "The card was declined.",
        _ => "",
    }
}

#[tokio::test]
async fn the_welcome_page_links_what_is_available() {
    let gateway = Gateway::start().await;
    let page = read(&gateway, "/").await;
    assert_eq!(link(&page, "Mailbox").as_deref(), Some("/mailbox"));
    assert!(!page.contains("Demo accounts"), "{page}");

    let (settings,) = load::<(GatewaySettings,)>(&Sources::empty()).expect("good settings");
    let demo = Gateway::build_with(settings, Environment::Development, |deps| {
        deps.mailbox = false;
        deps.demo_accounts = vec![DemoAccount {
            role: "ADMIN".to_owned(),
            email: "ada@example.com".to_owned(),
            password: "<secret>".to_owned(),
        }];
    });
    let page = read(&demo.await.expect("a gateway"), "/").await;
    assert_eq!(link(&page, "Mailbox"), None);
    for text in ["ADMIN", "ada@example.com", "&lt;secret&gt;"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

/// The welcome page says how to get an administrator where there is no demo, has an icon, and links to what there is.
#[tokio::test]
async fn the_welcome_page_helps_a_newcomer() {
    let gateway = Gateway::start().await;
    let page = String::from_utf8(gateway.get("/").await.body.to_vec()).unwrap();
    for words in [
        "width=device-width",
        "WAYBILL_ADMIN_EMAIL",
        "WAYBILL_ADMIN_PASSWORD",
        "--demo",
        "href=\"/api-docs/live\"",
        "rel=\"icon\"",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for link in page.split("href=\"/").skip(1) {
        let path = format!("/{}", link.split('"').next().unwrap());
        let status = gateway.get(&path).await.status.as_u16();
        // The services behind some of them are not there.
        assert!(matches!(status, 200 | 503), "{path}: {status}");
    }
    let icon = gateway.get("/favicon.ico").await;
    assert_eq!(icon.header("content-type"), "image/svg+xml");
    let production = Gateway::build(
        load::<(GatewaySettings,)>(&Sources::empty()).unwrap().0,
        Environment::Production,
    );
    let page = production.await.unwrap().get("/").await;
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(!page.contains("WAYBILL_ADMIN"), "{page}");
    let live = gateway.get("/api-docs/live").await;
    assert!(String::from_utf8_lossy(&live.body).contains("<code>order:watch</code>"));
}

//! Permissions: every route of OpenAPI has an expected answer for every kind of caller; a route without one fails the test.
//!
//! 404: the caller may not know that the resource exists. 403: the route is not for the caller's role. 401: no token.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use waybill_testkit::{ADMIN, Answer, Api, BOUNDARY, Platform, Shape, form};

use crate::{
    media::PNG,
    support::{Findings, bin, payout_to},
};

/// Anything that is not a denial: success, or an error of the request rather than of the caller.
const OK: u16 = 0;
const CALLERS: [&str; 6] = [
    "anonymous",
    "the owner",
    "another customer",
    "the assignee",
    "another worker",
    "an administrator",
];
/// By caller, in the order of [`CALLERS`].
pub(crate) type Expected = [u16; 6];
const ANYONE: Expected = [OK; 6];
const NOBODY: Expected = [404; 6];
const SIGNED_IN: Expected = [401, OK, OK, OK, OK, OK];
pub(crate) const ADMINS: Expected = [401, 403, 403, 403, 403, OK];
const WORKERS: Expected = [401, 403, 403, OK, OK, OK];
const STAFF: Expected = [401, 403, 403, OK, OK, 403];
/// Workers; the order is assigned to one of them.
const AT_WORK: Expected = [401, 403, 403, OK, 404, OK];
/// Everyone involved in an order.
const PEOPLE: Expected = [401, OK, 404, OK, 404, OK];
/// As [`PEOPLE`] without the assignee: payments are not for workers.
const PAYERS: Expected = [401, OK, 404, 404, 404, OK];
const OWNER: Expected = [401, OK, 404, 404, 404, 404];

/// A body that no route accepts: allowed callers get 422 and change nothing.
const BAD: &str = r#"{"nonsense": 1}"#;
/// A form with an empty file: allowed callers get 422.
const FORM: &str = "a form";
/// A version that never exists: allowed callers get 409 and change nothing.
const STALE: &str = r#"{"version": 999999}"#;

/// Method, path, body, and the expected answer per caller. A route may have several lines.
pub(crate) const TABLE: &[(&str, &str, &str, Expected)] = &[
    ("GET", "/.well-known/jwks.json", "", ANYONE),
    ("GET", "/health", "", ANYONE),
    ("GET", "/healthz", "", ANYONE),
    ("GET", "/readyz", "", ANYONE),
    // Accounts.
    ("POST", "/api/v1/auth/register", BAD, ANYONE),
    ("POST", "/api/v1/auth/login", BAD, ANYONE),
    ("POST", "/api/v1/auth/refresh", "", ANYONE),
    (
        "POST",
        "/api/v1/auth/logout",
        // Without a token it would end the session of the caller.
        r#"{"refreshToken": "unknown"}"#,
        ANYONE,
    ),
    ("GET", "/api/v1/auth/email-status", "", ANYONE),
    ("GET", "/api/v1/users/profile", "", SIGNED_IN),
    ("PUT", "/api/v1/users/profile", STALE, SIGNED_IN),
    ("PATCH", "/api/v1/users/profile", STALE, SIGNED_IN),
    ("POST", "/api/v1/users/change-password", BAD, SIGNED_IN),
    ("GET", "/api/v1/admin/users", "", ADMINS),
    ("GET", "/api/v1/admin/users/{id}", "", ADMINS),
    ("PATCH", "/api/v1/admin/users/{id}/role", BAD, ADMINS),
    ("POST", "/api/v1/admin/users/{id}/suspend", BAD, ADMINS),
    ("POST", "/api/v1/admin/users/{id}/restore", "", ADMINS),
    // The shop.
    ("GET", "/api/v1/shop", "", ANYONE),
    ("GET", "/api/v1/admin/settings", "", ADMINS),
    ("PUT", "/api/v1/admin/settings", STALE, ADMINS),
    ("PATCH", "/api/v1/admin/settings", BAD, ADMINS),
    ("GET", "/api/v1/admin/audit-log", "", ADMINS),
    // Catalogue and stock.
    ("GET", "/api/v1/products", "", ANYONE),
    ("POST", "/api/v1/products", BAD, ADMINS),
    ("GET", "/api/v1/products/{id}", "", ANYONE),
    ("PUT", "/api/v1/products/{id}", BAD, ADMINS),
    ("PATCH", "/api/v1/products/{id}", STALE, ADMINS),
    ("DELETE", "/api/v1/products/{id}", STALE, ADMINS),
    ("POST", "/api/v1/products/{id}/stock", BAD, ADMINS),
    ("GET", "/api/v1/products/{id}/stock", "", ADMINS),
    ("POST", "/api/v1/admin/products/import", FORM, ADMINS),
    ("GET", "/api/v1/admin/products/export", "", ADMINS),
    ("GET", "/api/v1/categories", "", ANYONE),
    ("POST", "/api/v1/categories", BAD, ADMINS),
    ("GET", "/api/v1/categories/{id}", "", ANYONE),
    ("PATCH", "/api/v1/categories/{id}", BAD, ADMINS),
    ("PUT", "/api/v1/categories/{id}", BAD, ADMINS),
    ("DELETE", "/api/v1/categories/{id}", BAD, ADMINS),
    // Carts.
    ("GET", "/api/v1/cart", "", ANYONE),
    ("DELETE", "/api/v1/cart", "", ANYONE),
    ("PUT", "/api/v1/cart/items/{productId}", BAD, ANYONE),
    ("DELETE", "/api/v1/cart/items/{productId}", "", ANYONE),
    ("POST", "/api/v1/cart/merge", "", SIGNED_IN),
    // Orders.
    ("GET", "/api/v1/orders", "", SIGNED_IN),
    ("POST", "/api/v1/orders", BAD, ANYONE),
    // Without a contact, only signed-in users.
    ("POST", "/api/v1/orders", r#"{"items": []}"#, SIGNED_IN),
    ("GET", "/api/v1/orders/available", "", WORKERS),
    ("GET", "/api/v1/orders/{id}", "", PEOPLE),
    (
        "PATCH",
        "/api/v1/orders/{id}",
        STALE,
        [401, OK, 404, 403, 404, OK],
    ),
    (
        "PUT",
        "/api/v1/orders/{id}",
        r#"{"items": [], "version": 999999}"#,
        [401, OK, 404, 403, 404, OK],
    ),
    (
        "PUT",
        "/api/v1/orders/{id}/quote",
        r#"{"amount": {"amount": 1, "currency": "USD"}, "validUntil": "2035-12-31"}"#,
        AT_WORK,
    ),
    ("DELETE", "/api/v1/orders/{id}/quote", "", AT_WORK),
    (
        "POST",
        "/api/v1/orders/{id}/quote/accept",
        r#"{"version": 1}"#,
        [401, OK, 404, 403, 404, 403],
    ),
    ("GET", "/api/v1/orders/{id}/history", "", PEOPLE),
    ("POST", "/api/v1/orders/{id}/cancel", STALE, PEOPLE),
    ("DELETE", "/api/v1/orders/{id}/cancel", STALE, PEOPLE),
    (
        "PATCH",
        "/api/v1/orders/{id}/status",
        r#"{"status": "PENDING"}"#,
        AT_WORK,
    ),
    ("POST", "/api/v1/orders/{id}/claim", "", STAFF),
    ("POST", "/api/v1/orders/claim", BAD, STAFF),
    ("POST", "/api/v1/orders/assign", BAD, ADMINS),
    ("POST", "/api/v1/orders/{id}/release", STALE, AT_WORK),
    ("GET", "/api/v1/orders/workload", "", STAFF),
    ("GET", "/api/v1/orders/{id}/notes", "", PEOPLE),
    (
        "POST",
        "/api/v1/orders/{id}/notes",
        r#"{"body": "Look at this", "visibility": "INTERNAL"}"#,
        AT_WORK,
    ),
    ("GET", "/api/v1/orders/{id}/progress", "", PEOPLE),
    (
        "POST",
        "/api/v1/orders/{id}/progress",
        r#"{"step": "Sketched", "percent": 40}"#,
        AT_WORK,
    ),
    ("GET", "/api/v1/admin/workers", "", ADMINS),
    ("GET", "/api/v1/admin/workers/{id}", "", ADMINS),
    ("PATCH", "/api/v1/admin/workers/{id}", STALE, ADMINS),
    ("GET", "/api/v1/orders/{id}/change-requests", "", PEOPLE),
    (
        "POST",
        "/api/v1/orders/{id}/change-requests",
        r#"{"kind": "COMPLETION", "reason": "It is done"}"#,
        [401, 403, 404, OK, 404, 403],
    ),
    (
        "POST",
        "/api/v1/orders/{id}/change-requests",
        r#"{"kind": "CANCELLATION", "reason": "No longer needed"}"#,
        [401, OK, 404, OK, 404, 403],
    ),
    ("GET", "/api/v1/admin/change-requests", "", ADMINS),
    (
        "POST",
        "/api/v1/admin/change-requests/{id}/approve",
        BAD,
        ADMINS,
    ),
    (
        "POST",
        "/api/v1/admin/change-requests/{id}/reject",
        BAD,
        ADMINS,
    ),
    // Files.
    ("GET", "/api/v1/orders/{id}/media", "", PEOPLE),
    (
        "POST",
        "/api/v1/orders/{id}/media?purpose=PROGRESS",
        FORM,
        AT_WORK,
    ),
    (
        "POST",
        "/api/v1/orders/{id}/customer-media",
        FORM,
        [401, OK, 404, 403, 404, 403],
    ),
    ("GET", "/api/v1/media/{id}", "", PEOPLE),
    ("GET", "/api/v1/media/{id}/thumbnail", "", PEOPLE),
    ("POST", "/api/v1/media/{id}/link", "", PEOPLE),
    (
        "DELETE",
        "/api/v1/media/{id}",
        "",
        [401, OK, 404, 403, 404, OK],
    ),
    ("POST", "/api/v1/products/{id}/images", FORM, ADMINS),
    ("PUT", "/api/v1/products/{id}/images", BAD, ADMINS),
    (
        "DELETE",
        "/api/v1/products/{id}/images/{imageId}",
        "",
        ADMINS,
    ),
    ("GET", "/api/v1/orders/{id}/shipments", "", PEOPLE),
    ("POST", "/api/v1/orders/{id}/shipments", "{}", AT_WORK),
    (
        "PATCH",
        "/api/v1/orders/{id}/shipments/{shipmentId}",
        STALE,
        AT_WORK,
    ),
    // Payments.
    ("GET", "/api/v1/orders/{id}/invoices", "", PAYERS),
    ("GET", "/api/v1/invoices/{id}", "", PAYERS),
    ("GET", "/api/v1/invoices/{id}/pdf", "", PAYERS),
    ("GET", "/api/v1/orders/{id}/payments", "", PAYERS),
    (
        "POST",
        "/api/v1/orders/{id}/payments",
        r#"{"provider": "SANDBOX"}"#,
        PAYERS,
    ),
    ("GET", "/api/v1/payments/{id}", "", PAYERS),
    ("GET", "/api/v1/sandbox/checkout/{paymentId}", "", ANYONE),
    ("POST", "/api/v1/sandbox/checkout/{paymentId}", BAD, ANYONE),
    ("POST", "/api/v1/payments/{id}/capture", "", PAYERS),
    ("GET", "/api/v1/payments/{id}/refunds", "", PAYERS),
    ("POST", "/api/v1/admin/payments/{id}/refunds", BAD, ADMINS),
    ("GET", "/api/v1/admin/refunds", "", ADMINS),
    ("POST", "/api/v1/admin/refunds/{id}/confirm", BAD, ADMINS),
    ("GET", "/api/v1/admin/payments/{id}/receipts", "", ADMINS),
    ("POST", "/api/v1/admin/payments/{id}/receipts", BAD, ADMINS),
    (
        "POST",
        "/api/v1/admin/payments/{id}/receipts/return",
        BAD,
        ADMINS,
    ),
    // Without the setting of a provider, there is no webhook of it; with it, the signature decides.
    ("POST", "/api/v1/webhooks/stripe", "{}", NOBODY),
    ("POST", "/api/v1/webhooks/paypal", "{}", NOBODY),
    ("GET", "/api/v1/admin/payments", "", ADMINS),
    // Payouts.
    ("GET", "/api/v1/payouts", "", WORKERS),
    ("GET", "/api/v1/payouts/balance", "", WORKERS),
    ("GET", "/api/v1/payouts/earnings", "", WORKERS),
    ("GET", "/api/v1/payouts/account", "", WORKERS),
    ("PUT", "/api/v1/payouts/account", BAD, WORKERS),
    ("GET", "/api/v1/payouts/{id}", "", AT_WORK),
    ("GET", "/api/v1/admin/payees", "", ADMINS),
    ("GET", "/api/v1/admin/payouts", "", ADMINS),
    ("POST", "/api/v1/admin/payouts", BAD, ADMINS),
    ("POST", "/api/v1/admin/payouts/{id}/approve", BAD, ADMINS),
    ("POST", "/api/v1/admin/payouts/{id}/mark-paid", BAD, ADMINS),
    ("POST", "/api/v1/admin/payouts/{id}/cancel", BAD, ADMINS),
    ("GET", "/api/v1/admin/differences", "", ADMINS),
    (
        "POST",
        "/api/v1/admin/differences/{id}/resolve",
        BAD,
        ADMINS,
    ),
    ("GET", "/api/v1/admin/ledger", "", ADMINS),
    ("GET", "/api/v1/admin/balances", "", ADMINS),
    ("GET", "/api/v1/admin/payments/export", "", ADMINS),
    ("GET", "/api/v1/admin/refunds/export", "", ADMINS),
    ("GET", "/api/v1/admin/ledger/export", "", ADMINS),
    ("GET", "/api/v1/admin/payouts/export", "", ADMINS),
    ("GET", "/api/v1/admin/system", "", ADMINS),
    // Figures.
    ("GET", "/api/v1/admin/dashboard", "", ADMINS),
    ("GET", "/api/v1/admin/orders/analytics", "", ADMINS),
    ("GET", "/api/v1/admin/users/analytics", "", ADMINS),
    ("GET", "/api/v1/admin/orders/export", "", ADMINS),
    // Conversations and notifications.
    ("GET", "/api/v1/chat/conversations", "", SIGNED_IN),
    ("GET", "/api/v1/orders/{id}/chat/messages", "", PEOPLE),
    (
        "POST",
        "/api/v1/orders/{id}/chat/messages",
        r#"{"body": "Hello", "clientId": "permissions"}"#,
        PEOPLE,
    ),
    (
        "POST",
        "/api/v1/orders/{id}/chat/read",
        r#"{"upTo": "{message}"}"#,
        PEOPLE,
    ),
    ("GET", "/api/v1/notifications", "", SIGNED_IN),
    ("GET", "/api/v1/notifications/unread-count", "", SIGNED_IN),
    ("PATCH", "/api/v1/notifications/{id}/read", "", OWNER),
    ("DELETE", "/api/v1/notifications/{id}", "", OWNER),
    ("POST", "/api/v1/notifications/read-all", "", SIGNED_IN),
    ("GET", "/api/v1/admin/deliveries", "", ADMINS),
    ("POST", "/api/v1/admin/deliveries/{id}/retry", "", ADMINS),
    // The legacy API.
    ("POST", "/api/users/register", BAD, ANYONE),
    ("POST", "/api/users/login", BAD, ANYONE),
    ("GET", "/api/products/", "", ANYONE),
    ("POST", "/api/products/", BAD, ADMINS),
    ("POST", "/api/orders/", BAD, ANYONE),
    ("POST", "/api/orders/", r#"{"items": []}"#, SIGNED_IN),
    ("GET", "/api/orders/admin", "", ADMINS),
    ("GET", "/api/orders/{id}", "", PEOPLE),
    (
        "PATCH",
        "/api/orders/{id}/status",
        r#"{"status": "PENDING"}"#,
        AT_WORK,
    ),
];

#[tokio::test]
async fn every_route_answers_every_caller_as_expected_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let world = World::make(&platform).await;
    // Work in progress would look like a change.
    platform.verify().await.unwrap();

    let mut findings = Findings::default();
    let before = world.everything().await;
    for line in TABLE {
        world.check(line, false, &mut findings).await;
    }
    findings.unchanged(&before, &world.everything().await);
    for line in TABLE {
        world.check(line, true, &mut findings).await;
    }
    world.lists_are_scoped(&mut findings).await;
    findings.none();
    platform.verify().await.unwrap();
}

#[tokio::test]
async fn the_table_has_every_route_of_openapi_and_no_other_embedded() {
    let Some(platform) = Platform::start(Shape::Embedded, bin()).await else {
        return;
    };
    let document = platform
        .api()
        .raw(Method::GET, "/openapi.json", &[], None)
        .await
        .unwrap()
        .expect(200);
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "patch", "head", "options"] {
            if item.get(method).is_some() {
                described.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let expected: BTreeSet<_> = TABLE
        .iter()
        .map(|(method, path, ..)| {
            let path = path.split('?').next().unwrap_or_default();
            ((*method).to_owned(), path.to_owned())
        })
        .collect();
    let missing: Vec<_> = described.difference(&expected).collect();
    assert!(missing.is_empty(), "add to TABLE who may call {missing:?}");
    let gone: Vec<_> = expected.difference(&described).collect();
    assert!(gone.is_empty(), "OpenAPI does not describe {gone:?}");
}

/// One resource of each kind, and all kinds of callers.
struct World {
    callers: [Api; 6],
    order: String,
    product: String,
    category: String,
    payment: String,
    payout: String,
    invoice: String,
    user: String,
    worker: String,
    shipment: String,
    change_request: String,
    notification: String,
    delivery: String,
    message: String,
    file: String,
}

impl World {
    /// An order that was paid by `owner` and claimed by `assignee`, with messages and a request for completion.
    async fn make(platform: &Platform) -> Self {
        let anyone = platform.api();
        let admin = anyone.login(ADMIN.0, ADMIN.1).await;
        let assignee = anyone.enrol(&admin, "a@example.com", "Anna", "A").await;
        let rival = anyone.enrol(&admin, "b@example.com", "Ben", "B").await;
        let owner = anyone.register("o@example.com", "Olga", "O").await;
        let stranger = anyone.register("s@example.com", "Sam", "S").await;

        let product = admin.product("LOGO", "SERVICE", 45_000, 0).await;
        let print = admin.product("PRINT", "GOODS", 500, 10).await;
        let category = admin.post("/categories", json!({"name": "Design"})).await;
        let category = id(&category.expect(201));
        let request = json!({"items": [
            {"productId": product, "quantity": 1},
            {"productId": print, "quantity": 2},
        ]});
        let order = id(&owner.post("/orders", request).await.expect(201));
        let payment = owner.pay(&order).await;
        let path = format!("/orders/{order}");
        owner
            .until(&path, "the payment", |o| o["paymentStatus"] == "PAID")
            .await;
        let invoices = owner
            .until(&format!("{path}/invoices"), "an invoice", |page| {
                !page["items"].as_array().unwrap().is_empty()
            })
            .await;
        let claimed = assignee.post(&format!("{path}/claim"), json!({})).await;
        claimed.expect(200);
        let shipment = assignee.post(&format!("{path}/shipments"), json!({})).await;
        let said = owner
            .post(&format!("{path}/chat/messages"), json!({"body": "Hello"}))
            .await
            .expect(201);
        let request = json!({"kind": "COMPLETION", "reason": "All files are there"});
        let asked = assignee
            .post(&format!("{path}/change-requests"), request)
            .await
            .expect(201);
        let notified = owner
            .until("/notifications", "a notification", |page| {
                !page["items"].as_array().unwrap().is_empty()
            })
            .await;
        let delivered = admin
            .until("/admin/deliveries", "a mail", |page| {
                !page["items"].as_array().unwrap().is_empty()
            })
            .await;
        let user = id(&stranger.get("/users/profile").await.expect(200));
        let path = format!("{path}/customer-media");
        let sent = owner.upload(&path, &[], ("reference.png", PNG)).await;
        let file = id(&sent.expect(201));
        let worker = id(&assignee.get("/users/profile").await.expect(200));
        let payout = payout_to(&admin, &owner, &assignee, &product).await;
        Self {
            callers: [anyone, owner, stranger, assignee, rival, admin],
            payout: id(&payout),
            order,
            product,
            category,
            payment,
            invoice: id(&invoices["items"][0]),
            user,
            worker,
            shipment: id(&shipment.expect(201)),
            change_request: id(&asked),
            notification: id(&notified["items"][0]),
            delivery: id(&delivered["items"][0]),
            message: id(&said),
            file,
        }
    }

    /// Calls the route as all callers who are expected to be allowed, or as all others.
    async fn check(
        &self,
        (method, template, body, expected): &(&str, &str, &str, Expected),
        allowed: bool,
        findings: &mut Findings,
    ) {
        for ((caller, expected), who) in self.callers.iter().zip(expected).zip(CALLERS) {
            if (*expected == OK) != allowed {
                continue;
            }
            let what = format!("{method} {template} by {who}");
            // Each caller who deletes needs a resource of its own.
            let template = if allowed && *method == "DELETE" {
                self.with_something_new(template).await
            } else {
                (*template).to_owned()
            };
            let answer = self.ask(caller, method, &template, body).await;
            match expected {
                &OK => {
                    if !matches!(answer.status, 200..=299 | 409 | 422) {
                        findings.add(&format!("{what}: expected to be allowed"), &answer);
                    }
                }
                401 => findings.refused(&what, &answer, 401, "UNAUTHENTICATED"),
                403 => findings.refused(&what, &answer, 403, "FORBIDDEN"),
                _ => findings.refused(&what, &answer, 404, "NOT_FOUND"),
            }
        }
    }

    async fn ask(&self, caller: &Api, method: &str, template: &str, body: &str) -> Answer {
        let path = template
            .replace("{paymentId}", &self.payment)
            .replace("{shipmentId}", &self.shipment)
            .replace("{productId}", &self.product)
            .replace("{imageId}", &self.file)
            .replace("{id}", self.subject(template));
        let body = body.replace("{message}", &self.message);
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let json = [("content-type", "application/json")];
        let sent = if body == FORM {
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            let form = form(&[], Some(("empty.png", b"")));
            let headers = [("content-type", kind.as_str())];
            caller.raw(method, &path, &headers, Some(form)).await
        } else if body.is_empty() {
            caller.raw(method, &path, &[], None).await
        } else {
            caller.raw(method, &path, &json, Some(body.into())).await
        };
        sent.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// The path of a new resource, to be deleted.
    async fn with_something_new(&self, template: &str) -> String {
        let [_, owner, .., admin] = &self.callers;
        let picture = ("new.png", PNG);
        if template.contains("{imageId}") {
            let path = format!("/products/{}/images", self.product);
            let product = admin.upload(&path, &[], picture).await.expect(201);
            let image = product["images"].as_array().and_then(|all| all.last());
            return template.replace("{imageId}", &id(image.expect("a picture")));
        }
        if template.contains("/media/") {
            let path = format!("/orders/{}/customer-media", self.order);
            let file = owner.upload(&path, &[], picture).await.expect(201);
            return template.replace("{id}", &id(&file));
        }
        template.to_owned()
    }

    /// The id for `{id}` in a path.
    fn subject(&self, template: &str) -> &str {
        let kinds = [
            ("/admin/users/", &self.user),
            ("/admin/workers/", &self.worker),
            ("/admin/change-requests/", &self.change_request),
            ("/api/v1/media/", &self.file),
            ("/products/", &self.product),
            ("/categories/", &self.category),
            ("/payments/", &self.payment),
            ("/payouts/", &self.payout),
            ("/api/v1/invoices/", &self.invoice),
            ("/admin/deliveries/", &self.delivery),
            ("/notifications/", &self.notification),
        ];
        let found = kinds.iter().find(|(part, _)| template.contains(part));
        found.map_or(&self.order, |(_, id)| id)
    }

    /// No list shows an order or its customer to users who may not read it, with any filter.
    async fn lists_are_scoped(&self, findings: &mut Findings) {
        let [_, owner, stranger, assignee, rival, _] = &self.callers;
        let of = async |caller: &Api| id(&caller.get("/users/profile").await.expect(200));
        let (owner_id, assignee_id) = (of(owner).await, of(assignee).await);
        let order = owner.get(&format!("/orders/{}", self.order)).await;
        let number = order.expect(200)["orderNumber"].clone();
        let number = number.as_str().expect("a number");
        for list in [
            "/orders?limit=100&total=true".to_owned(),
            format!("/orders?customerId={owner_id}&total=true"),
            format!("/orders?assigneeId={assignee_id}&total=true"),
            format!("/orders?q={number}&total=true"),
            "/chat/conversations?total=true".to_owned(),
            "/orders/available".to_owned(),
        ] {
            for caller in [stranger, rival] {
                let answer = caller.get(&list).await;
                let text = answer.body.to_string();
                let counted = answer.body["total"].as_u64().unwrap_or(0);
                if counted > 0 || text.contains(&self.order) || text.contains("o@example.com") {
                    findings.add(&format!("GET {list} shows another user's data"), &answer);
                }
            }
        }
        let notified = stranger.get("/notifications").await;
        if notified.body.to_string().contains(&self.order) {
            findings.add("notifications of another's order", &notified);
        }
        // Its owner finds it.
        let mine = owner.get(&format!("/orders?q={number}&total=true")).await;
        if mine.body["total"] != json!(1) {
            findings.add("the owner searches for their order", &mine);
        }
    }

    /// All data that could have changed, as administrators and the owner see it.
    async fn everything(&self) -> Vec<Value> {
        let [_, owner, .., admin] = &self.callers;
        let mut all = Vec::new();
        for path in [
            format!("/orders/{}", self.order),
            format!("/orders/{}/history", self.order),
            format!("/orders/{}/shipments", self.order),
            "/admin/settings".to_owned(),
            format!("/orders/{}/change-requests", self.order),
            format!("/orders/{}/notes", self.order),
            format!("/orders/{}/progress", self.order),
            "/admin/workers".to_owned(),
            format!("/orders/{}/chat/messages", self.order),
            format!("/orders/{}/media", self.order),
            format!("/products/{}", self.product),
            "/admin/users?limit=100".to_owned(),
            "/admin/payments?limit=100".to_owned(),
            "/admin/ledger?limit=100".to_owned(),
            "/orders?limit=100".to_owned(),
            "/products?limit=100&includeInactive=true".to_owned(),
        ] {
            all.push(admin.get(&path).await.expect(200));
        }
        all.push(owner.get("/notifications?limit=100").await.expect(200));
        all.push(owner.get("/chat/conversations").await.expect(200));
        all
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

//! Work through the gateway: bulk claims and assignments, the live pool, workers and their limits, notes, progress, and an order
//! that replaces another one and takes over its payment.

use serde_json::{Value, json};
use waybill_testkit::{ADMIN, Api, Platform, Shape, SocketClient};

use crate::support::bin;

/// A shop with two workers, a customer and a service.
struct Studio {
    platform: Platform,
    admin: Api,
    wendy: Api,
    walter: Api,
    customer: Api,
    service: String,
}

impl Studio {
    async fn open() -> Option<Self> {
        let platform = Platform::start(Shape::Embedded, bin()).await?;
        let anyone = platform.api();
        let admin = anyone.login(ADMIN.0, ADMIN.1).await;
        let enrol = async |email, first| anyone.enrol(&admin, email, first, "Worker").await;
        let wendy = enrol("wendy@example.com", "Wendy").await;
        let walter = enrol("walter@example.com", "Walter").await;
        let customer = anyone
            .register("carla@example.com", "Carla", "Customer")
            .await;
        let service = admin.product("LOGO", "SERVICE", 45_000, 0).await;
        Some(Self {
            platform,
            admin,
            wendy,
            walter,
            customer,
            service,
        })
    }

    /// A paid order in the pool.
    async fn waiting(&self) -> String {
        let request = json!({
            "items": [{"productId": self.service, "quantity": 1}],
            "shippingAddress": {"name": "Carla", "line1": "1 Main Street", "city": "Springfield", "country": "US"},
        });
        let placed = self.customer.post("/orders", request).await.expect(201);
        let order = id(&placed);
        self.customer.pay(&order).await;
        let path = format!("/orders/{order}");
        let paid = |order: &Value| order["paymentStatus"] == "PAID";
        self.customer.until(&path, "the payment", paid).await;
        order
    }

    async fn reassignment(&self, worker: &Api, order: &str) -> String {
        let request = json!({"kind": "REASSIGNMENT", "reason": "I cannot do it"});
        let path = format!("/orders/{order}/change-requests");
        let asked = worker.post(&path, request).await.expect(201);
        format!("/admin/change-requests/{}/approve", id(&asked))
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

async fn own_id(api: &Api) -> String {
    id(&api.get("/users/profile").await.expect(200))
}

/// The error codes of the results of a bulk call; empty for a success.
fn codes(answer: &Value) -> Vec<&str> {
    let results = answer["results"].as_array().expect("results");
    let codes = results.iter().map(|result| &result["error"]["code"]);
    codes
        .map(|code| code.as_str().unwrap_or_default())
        .collect()
}

async fn connect(studio: &Studio, api: &Api) -> Option<SocketClient> {
    SocketClient::connect(&studio.platform.base, api.token()).await
}

fn about(order: &str) -> impl Fn(&Value) -> bool {
    move |data| data["orderId"] == json!(order) || data["id"] == json!(order)
}

#[tokio::test]
async fn workers_get_events_of_orders_that_enter_or_leave_the_pool_embedded() {
    let Some(studio) = Studio::open().await else {
        return;
    };
    let Some(mut walter) = connect(&studio, &studio.walter).await else {
        return;
    };
    let mut wendy = connect(&studio, &studio.wendy).await.unwrap();
    let mut customer = connect(&studio, &studio.customer).await.unwrap();
    let order = studio.waiting().await;
    let path = format!("/orders/{order}");
    let sent = walter.wait("order:available", about(&order)).await;
    assert_eq!(
        (&sent["customer"]["email"], &sent["shippingAddress"]),
        (&Value::Null, &Value::Null)
    );
    // The order itself does not show more to other workers either.
    let seen = studio.walter.get(&path).await.expect(200);
    assert_eq!(
        (&seen["customer"]["email"], &seen["shippingAddress"]),
        (&Value::Null, &Value::Null)
    );

    let assign = json!({"orderIds": [order], "workerId": own_id(&studio.wendy).await});
    let given = studio
        .admin
        .post("/orders/assign", assign)
        .await
        .expect(200);
    assert_eq!(codes(&given), [""]);
    walter.wait("order:claimed", about(&order)).await;
    customer.wait("order:claimed", about(&order)).await;
    wendy
        .wait("notification:new", |it| it["type"] == "ORDER_ASSIGNED")
        .await;
    let watched = wendy.emit("order:watch", json!({"orderId": order})).await;
    assert_eq!(watched["ok"], json!(true), "{watched}");

    let released = studio
        .wendy
        .post(&format!("{path}/release"), json!({"reason": "Ill"}))
        .await
        .expect(200);
    assert_eq!(
        (&released["assignee"], &released["status"]),
        (&Value::Null, &json!("PENDING"))
    );
    walter.wait("order:available", about(&order)).await;

    let hold = json!({"status": "ON_HOLD"});
    let status = format!("{path}/status");
    studio.admin.patch(&status, hold).await.expect(200);
    walter.wait("order:unavailable", about(&order)).await;
    let back = json!({"status": "PENDING"});
    studio.admin.patch(&status, back).await.expect(200);
    walter.wait("order:available", about(&order)).await;
    studio
        .customer
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .expect(200);
    walter.wait("order:unavailable", about(&order)).await;
    // Wendy was removed from the room when she released the order.
    let heard = wendy.arrived();
    let cancelled = heard
        .iter()
        .filter(|line| line["event"] == "order:status" && line["data"]["to"] == "CANCELLED");
    assert_eq!(cancelled.count(), 0, "{heard:#?}");
    studio.platform.verify().await.unwrap();
}

#[tokio::test]
async fn many_orders_are_claimed_and_assigned_within_limits_embedded() {
    let Some(studio) = Studio::open().await else {
        return;
    };
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(studio.waiting().await);
    }
    let wendy = own_id(&studio.wendy).await;
    let entry = format!("/admin/workers/{wendy}");
    let known = |worker: &Value| worker["active"] == json!(true);
    studio.admin.until(&entry, "the worker", known).await;
    let limited = json!({"maxOpenOrders": 2});
    let entry_now = studio.admin.patch(&entry, limited).await.expect(200);
    assert_eq!(
        (&entry_now["limit"], &entry_now["version"]),
        (&json!(2), &json!(1))
    );

    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    let request = json!({"orderIds": [orders[0], orders[1], orders[2], unknown]});
    let claimed = studio
        .wendy
        .post("/orders/claim", request)
        .await
        .expect(200);
    let full = "TOO_MANY_ORDERS";
    assert_eq!(codes(&claimed), ["", "", full, full]);
    let path = format!("/orders/{}/claim", orders[2]);
    let refused = studio.wendy.post(&path, json!({})).await;
    assert_eq!(refused.refused(409), full);
    assert_eq!(
        refused.body["error"]["context"],
        json!({"limit": 2, "open": 2})
    );
    let mine = studio
        .wendy
        .get("/orders/available?mine=true")
        .await
        .expect(200);
    assert_eq!(mine["items"], json!([]));
    let all = studio
        .wendy
        .get("/orders/available?kind=SERVICE")
        .await
        .expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 1);

    let mut request = json!({"orderIds": [orders[2]], "workerId": wendy});
    let given = studio.admin.post("/orders/assign", request.clone()).await;
    assert_eq!(codes(&given.expect(200)), [full]);
    request["force"] = json!(true);
    let given = studio
        .admin
        .post("/orders/assign", request)
        .await
        .expect(200);
    assert_eq!(codes(&given), [""]);
    let own = studio.wendy.get("/orders/workload").await.expect(200);
    assert_eq!((&own["openOrders"], &own["limit"]), (&json!(3), &json!(2)));
    let listed = studio.admin.get("/admin/workers?q=wendy").await.expect(200);
    assert_eq!(listed["items"], json!([own]));

    // Null removes the limit; a customer is not a worker.
    let free = json!({"maxOpenOrders": null});
    let entry_now = studio.admin.patch(&entry, free).await.expect(200);
    assert_eq!(
        (&entry_now["maxOpenOrders"], &entry_now["limit"]),
        (&Value::Null, &json!(0))
    );
    let customer = own_id(&studio.customer).await;
    let request = json!({"orderIds": orders, "workerId": customer});
    let refused = studio.admin.post("/orders/assign", request).await;
    assert_eq!(refused.refused(422), "VALIDATION_ERROR");
    assert_eq!(refused.body["error"]["details"][0]["field"], "workerId");
    // A suspended worker keeps their orders until they are assigned to others.
    let suspend = format!("/admin/users/{wendy}/suspend");
    studio.admin.post(&suspend, json!({})).await.expect(200);
    let away = studio
        .admin
        .until(&entry, "the suspension", |worker| {
            worker["active"] == json!(false)
        })
        .await;
    assert_eq!(away["openOrders"], json!(3));
    let walter = own_id(&studio.walter).await;
    let request = json!({"orderIds": orders, "workerId": walter});
    let given = studio
        .admin
        .post("/orders/assign", request)
        .await
        .expect(200);
    assert_eq!(codes(&given), ["", "", ""]);
    studio.platform.verify().await.unwrap();
}

#[tokio::test]
async fn a_replacement_takes_over_the_payment_embedded() {
    let Some(studio) = Studio::open().await else {
        return;
    };
    let (walter, wendy) = (own_id(&studio.walter).await, own_id(&studio.wendy).await);
    let order = studio.waiting().await;
    let path = format!("/orders/{order}");
    let claim = format!("{path}/claim");
    studio.wendy.post(&claim, json!({})).await.expect(200);
    let approve = studio.reassignment(&studio.wendy, &order).await;
    let decision = json!({"replace": true, "assignTo": walter, "note": "A fresh start"});
    let decided = studio.admin.post(&approve, decision).await.expect(200);
    let (closed, opened) = (&decided["order"], &decided["replacement"]);
    assert_eq!(
        (&closed["status"], &closed["replacedById"]),
        (&json!("CANCELLED"), &opened["id"])
    );
    assert_eq!(opened["replacesId"], json!(order));
    assert_eq!(
        (&opened["paymentStatus"], &opened["status"]),
        (&json!("PAID"), &json!("IN_PROGRESS"))
    );
    assert_eq!(opened["assignee"]["id"], json!(walter));
    let opened_path = format!("/orders/{}", id(opened));

    // The customer is notified of the replacement, but not of a new order or payment.
    let notifications = studio
        .customer
        .until("/notifications?limit=100", "the news", |page| {
            page.to_string().contains("ORDER_REPLACED")
        })
        .await;
    let kinds = notifications["items"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds.map(|it| it["type"].as_str().unwrap()).collect();
    for kind in ["ORDER_PLACED", "ORDER_PAID"] {
        let times = kinds.iter().filter(|it| **it == kind).count();
        assert_eq!(times, 1, "{kind} in {kinds:?}");
    }
    // Each conversation has its own participants.
    let chat = format!("{path}/chat/messages");
    let closed_for_writing = |page: &Value| page.to_string().contains("replaced by");
    studio
        .wendy
        .until(&chat, "the end of the conversation", closed_for_writing)
        .await;
    let late = studio.wendy.post(&chat, json!({"body": "Wait"})).await;
    assert_eq!(late.refused(409), "CONFLICT");
    let foreign = studio.wendy.get(&opened_path).await;
    assert_eq!(foreign.refused(404), "NOT_FOUND");
    studio
        .walter
        .post(
            &format!("{opened_path}/chat/messages"),
            json!({"body": "Hello"}),
        )
        .await
        .expect(201);

    // Replaced again and completed: the last worker gets the share, once.
    let approve = studio.reassignment(&studio.walter, &id(opened)).await;
    let decision = json!({"replace": true, "assignTo": wendy});
    let decided = studio.admin.post(&approve, decision).await.expect(200);
    let last = format!("/orders/{}", id(&decided["replacement"]));
    let done = json!({"status": "COMPLETED"});
    studio
        .admin
        .patch(&format!("{last}/status"), done)
        .await
        .expect(200);
    let share = format!("/admin/ledger?account=worker:{wendy}");
    let ledger = studio
        .admin
        .until(&share, "the worker's share", |page| {
            page["items"] != json!([])
        })
        .await;
    assert_eq!(ledger["items"].as_array().unwrap().len(), 1);
    let payments = format!("{last}/payments");
    let payments = studio
        .customer
        .until(&payments, "the payment", |page| page["items"] != json!([]))
        .await;
    assert_eq!(payments["items"][0]["state"], "SUCCEEDED");
    studio.platform.verify().await.unwrap();
}

#[tokio::test]
async fn cancelling_a_replacement_refunds_the_payment_embedded() {
    let Some(studio) = Studio::open().await else {
        return;
    };
    let order = studio.waiting().await;
    let claim = format!("/orders/{order}/claim");
    studio.wendy.post(&claim, json!({})).await.expect(200);
    let approve = studio.reassignment(&studio.wendy, &order).await;
    let decided = studio.admin.post(&approve, json!({"replace": true})).await;
    let opened = id(&decided.expect(200)["replacement"]);
    let path = format!("/orders/{opened}");
    studio
        .customer
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .expect(200);
    studio
        .customer
        .until(&path, "the refund", |it| it["paymentStatus"] == "REFUNDED")
        .await;
    studio.platform.verify().await.unwrap();
}

#[tokio::test]
async fn customers_get_progress_live_and_no_internal_notes_embedded() {
    let Some(studio) = Studio::open().await else {
        return;
    };
    let Some(mut customer) = connect(&studio, &studio.customer).await else {
        return;
    };
    let mut wendy = connect(&studio, &studio.wendy).await.unwrap();
    let order = studio.waiting().await;
    let path = format!("/orders/{order}");
    let claim = format!("{path}/claim");
    studio.wendy.post(&claim, json!({})).await.expect(200);
    let watched = customer
        .emit("order:watch", json!({"orderId": order}))
        .await;
    assert_eq!(watched["ok"], json!(true), "{watched}");
    let (notes, progress) = (format!("{path}/notes"), format!("{path}/progress"));
    let internal = json!({"body": "Odd wishes", "visibility": "INTERNAL"});
    studio.admin.post(&notes, internal).await.expect(201);
    wendy
        .wait("order:note", |note| note["body"] == "Odd wishes")
        .await;
    let step = json!({"step": "Sketched", "percent": 40});
    studio.wendy.post(&progress, step).await.expect(201);
    customer
        .wait("order:progress", |step| step["percent"] == json!(40))
        .await;
    let open = json!({"body": "Please choose", "visibility": "CUSTOMER"});
    studio.wendy.post(&notes, open).await.expect(201);
    customer
        .wait("order:note", |note| note["body"] == "Please choose")
        .await;
    let heard = customer.arrived();
    let internal = heard
        .iter()
        .filter(|line| line.to_string().contains("Odd wishes"));
    assert_eq!(internal.count(), 0, "{heard:#?}");
    let read = studio.customer.get(&notes).await.expect(200);
    let bodies = read["items"].as_array().unwrap().iter();
    let bodies: Vec<_> = bodies.map(|note| note["body"].clone()).collect();
    assert_eq!(bodies, ["Please choose"]);
    let steps = studio.customer.get(&progress).await.expect(200);
    assert_eq!(steps["items"][0]["step"], "Sketched");
    for bad in [json!({"step": " "}), json!({"step": "x", "percent": 101})] {
        let refused = studio.wendy.post(&progress, bad).await;
        assert_eq!(refused.refused(422), "VALIDATION_ERROR");
    }
    studio.platform.verify().await.unwrap();
}

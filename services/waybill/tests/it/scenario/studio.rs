//! Work that is reassigned: assigned to a worker, with progress and files, replaced for another worker, handed in.

use serde_json::json;
use waybill_testkit::Api;

use crate::media::PNG;

pub async fn handed_over(admin: &Api, workers: (&Api, &Api), customer: &Api, service: &str) {
    let (first, second) = workers;
    let id_of = async |api: &Api| {
        let profile = api.get("/users/profile").await.expect(200);
        profile["id"].as_str().unwrap().to_owned()
    };
    let order = paid(customer, service).await;

    // Assigned, not claimed.
    let assignment = json!({"orderIds": [order], "workerId": id_of(first).await});
    let assigned = admin.post("/orders/assign", assignment).await.expect(200);
    assert_eq!(
        assigned["results"][0]["order"]["assignee"]["name"], "Wendy Worker",
        "{assigned:#}"
    );

    let progress = json!({"step": "First sketch", "percent": 30, "note": "Two ideas"});
    first
        .post(&format!("/orders/{order}/progress"), progress)
        .await
        .expect(201);
    let notes = format!("/orders/{order}/notes");
    let internal = json!({"body": "Not an easy one", "visibility": "INTERNAL"});
    first.post(&notes, internal).await.expect(201);
    let open = json!({"body": "Which one do you like?", "visibility": "CUSTOMER"});
    first.post(&notes, open).await.expect(201);
    let seen = customer.get(&notes).await.expect(200);
    assert_eq!(seen["items"].as_array().unwrap().len(), 1, "{seen:#}");
    let steps = customer
        .get(&format!("/orders/{order}/progress"))
        .await
        .expect(200);
    assert_eq!(steps["items"][0]["step"], "First sketch");

    // Another worker gets it, as a replacement order with the payment.
    let request = json!({"kind": "REASSIGNMENT", "reason": "I am ill"});
    let request = first
        .post(&format!("/orders/{order}/change-requests"), request)
        .await
        .expect(201);
    let approve = format!(
        "/admin/change-requests/{}/approve",
        request["id"].as_str().unwrap()
    );
    let decided = admin
        .post(
            &approve,
            json!({"replace": true, "assignTo": id_of(second).await}),
        )
        .await
        .expect(200);
    let replacement = decided["replacement"]["id"].as_str().unwrap().to_owned();
    let closed = customer.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(
        (&closed["status"], &closed["replacedById"]),
        (&json!("CANCELLED"), &json!(replacement)),
        "{closed:#}"
    );
    let opened = customer
        .get(&format!("/orders/{replacement}"))
        .await
        .expect(200);
    assert_eq!(
        (&opened["paymentStatus"], &opened["replacesId"]),
        (&json!("PAID"), &json!(order)),
        "{opened:#}"
    );
    assert_eq!(
        first
            .get(&format!("/orders/{replacement}"))
            .await
            .refused(404),
        "NOT_FOUND"
    );

    hand_in_a_file(admin, second, customer, &replacement).await;
}

async fn paid(customer: &Api, service: &str) -> String {
    let request =
        json!({"items": [{"productId": service, "quantity": 1}], "title": "Sign for a bakery"});
    let order = customer.post("/orders", request).await.expect(201);
    let order = order["id"].as_str().unwrap().to_owned();
    customer.pay(&order).await;
    customer
        .until(&format!("/orders/{order}"), "the payment", |o| {
            o["paymentStatus"] == "PAID"
        })
        .await;
    order
}

/// The customer can read the result only after the work is approved.
async fn hand_in_a_file(admin: &Api, worker: &Api, customer: &Api, order: &str) {
    let media = format!("/orders/{order}/media");
    let file = worker
        .upload(&media, &[("purpose", "RESULT")], ("sign.png", PNG))
        .await
        .expect(201);
    assert_eq!(file["contentType"], "image/png");
    let (_, url) = file["url"].as_str().unwrap().split_once("/api/v1").unwrap();
    let url = url.to_owned();
    assert_eq!(customer.get(&url).await.refused(404), "NOT_FOUND");
    assert_eq!(customer.get(&media).await.expect(200)["items"], json!([]));

    let request = json!({"kind": "COMPLETION", "reason": "Here it is"});
    let request = worker
        .post(&format!("/orders/{order}/change-requests"), request)
        .await
        .expect(201);
    let approve = format!(
        "/admin/change-requests/{}/approve",
        request["id"].as_str().unwrap()
    );
    admin.post(&approve, json!({})).await.expect(200);
    let listed = customer.get(&media).await.expect(200);
    assert_eq!(listed["items"][0]["id"], file["id"]);
    let got = customer.get(&url).await;
    assert_eq!(
        (got.status, got.headers["content-type"].to_str().unwrap()),
        (200, "image/png")
    );
}

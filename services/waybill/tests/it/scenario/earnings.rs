//! The worker is paid for what they have done.

use serde_json::json;
use waybill_testkit::{Api, SocketClient};

pub async fn paid(worker: &Api, admin: &Api, worker_live: &mut SocketClient) {
    let balance = worker
        .until("/payouts/balance", "the share of the order", |page| {
            page["balances"][0]["available"]["amount"].as_i64() > Some(0)
        })
        .await;
    let available = balance["balances"][0]["available"].clone();
    let account = json!({"method": "SANDBOX", "recipient": "wendy@example.com"});
    let set = worker
        .send(
            reqwest::Method::PUT,
            "/payouts/account",
            Some(&account),
            &[],
        )
        .await
        .unwrap();
    assert_eq!(set.expect(200)["version"], 1);

    let payees = admin.get("/admin/payees").await.expect(200);
    let items = payees["items"].as_array().unwrap();
    let payee = items.iter().find(|payee| payee["name"] == "Wendy Worker");
    let payee = payee.expect("the worker is a payee");
    let request = json!({"workerIds": [payee["workerId"]]});
    let created = admin.post("/admin/payouts", request).await.expect(201);
    let payout = &created["results"][0]["payout"];
    assert_eq!(payout["amount"], available, "{created:#}");
    assert_eq!(payout["state"], "PENDING");
    let path = format!("/admin/payouts/{}/approve", payout["id"].as_str().unwrap());
    admin.post(&path, json!({})).await.expect(200);
    worker_live
        .wait("payout:updated", |payout| payout["state"] == "PAID")
        .await;
    let own = worker.get("/payouts").await.expect(200);
    assert_eq!(own["items"][0]["state"], "PAID", "{own:#}");
    let balance = worker.get("/payouts/balance").await.expect(200);
    assert_eq!(balance["balances"][0]["paid"], available, "{balance:#}");
    worker
        .until("/notifications", "the news of the payout", |page| {
            page.to_string().contains("PAYOUT_PAID")
        })
        .await;
    let open = admin.get("/admin/differences?state=OPEN").await.expect(200);
    assert_eq!(open["items"], json!([]));
}

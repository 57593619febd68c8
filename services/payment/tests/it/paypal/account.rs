//! What the stand-in for PayPal has, and what it does with it.

use std::collections::HashMap;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;
use waybill_primitives::{Currency, Money};

/// The status of a refusal, and its word.
pub type Refused = (StatusCode, String);

fn unprocessable(issue: &str) -> Refused {
    (StatusCode::UNPROCESSABLE_ENTITY, issue.to_owned())
}

/// The objects of an account with PayPal.
pub struct Account {
    /// Objects by their ids.
    objects: HashMap<String, Value>,
    /// Answers by the key of the request, with its path and body.
    answers: HashMap<String, (String, Result<Value, Refused>)>,
    /// Tokens given so far.
    granted: usize,
    /// Of the next token, in seconds.
    pub lifetime: u64,
    /// Of the next captures.
    pub capture_status: &'static str,
    /// Of the next refunds.
    pub refund_status: &'static str,
    /// The next attempts to capture are refused so, the next one last.
    pub declines: Vec<&'static str>,
    /// What PayPal says of a signature.
    pub verification: &'static str,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            objects: HashMap::new(),
            answers: HashMap::new(),
            granted: 0,
            lifetime: 31_668,
            capture_status: "COMPLETED",
            refund_status: "COMPLETED",
            declines: Vec::new(),
            verification: "SUCCESS",
        }
    }
}

fn id() -> String {
    let id = Uuid::now_v7().simple().to_string().to_uppercase();
    id[id.len() - 17..].to_owned()
}

fn money(amount: &Value) -> Money {
    let text = |name: &str| amount[name].as_str().unwrap();
    let currency: Currency = text("currency_code").parse().unwrap();
    Money::new(currency.minor_units(text("value")).unwrap(), currency)
}

impl Account {
    pub fn token(&self) -> String {
        format!("A21AAExample{}", self.granted)
    }

    pub fn grant(&mut self) -> Value {
        self.granted += 1;
        json!({
            "scope": "https://uri.paypal.com/services/payments/payment",
            "access_token": self.token(), "token_type": "Bearer", "app_id": "APP-EXAMPLE",
            "expires_in": self.lifetime, "nonce": "2026-01-01T00:00:00Zexample",
        })
    }

    /// Takes the token back before it expires.
    pub fn revoke(&mut self) {
        self.granted += 1;
    }

    pub fn change(&mut self, id: &str, change: Value) {
        let object = self.objects.get_mut(id).unwrap().as_object_mut().unwrap();
        object.extend(change.as_object().unwrap().clone());
    }

    /// PayPal does not know it any more.
    pub fn forget(&mut self, id: &str) {
        self.objects.remove(id).unwrap();
    }

    /// The customer agrees on PayPal's page.
    pub fn approve(&mut self, order: &str) {
        self.change(order, json!({"status": "APPROVED"}));
    }

    /// The objects of which this is true.
    pub fn objects(&self, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
        let found = self.objects.values().filter(|object| is_it(object));
        found.cloned().collect()
    }

    pub fn object(&self, id: &str) -> Value {
        self.objects[id].clone()
    }

    /// What a request is answered; the same key gets the first answer again.
    pub fn answer(
        &mut self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Result<Value, Refused> {
        if method == Method::GET {
            let id = path.rsplit('/').next().unwrap();
            let missing = (StatusCode::NOT_FOUND, "INVALID_RESOURCE_ID".to_owned());
            return self.shown(id).ok_or(missing);
        }
        let text = format!("{path} {body}");
        if let Some((first, answer)) = key.and_then(|key| self.answers.get(key)) {
            assert_eq!(*first, text, "one key, two requests");
            return answer.clone();
        }
        let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
        let answer = match parts[..] {
            ["v2", "checkout", "orders"] => Ok(self.create_order(body)),
            ["v2", "checkout", "orders", order, "capture"] => self.capture(order),
            ["v2", "payments", "captures", capture, "refund"] => self.refund(capture, body),
            ["v1", "payments", "payouts"] => self.pay_out(body),
            ["v1", "notifications", "verify-webhook-signature"] => {
                Ok(json!({"verification_status": self.verification}))
            }
            _ => panic!("the stand-in has no {path}"),
        };
        if let Some(key) = key {
            let kept = (text, answer.clone());
            self.answers.insert(key.to_owned(), kept);
        }
        answer
    }

    /// An object as it is shown: orders with their captures, batches with their items.
    fn shown(&self, id: &str) -> Option<Value> {
        let mut object = self.objects.get(id)?.clone();
        let of = |name: &str| self.objects(|it| it[name] == id);
        if object["intent"].is_string() {
            let captures = of("of_order");
            if !captures.is_empty() {
                object["purchase_units"][0]["payments"] = json!({"captures": captures});
            }
        }
        if object["batch_header"].is_object() {
            object["items"] = json!(self.objects(|it| it["payout_batch_id"] == id));
        }
        Some(object)
    }

    fn create_order(&mut self, body: &Value) -> Value {
        let id = id();
        let page = format!("https://www.sandbox.paypal.com/checkoutnow?token={id}");
        let order = json!({
            "id": id, "status": "PAYER_ACTION_REQUIRED", "intent": body["intent"],
            "purchase_units": body["purchase_units"],
            "links": [
                {"href": format!("https://api-m.sandbox.paypal.com/v2/checkout/orders/{id}"), "rel": "self", "method": "GET"},
                {"href": page, "rel": "payer-action", "method": "GET"},
            ],
        });
        self.objects.insert(id, order.clone());
        order
    }

    fn capture(&mut self, order: &str) -> Result<Value, Refused> {
        let found = self.objects.get(order).cloned();
        let found = found.ok_or((StatusCode::NOT_FOUND, "INVALID_RESOURCE_ID".to_owned()))?;
        match found["status"].as_str() {
            Some("APPROVED") => {}
            Some("COMPLETED") => return Err(unprocessable("ORDER_ALREADY_CAPTURED")),
            _ => return Err(unprocessable("ORDER_NOT_APPROVED")),
        }
        if let Some(issue) = self.declines.pop() {
            return Err(unprocessable(issue));
        }
        let unit = &found["purchase_units"][0];
        let id = id();
        let capture = json!({
            "id": id, "status": self.capture_status, "amount": unit["amount"],
            "custom_id": unit["custom_id"], "invoice_id": unit["invoice_id"], "final_capture": true,
            "seller_receivable_breakdown": {
                "gross_amount": unit["amount"],
                "paypal_fee": {"currency_code": unit["amount"]["currency_code"], "value": "3.98"},
            },
            "supplementary_data": {"related_ids": {"order_id": order}},
            "of_order": order,
        });
        self.objects.insert(id, capture);
        self.change(order, json!({"status": "COMPLETED"}));
        Ok(self.shown(order).unwrap())
    }

    fn refund(&mut self, capture: &str, body: &Value) -> Result<Value, Refused> {
        let found = self.objects.get(capture).cloned();
        let found = found.ok_or((StatusCode::NOT_FOUND, "INVALID_RESOURCE_ID".to_owned()))?;
        let (paid, asked) = (money(&found["amount"]), money(&body["amount"]));
        if paid.currency != asked.currency {
            return Err(unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH"));
        }
        let earlier = self.objects(|it| it["of_capture"] == capture);
        let earlier: i64 = earlier.iter().map(|it| money(&it["amount"]).amount).sum();
        let left = paid.amount - earlier - asked.amount;
        if left < 0 {
            return Err(unprocessable("REFUND_AMOUNT_EXCEEDED"));
        }
        let status = if left == 0 {
            "REFUNDED"
        } else {
            "PARTIALLY_REFUNDED"
        };
        self.change(capture, json!({"status": status}));
        let id = id();
        let refund = json!({
            "id": id, "status": self.refund_status, "amount": body["amount"],
            "custom_id": body["custom_id"], "note_to_payer": body["note_to_payer"],
            "of_capture": capture,
        });
        self.objects.insert(id, refund.clone());
        Ok(refund)
    }

    fn pay_out(&mut self, body: &Value) -> Result<Value, Refused> {
        let key = &body["sender_batch_header"]["sender_batch_id"];
        let earlier = self.objects(|it| it["sender_batch_id"] == *key);
        if let Some(earlier) = earlier.first() {
            let batch = earlier["payout_batch_id"].as_str().unwrap();
            let link = format!("https://api.sandbox.paypal.com/v1/payments/payouts/{batch}");
            let issue = format!("Batch with given sender_batch_id already exists at {link}");
            return Err((StatusCode::BAD_REQUEST, issue));
        }
        let (batch, item) = (id(), id());
        let header = json!({
            "payout_batch_id": batch, "batch_status": "PENDING",
            "sender_batch_header": body["sender_batch_header"],
        });
        let link = format!("https://api-m.sandbox.paypal.com/v1/payments/payouts/{batch}");
        let links = json!([{"href": link, "rel": "self", "method": "GET"}]);
        let made = json!({"batch_header": header, "links": links});
        self.objects.insert(batch.clone(), made.clone());
        let item_of_batch = json!({
            "payout_item_id": item, "payout_batch_id": batch, "sender_batch_id": key,
            "transaction_status": "PENDING", "payout_item": body["items"][0],
        });
        self.objects.insert(item, item_of_batch);
        Ok(made)
    }
}

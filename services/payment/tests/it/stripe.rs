//! Stripe against a stand-in that checks each request by Stripe's own description of its API.

use std::{
    collections::{BTreeMap, HashMap},
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use parking_lot::Mutex;
use ring::hmac;
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use uuid::Uuid;
use waybill_payment::{
    BegunPayment, Checkout, PaymentProvider, PaymentStatus, PayoutOrder, ProviderError, Providers,
    RefundOrder, Settings, Stripe, StripeSettings, TransferStatus, build_with,
};
use waybill_primitives::{Clock, Currency, Money, PaymentId, SystemClock};
use waybill_proto::payment::{
    self as proto, PaymentState, payment_service_client::PaymentServiceClient,
};
use waybill_service_kit::{AppError, CallContext, ErrorKind, GrpcChannel, Job, local_channel};
use waybill_testkit::{answer, shared};

use crate::shop::{Shop, on_any_database, outgoing};

const SECRET: &str = "sk_test_secret";
const FORM: &str = "application/x-www-form-urlencoded";

/// A stand-in with sessions, refunds and transfers.
struct StandIn {
    address: SocketAddr,
    account: Arc<Account>,
    task: JoinHandle<()>,
}

struct Account {
    description: Value,
    /// Objects by their ids.
    objects: Mutex<HashMap<String, Value>>,
    /// Answers by idempotency key.
    answers: Mutex<HashMap<String, (String, Value)>>,
    /// Answers to give instead, the next one first.
    troubles: Mutex<Vec<StatusCode>>,
    calls: Mutex<Vec<String>>,
    /// Requests that the description does not allow.
    findings: Mutex<Vec<String>>,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
        if !std::thread::panicking() {
            let findings = self.account.findings.lock();
            assert!(findings.is_empty(), "{findings:#?}");
        }
    }
}

impl StandIn {
    /// None without Stripe's description; prints that it is skipped.
    async fn start() -> Option<Self> {
        let description = std::fs::read(shared("specs/stripe.json")?).unwrap();
        let account = Arc::new(Account {
            description: serde_json::from_slice(&description).unwrap(),
            objects: Mutex::default(),
            answers: Mutex::default(),
            troubles: Mutex::default(),
            calls: Mutex::default(),
            findings: Mutex::default(),
        });
        let router = Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&account));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Some(Self {
            address,
            account,
            task,
        })
    }

    fn provider(&self) -> Stripe {
        Stripe::new(StripeSettings {
            secret_key: SECRET.into(),
            webhook_secrets: vec!["whsec_test".into()],
            url: format!("http://{}", self.address),
        })
        .unwrap()
    }

    /// Changes an object, as the customer or Stripe does.
    fn change(&self, id: &str, change: Value) {
        let mut objects = self.account.objects.lock();
        let object = objects.get_mut(id).unwrap().as_object_mut().unwrap();
        object.extend(change.as_object().unwrap().clone());
    }

    /// The object of which this is true.
    fn object(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        let objects = self.account.objects.lock();
        let found = objects.values().find(|object| is_it(object));
        found.expect("an object").clone()
    }

    fn trouble(&self, troubles: &[StatusCode]) {
        self.account.troubles.lock().extend(troubles.iter().rev());
    }

    fn calls(&self) -> usize {
        self.account.calls.lock().len()
    }
}

async fn serve(
    State(account): State<Arc<Account>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    account.calls.lock().push(format!("{method} {uri}"));
    if let Some(status) = account.troubles.lock().pop() {
        return refused(status, "trouble", "planned by the test");
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("authorization") != Some(&format!("Bearer {SECRET}")) {
        return refused(
            StatusCode::UNAUTHORIZED,
            "api_key",
            "Invalid API Key provided",
        );
    }
    let form = match account.checked(&method, &uri, header("content-type"), &body) {
        Ok(form) => form,
        Err(finding) => {
            account.findings.lock().push(finding.clone());
            return refused(StatusCode::BAD_REQUEST, "parameter_unknown", &finding);
        }
    };
    if header("stripe-version") != Some("2023-08-16") {
        account.findings.lock().push(format!("{uri}: no version"));
    }
    if method == Method::GET {
        let id = uri.path().rsplit('/').next().unwrap();
        return match account.objects.lock().get(id) {
            Some(object) => Json(object).into_response(),
            None => refused(StatusCode::NOT_FOUND, "resource_missing", "No such object"),
        };
    }
    let Some(key) = header("idempotency-key") else {
        account
            .findings
            .lock()
            .push(format!("{uri}: no idempotency key"));
        return refused(StatusCode::BAD_REQUEST, "idempotency", "no key");
    };
    // The same key and body get the first answer again; another body is refused.
    let text = format!("{uri} {}", String::from_utf8_lossy(&body));
    if let Some((first, answer)) = account.answers.lock().get(key) {
        if *first != text {
            return refused(
                StatusCode::BAD_REQUEST,
                "idempotency_error",
                "other parameters",
            );
        }
        return Json(answer).into_response();
    }
    match account.create(uri.path(), &form) {
        Ok(answer) => {
            let kept = (text, answer.clone());
            account.answers.lock().insert(key.to_owned(), kept);
            Json(answer).into_response()
        }
        Err((code, message)) => refused(StatusCode::BAD_REQUEST, code, message),
    }
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let error = json!({"error": {"code": code, "message": message, "type": "api_error"}});
    (status, Json(error)).into_response()
}

impl Account {
    /// The request's form in the types of its schema, if the description allows the request.
    fn checked(
        &self,
        method: &Method,
        uri: &Uri,
        content_type: Option<&str>,
        body: &Bytes,
    ) -> Result<Value, String> {
        let matches = |template: &str| {
            let (ours, theirs) = (uri.path().split('/'), template.split('/'));
            ours.clone().count() == theirs.clone().count()
                && ours.zip(theirs).all(|(a, b)| a == b || b.starts_with('{'))
        };
        let paths = self.description["paths"].as_object().unwrap();
        let method = method.as_str().to_lowercase();
        let operation = paths
            .iter()
            .filter(|(template, _)| matches(template))
            .map(|(_, item)| &item[&method])
            .find(|operation| operation.is_object())
            .ok_or_else(|| format!("{method} {uri} is not described"))?;
        for (name, _) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let name = name.split('[').next().unwrap();
            let known = operation["parameters"].as_array().into_iter().flatten();
            let mut known = known.filter(|it| it["in"] == "query");
            if !known.any(|parameter| parameter["name"] == name) {
                return Err(format!("{method} {uri}: no parameter {name}"));
            }
        }
        if method == "get" {
            return Ok(Value::Null);
        }
        if !body.is_empty() && content_type != Some(FORM) {
            return Err(format!("{method} {uri}: {content_type:?} is no form"));
        }
        let schema = &operation["requestBody"]["content"][FORM]["schema"];
        let mut form = Value::Object(Map::new());
        for (name, text) in form_urlencoded::parse(body) {
            let keys: Vec<_> = name
                .split('[')
                .map(|key| key.trim_end_matches(']'))
                .collect();
            set(&mut form, schema, &keys, &text).map_err(|why| format!("{uri} {name}: {why}"))?;
        }
        let mut root = schema.clone();
        root["components"] = self.description["components"].clone();
        let validator = jsonschema::validator_for(&root).expect("a schema");
        let error = validator.iter_errors(&form).next();
        let error =
            error.map(|error| format!("{method} {uri}: {error} at {}", error.instance_path()));
        error.map_or(Ok(form), Err)
    }

    fn create(&self, path: &str, form: &Value) -> Result<Value, (&'static str, &'static str)> {
        let mut objects = self.objects.lock();
        let parts: Vec<_> = path.trim_start_matches("/v1/").split('/').collect();
        let object = match parts[..] {
            ["checkout", "sessions"] => {
                let price = &form["line_items"][0]["price_data"];
                let id = format!("cs_test_{}", Uuid::now_v7().simple());
                json!({
                    "id": id, "object": "checkout.session", "status": "open",
                    "payment_status": "unpaid", "payment_intent": null,
                    "url": format!("https://checkout.stripe.com/c/pay/{id}"),
                    "amount_total": price["unit_amount"], "currency": price["currency"],
                    "client_reference_id": form["client_reference_id"],
                    "metadata": form["metadata"],
                })
            }
            ["checkout", "sessions", id, "expire"] => {
                let session = objects
                    .get(id)
                    .ok_or(("resource_missing", "No such session"))?;
                if session["status"] != "open" {
                    return Err((
                        "session_not_open",
                        "Only Checkout Sessions with a status of open",
                    ));
                }
                let mut session = session.clone();
                session["status"] = json!("expired");
                session
            }
            ["refunds"] => {
                let intent = form["payment_intent"].as_str().unwrap();
                let made = objects.values().filter(|it| it["payment_intent"] == intent);
                let made = made.filter(|it| it["object"] == "refund");
                let made: i64 = made.filter_map(|it| it["amount"].as_i64()).sum();
                if made + form["amount"].as_i64().unwrap() > 10_000 {
                    return Err(("charge_already_refunded", "Refund amount is greater"));
                }
                json!({
                    "id": format!("re_{}", Uuid::now_v7().simple()), "object": "refund",
                    "status": "pending", "amount": form["amount"], "payment_intent": intent,
                    "metadata": form["metadata"],
                })
            }
            ["transfers"] => json!({
                "id": format!("tr_{}", Uuid::now_v7().simple()), "object": "transfer",
                "reversed": false, "amount": form["amount"], "metadata": form["metadata"],
            }),
            _ => return Err(("unknown", "the stand-in has no such call")),
        };
        objects.insert(object["id"].as_str().unwrap().to_owned(), object.clone());
        Ok(object)
    }
}

/// Writes a field of a form, `a[b][0]`, in the type that its schema has for it.
fn set(target: &mut Value, schema: &Value, keys: &[&str], text: &str) -> Result<(), String> {
    let Some((key, rest)) = keys.split_first() else {
        *target = match schema["type"].as_str() {
            Some("integer") => json!(text.parse::<i64>().map_err(|error| error.to_string())?),
            Some("boolean") => json!(text == "true"),
            _ => json!(text),
        };
        return Ok(());
    };
    // Where there is a choice, the object is meant.
    let choices = schema["anyOf"].as_array();
    let schema = choices
        .and_then(|all| all.iter().find(|one| one["type"] == "object"))
        .unwrap_or(schema);
    if schema["type"] == "array" {
        let index: usize = key.parse().map_err(|_| format!("{key} is no index"))?;
        if target.is_null() {
            *target = json!([]);
        }
        let items = target.as_array_mut().unwrap();
        if index == items.len() {
            items.push(Value::Null);
        }
        let item = items.get_mut(index).ok_or("a gap in the list")?;
        return set(item, &schema["items"], rest, text);
    }
    let field = &schema["properties"][*key];
    let field = if field.is_null() {
        &schema["additionalProperties"]
    } else {
        field
    };
    if !field.is_object() {
        return Err(format!("there is no {key}"));
    }
    if target.is_null() {
        *target = json!({});
    }
    set(&mut target[*key], field, rest, text)
}

fn checkout() -> Checkout {
    Checkout {
        payment_id: PaymentId::new(),
        order_number: "W261121-7K3M9QX".to_owned(),
        amount: Money::new(10_000, Currency::USD),
        success_url: Some("https://shop.example/placed/1".to_owned()),
        cancel_url: Some("https://shop.example/pay/1".to_owned()),
        expires_at: Some(SystemClock.now().plus(std::time::Duration::from_hours(1))),
    }
}

async fn begun(stripe: &Stripe) -> BegunPayment {
    let checkout = checkout();
    let session = stripe.begin(&checkout).await.unwrap();
    assert!(session.redirect_url.contains(&session.reference));
    // A repetition finds the same session.
    assert_eq!(stripe.begin(&checkout).await.unwrap(), session);
    BegunPayment {
        id: checkout.payment_id,
        reference: session.reference,
        amount: checkout.amount,
    }
}

#[tokio::test]
async fn a_session_is_asked_about_until_it_is_paid() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let stripe = stand_in.provider();
    let payment = begun(&stripe).await;
    assert_eq!(stripe.payment(&payment).await, Ok(PaymentStatus::Waiting));
    // Bank debits take days.
    stand_in.change(
        &payment.reference,
        json!({"status": "complete", "payment_intent": "pi_1"}),
    );
    assert_eq!(
        stripe.capture(&payment).await,
        Ok(PaymentStatus::Authorized)
    );
    let intent = json!({
        "id": "pi_1",
        "latest_charge": {"balance_transaction": {"fee": 320, "currency": "usd"}},
    });
    let paid = json!({"payment_status": "paid", "payment_intent": intent});
    stand_in.change(&payment.reference, paid);
    // A customer who was faster than our closing.
    for status in [
        stripe.payment(&payment).await,
        stripe.cancel(&payment).await,
    ] {
        let Ok(PaymentStatus::Captured(capture)) = status else {
            panic!("{status:?}")
        };
        assert_eq!(capture.reference, "pi_1");
        assert_eq!(capture.amount, payment.amount);
        assert_eq!(capture.fee, Some(Money::new(320, Currency::USD)));
    }
    stand_in.change(&payment.reference, json!({"payment_status": "a new one"}));
    let unknown = stripe.payment(&payment).await;
    assert!(
        matches!(unknown, Err(ProviderError::Unavailable(_))),
        "{unknown:?}"
    );

    let left = begun(&stripe).await;
    assert_eq!(stripe.cancel(&left).await, Ok(PaymentStatus::Expired));
    assert_eq!(stripe.payment(&left).await, Ok(PaymentStatus::Expired));
}

#[tokio::test]
async fn a_refund_is_made_once_per_key() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let stripe = stand_in.provider();
    let refund = |amount| RefundOrder {
        idempotency_key: Uuid::now_v7(),
        reference: "pi_1".to_owned(),
        amount: Money::new(amount, Currency::USD),
        reason: "One cup arrived broken".to_owned(),
    };
    let order = refund(4_000);
    let made = stripe.refund(&order).await.unwrap();
    assert_eq!(made.status, TransferStatus::Pending);
    assert_eq!(stripe.refund(&order).await.unwrap(), made);
    let too_much = stripe.refund(&refund(6_001)).await;
    assert!(
        matches!(too_much, Err(ProviderError::Refused(_))),
        "{too_much:?}"
    );
    let pending = stripe.refund_status(&made.reference).await;
    assert_eq!(pending, Ok(TransferStatus::Pending));
    stand_in.change(&made.reference, json!({"status": "succeeded"}));
    assert_eq!(
        stripe.refund_status(&made.reference).await,
        Ok(TransferStatus::Done)
    );
    let failed = json!({"status": "failed", "failure_reason": "lost_or_stolen_card"});
    stand_in.change(&made.reference, failed);
    let failed = TransferStatus::Failed("lost_or_stolen_card".to_owned());
    assert_eq!(stripe.refund_status(&made.reference).await, Ok(failed));

    // A payment of which only the session is known.
    let payment = begun(&stripe).await;
    stand_in.change(
        &payment.reference,
        json!({"status": "complete", "payment_intent": "pi_2"}),
    );
    let order = RefundOrder {
        reference: payment.reference.clone(),
        ..refund(1)
    };
    stripe.refund(&order).await.unwrap();
}

#[tokio::test]
async fn a_transfer_pays_a_connected_account() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let stripe = stand_in.provider();
    let payout = PayoutOrder {
        idempotency_key: Uuid::now_v7(),
        recipient: "acct_1".to_owned(),
        amount: Money::new(8_000, Currency::USD),
        note: "Your share of November".to_owned(),
    };
    let paid = stripe.pay_out(&payout).await.unwrap();
    assert_eq!(paid.status, TransferStatus::Done);
    assert_eq!(stripe.pay_out(&payout).await.unwrap(), paid);
    stand_in.change(&paid.reference, json!({"reversed": true}));
    let status = stripe.payout_status(&paid.reference).await;
    assert!(
        matches!(status, Ok(TransferStatus::Failed(_))),
        "{status:?}"
    );
}

#[tokio::test]
async fn troubles_are_told_apart_and_no_secret_with_them() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    let stripe = stand_in.provider();
    // A failure that passes is not noticed.
    for passing in [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::CONFLICT,
    ] {
        stand_in.trouble(&[passing]);
        stripe.begin(&checkout()).await.unwrap();
    }
    let before = stand_in.calls();
    stand_in.trouble(&[StatusCode::BAD_GATEWAY; 3]);
    let away = stripe.begin(&checkout()).await.unwrap_err();
    assert!(matches!(away, ProviderError::Unavailable(_)), "{away}");
    assert_eq!(stand_in.calls() - before, 3, "three attempts");
    stand_in.trouble(&[StatusCode::UNAUTHORIZED]);
    let account = stripe.begin(&checkout()).await.unwrap_err();
    assert!(matches!(account, ProviderError::Account(_)), "{account}");
    let refused = stripe
        .begin(&Checkout {
            success_url: None,
            ..checkout()
        })
        .await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, ProviderError::Refused(_)), "{refused}");
    let nobody = Stripe::new(StripeSettings {
        secret_key: SECRET.into(),
        webhook_secrets: Vec::new(),
        url: "http://127.0.0.1:9".to_owned(),
    });
    let unreachable = nobody.unwrap().begin(&checkout()).await.unwrap_err();
    assert!(
        matches!(unreachable, ProviderError::Unavailable(_)),
        "{unreachable}"
    );
    let told: BTreeMap<_, _> = [&away, &account, &refused, &unreachable]
        .map(|error| (error.to_string(), format!("{error:?} {stripe:?}")))
        .into();
    for (text, debug) in told {
        assert!(
            !text.contains(SECRET) && !debug.contains(SECRET),
            "{text} {debug}"
        );
    }
}

/// The service with Stripe as its only provider.
struct Service {
    client: PaymentServiceClient<GrpcChannel>,
    jobs: Vec<Job>,
}

impl Service {
    async fn start(shop: &Shop, stand_in: &StandIn) -> Self {
        let settings = Settings {
            public_url: Some("https://shop.example".to_owned()),
            ..Settings::default()
        };
        let providers = Providers::new(vec![Arc::new(stand_in.provider())]);
        let order = shop.order_channel.clone();
        let service = build_with(&shop.deps, &settings, order, providers).await;
        let service = service.expect("the service is built");
        Self {
            client: PaymentServiceClient::new(local_channel(&service, &shop.deps)),
            jobs: service.jobs,
        }
    }

    async fn create(&self, ctx: &CallContext, order_id: &str) -> Result<proto::Payment, AppError> {
        let request = proto::CreatePaymentRequest {
            order_id: order_id.to_owned(),
            provider: proto::Provider::Stripe.into(),
            ..proto::CreatePaymentRequest::default()
        };
        let mut client = self.client.clone();
        let created = answer(client.create_payment(outgoing(ctx, request)).await)?;
        Ok(created.payment.expect("a payment in the answer"))
    }

    /// A message of Stripe about an object, signed at the time.
    async fn tell(
        &self,
        shop: &Shop,
        id: &str,
        kind: &str,
        object: &Value,
    ) -> Result<(), AppError> {
        let event = json!({"id": id, "object": "event", "type": kind, "data": {"object": object}});
        let (body, at) = (event.to_string(), shop.clock.now().secs());
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"whsec_test");
        let signature = hex::encode(hmac::sign(&key, format!("{at}.{body}").as_bytes()));
        let header = format!("t={at},v1={signature}");
        let request = proto::ReceiveWebhookRequest {
            provider: proto::Provider::Stripe.into(),
            headers: HashMap::from([("stripe-signature".to_owned(), header)]),
            body: body.into(),
        };
        let mut client = self.client.clone();
        let anyone = CallContext::anonymous();
        answer(client.receive_webhook(outgoing(&anyone, request)).await).map(drop)
    }

    async fn run_jobs(&self) {
        for job in &self.jobs {
            (job.run)().await.expect("the job succeeds");
        }
    }
}

#[tokio::test]
async fn an_order_is_paid_and_refunded_whatever_is_lost_on_the_way() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    on_any_database(async |shop| {
        let service = Service::start(shop, &stand_in).await;
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        let mut ctx = customer.ctx.clone();
        ctx.idempotency_key = Some("pay-1".to_owned());
        let of_order = || proto::ListPaymentsRequest {
            order_id: order.id.clone(),
            of_order: true,
            ..proto::ListPaymentsRequest::default()
        };

        // Stripe is away: the payment is written, and the repetition goes on with it.
        stand_in.trouble(&[StatusCode::BAD_GATEWAY; 3]);
        let away = service.create(&ctx, &order.id).await.unwrap_err();
        assert_eq!(away.kind, ErrorKind::Unavailable);
        let listed = shop.list(&customer.ctx, of_order()).await.unwrap().payments;
        assert_eq!(listed[0].state(), PaymentState::Created);
        assert_eq!(shop.events_of(&listed[0].id).await, []);
        let payment = service.create(&ctx, &order.id).await.unwrap();
        assert_eq!(
            (&payment.id, payment.state()),
            (&listed[0].id, PaymentState::Pending)
        );
        assert!(
            payment
                .redirect_url()
                .starts_with("https://checkout.stripe.com/")
        );
        let again = service.create(&ctx, &order.id).await.unwrap();
        assert_eq!(again, payment);
        let listed = shop.list(&customer.ctx, of_order()).await.unwrap().payments;
        assert_eq!(listed.len(), 1);
        let session = stand_in.object(|it| it["metadata"]["payment_id"] == payment.id.as_str());

        // The customer pays. The message comes twice, and once with a wrong signature.
        let id = session["id"].as_str().unwrap();
        let paid =
            json!({"status": "complete", "payment_status": "paid", "payment_intent": "pi_9"});
        stand_in.change(id, paid);
        let session = stand_in.object(|it| it["id"] == id);
        let kind = "checkout.session.completed";
        shop.clock.advance(std::time::Duration::from_secs(400));
        for _ in 0..2 {
            service.tell(shop, "evt_1", kind, &session).await.unwrap();
            service.run_jobs().await;
        }
        let words = |events: Vec<(i64, String)>| -> Vec<String> {
            events.into_iter().map(|(_, word)| word).collect()
        };
        let events = shop.events_of(&payment.id).await;
        assert_eq!(words(events), ["created", "succeeded"]);

        // A part goes back. Stripe needs time, and tells when it is done.
        let request = proto::CreateRefundRequest {
            payment_id: payment.id.clone(),
            amount: Some(Money::new(2_500, Currency::USD)),
            reason: "One cup arrived broken".to_owned(),
        };
        let mut client = service.client.clone();
        let admin = shop.admin();
        let refund = answer(client.create_refund(outgoing(&admin.ctx, request)).await).unwrap();
        let refund = refund.refund.unwrap();
        service.run_jobs().await;
        let mut made = stand_in.object(|it| it["metadata"]["refund_id"] == refund.id.as_str());
        assert_eq!(made["payment_intent"], "pi_9");
        let now = shop.get(&admin.ctx, &payment.id).await.unwrap();
        assert_eq!(now.refunded.unwrap().amount, 0);
        made["status"] = json!("succeeded");
        service
            .tell(shop, "evt_2", "refund.updated", &made)
            .await
            .unwrap();
        service.run_jobs().await;
        let now = shop.get(&admin.ctx, &payment.id).await.unwrap();
        assert_eq!(now.refunded.unwrap().amount, 2_500);
        assert_eq!(now.refundable.unwrap().amount, 7_500);
        shop.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_stripe_refuses_to_begin_has_failed() {
    let Some(stand_in) = StandIn::start().await else {
        return;
    };
    on_any_database(async |shop| {
        let service = Service::start(shop, &stand_in).await;
        let customer = shop.customer();
        let order = shop.order_of(&customer);
        stand_in.trouble(&[StatusCode::BAD_REQUEST]);
        service.create(&customer.ctx, &order.id).await.unwrap_err();
        // The next attempt is another payment.
        let next = service.create(&customer.ctx, &order.id).await.unwrap();
        assert_eq!(next.state(), PaymentState::Pending);
        let request = proto::ListPaymentsRequest {
            order_id: order.id.clone(),
            of_order: true,
            ..proto::ListPaymentsRequest::default()
        };
        let listed = shop.list(&customer.ctx, request).await.unwrap().payments;
        let states: Vec<_> = listed.iter().map(proto::Payment::state).collect();
        assert_eq!(states, [PaymentState::Pending, PaymentState::Failed]);

        // One that never got further is forgotten after a day, and nobody hears of it.
        stand_in.trouble(&[StatusCode::BAD_GATEWAY; 3]);
        service.create(&customer.ctx, &order.id).await.unwrap_err();
        shop.clock.advance(std::time::Duration::from_hours(25));
        service.run_jobs().await;
        let request = proto::ListPaymentsRequest {
            states: vec![PaymentState::Expired.into()],
            ..proto::ListPaymentsRequest::default()
        };
        let expired = shop.list(&shop.admin().ctx, request).await.unwrap();
        let expired = expired.payments.iter().filter(|it| it.order_id == order.id);
        let versions: Vec<_> = expired.map(|payment| payment.version).collect();
        assert!(versions.contains(&0), "{versions:?}");
        shop.assert_sound().await;
    })
    .await;
}

//! A payment service with fake neighbours, people and a clock that the test controls.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use uuid::Uuid;
use waybill_bus::{Bus, Envelope, InProcessBus};
use waybill_payment::{Migrator, NAME, Providers, Settings, build_with, verify};
use waybill_primitives::{Clock, Currency, ManualClock, Money, OrderId, Role, SystemClock, UserId};
use waybill_proto::{
    Event,
    order::{self, OrderEvent, order_service_server::OrderServiceServer},
    payment::{self as proto, payment_service_client::PaymentServiceClient},
};
use waybill_service_kit::{
    AppError, CallContext, Deps, GrpcChannel, Job, Service, local_channel, settings::Environment,
};
use waybill_store::{Db, RetryPolicy, all_outbox_events, outbox_events, run_consumer};
use waybill_testkit::{
    DatabaseKind, Issuer, TestDb, World, answer, envelope, order_changed, service_tokens,
};

use crate::fake::{Bank, FakeOrders};

pub use waybill_testkit::{code, outgoing};

/// What every order of a test costs: 100.00.
pub const TOTAL: i64 = 10_000;

/// How customers pay by hand.
pub const INSTRUCTIONS: &str = "IBAN DE02 1203 0000 0000 2020 51\nReference: the order number";

/// Somebody with a token.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: UserId,
    pub ctx: CallContext,
}

pub struct Shop {
    pub db: Db,
    pub deps: Deps,
    pub bank: Arc<Bank>,
    pub orders: FakeOrders,
    pub order_channel: GrpcChannel,
    pub clock: Arc<ManualClock>,
    pub jobs: Vec<Job>,
    /// To the payment service.
    pub channel: GrpcChannel,
    client: PaymentServiceClient<GrpcChannel>,
    issuer: Issuer,
    versions: std::sync::Mutex<HashMap<String, i64>>,
    _database: TestDb,
}

impl World for Shop {
    type Migrations = Migrator;

    async fn open(database: TestDb) -> Self {
        Self::open_in(database, Environment::Development).await
    }

    /// The tests check the ledger themselves.
    async fn close(self) {
        self.deps.stop.cancel();
        self.db.close().await;
    }
}

/// On SQLite.
pub async fn sqlite() -> Shop {
    let database = TestDb::migrated::<Migrator>(DatabaseKind::Sqlite).await;
    Shop::open(database.expect("SQLite is always there")).await
}

/// See [`waybill_testkit::on_each_database`].
pub async fn on_each_database(check: impl AsyncFn(&Shop)) {
    waybill_testkit::on_each_database(check).await;
}

/// See [`waybill_testkit::on_any_database`].
pub async fn on_any_database(check: impl AsyncFn(&Shop)) {
    waybill_testkit::on_any_database(check).await;
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.deps.stop.cancel();
    }
}

impl Shop {
    /// The consumers run; the jobs run when the test calls them, and the relay does not run.
    pub async fn open_in(database: TestDb, environment: Environment) -> Self {
        let db = Db::connect(&database.config(), NAME)
            .await
            .expect("the database answers");
        let issuer = Issuer::default();
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let bus: Arc<dyn Bus> = InProcessBus::new();
        let deps = Deps {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            stop: CancellationToken::new(),
            environment,
            ..Deps::new(db.clone(), bus, issuer.verifier(), service_tokens())
        };
        let orders = FakeOrders::default();
        let order_service = Service {
            name: "order",
            routes: Routes::new(OrderServiceServer::new(orders.clone())),
            consumers: Vec::new(),
            jobs: Vec::new(),
        };
        let order_channel = local_channel(&order_service, &deps);
        let bank = Arc::new(Bank::default());
        let service = replica(&deps, &order_channel, &bank).await;
        let channel = local_channel(&service, &deps);
        let client = PaymentServiceClient::new(channel.clone());
        for handler in &service.consumers {
            let policy = RetryPolicy {
                attempts: 2,
                first_delay: Duration::from_millis(1),
                ..RetryPolicy::default()
            };
            run_consumer(
                db.clone(),
                Arc::clone(&deps.bus),
                Arc::clone(handler),
                policy,
                deps.stop.clone(),
            )
            .await
            .expect("the consumer starts");
        }
        Self {
            db,
            deps,
            bank,
            orders,
            order_channel,
            clock,
            jobs: service.jobs,
            channel,
            client,
            issuer,
            versions: std::sync::Mutex::default(),
            _database: database,
        }
    }

    pub fn client(&self) -> PaymentServiceClient<GrpcChannel> {
        self.client.clone()
    }

    pub fn person(&self, role: Role) -> Person {
        let person = waybill_testkit::Person::new("Ada Example", role);
        Person {
            id: person.id,
            ctx: self.issuer.context(&person),
        }
    }

    pub fn customer(&self) -> Person {
        self.person(Role::Customer)
    }

    pub fn admin(&self) -> Person {
        self.person(Role::Admin)
    }

    /// An unpaid order of 100.00 that the order service knows.
    pub fn order_of(&self, customer: &Person) -> order::Order {
        let now = self.clock.now();
        let total = Money::new(TOTAL, Currency::USD);
        let order = order::Order {
            id: OrderId::new().to_string(),
            order_number: "W261121-7K3M9QX".to_owned(),
            status: order::OrderStatus::Pending.into(),
            payment_status: order::PaymentStatus::Unpaid.into(),
            kind: order::OrderKind::Service.into(),
            customer: Some(order::Customer {
                id: customer.id.to_string(),
                name: "Ada Example".to_owned(),
                email: Some("ada@example.com".to_owned()),
            }),
            subtotal: Some(total),
            total: Some(total),
            expires_at: Some(now.plus(Duration::from_mins(30))),
            version: 1,
            ..order::Order::default()
        };
        self.orders.put(&order);
        order
    }

    pub async fn create(
        &self,
        ctx: &CallContext,
        order_id: &str,
    ) -> Result<proto::CreatePaymentResponse, AppError> {
        let request = proto::CreatePaymentRequest {
            order_id: order_id.to_owned(),
            provider: proto::Provider::Sandbox.into(),
            success_url: "/thanks".to_owned(),
            cancel_url: "/again".to_owned(),
        };
        self.create_with(ctx, request).await
    }

    pub async fn create_with(
        &self,
        ctx: &CallContext,
        request: proto::CreatePaymentRequest,
    ) -> Result<proto::CreatePaymentResponse, AppError> {
        let mut client = self.client.clone();
        answer(client.create_payment(outgoing(ctx, request)).await)
    }

    /// A new payment of a new order of a new customer, as the customer sees it.
    pub async fn pending(&self) -> (Person, order::Order, proto::Payment) {
        let customer = self.customer();
        let order = self.order_of(&customer);
        let payment = self.begin(&customer, &order).await;
        (customer, order, payment)
    }

    pub async fn begin(&self, customer: &Person, order: &order::Order) -> proto::Payment {
        let created = self.create(&customer.ctx, &order.id).await;
        let payment = created.expect("the payment begins").payment;
        payment.expect("a payment in the answer")
    }

    /// As [`Shop::pending`], and paid.
    pub async fn paid(&self) -> (Person, order::Order, proto::Payment) {
        let (customer, order, payment) = self.pending().await;
        let paid = self.succeed(&payment.id).await.expect("it succeeds");
        (customer, order, paid)
    }

    pub async fn complete(
        &self,
        id: &str,
        outcome: proto::SandboxOutcome,
    ) -> Result<proto::CompleteSandboxCheckoutResponse, AppError> {
        let request = proto::CompleteSandboxCheckoutRequest {
            payment_id: id.to_owned(),
            outcome: outcome.into(),
        };
        let ctx = CallContext::anonymous();
        let mut client = self.client.clone();
        answer(
            client
                .complete_sandbox_checkout(outgoing(&ctx, request))
                .await,
        )
    }

    pub async fn succeed(&self, id: &str) -> Result<proto::Payment, AppError> {
        let done = self.complete(id, proto::SandboxOutcome::Succeed).await?;
        Ok(done.payment.expect("a payment in the answer"))
    }

    pub async fn checkout(&self, id: &str) -> Result<proto::GetSandboxCheckoutResponse, AppError> {
        let request = proto::GetSandboxCheckoutRequest {
            payment_id: id.to_owned(),
        };
        let ctx = CallContext::anonymous();
        let mut client = self.client.clone();
        answer(client.get_sandbox_checkout(outgoing(&ctx, request)).await)
    }

    pub async fn get(&self, ctx: &CallContext, id: &str) -> Result<proto::Payment, AppError> {
        let request = proto::GetPaymentRequest { id: id.to_owned() };
        let mut client = self.client.clone();
        let found = answer(client.get_payment(outgoing(ctx, request)).await)?;
        Ok(found.payment.expect("a payment in the answer"))
    }

    pub async fn list(
        &self,
        ctx: &CallContext,
        request: proto::ListPaymentsRequest,
    ) -> Result<proto::ListPaymentsResponse, AppError> {
        let mut client = self.client.clone();
        answer(client.list_payments(outgoing(ctx, request)).await)
    }

    /// A request to the webhook of the bank.
    pub async fn webhook(
        &self,
        body: &serde_json::Value,
        signature: &str,
    ) -> Result<proto::ReceiveWebhookResponse, AppError> {
        let request = proto::ReceiveWebhookRequest {
            provider: proto::Provider::Sandbox.into(),
            headers: HashMap::from([("bank-signature".to_owned(), signature.to_owned())]),
            body: body.to_string().into(),
        };
        let ctx = CallContext::anonymous();
        let mut client = self.client.clone();
        answer(client.receive_webhook(outgoing(&ctx, request)).await)
    }

    pub async fn capture(&self, ctx: &CallContext, id: &str) -> Result<proto::Payment, AppError> {
        let request = proto::CapturePaymentRequest { id: id.to_owned() };
        let mut client = self.client.clone();
        let answered = answer(client.capture_payment(outgoing(ctx, request)).await)?;
        Ok(answered.payment.expect("a payment in the answer"))
    }

    /// Asks for a refund of so many cents, or of all that is left.
    pub async fn refund(
        &self,
        ctx: &CallContext,
        payment_id: &str,
        amount: Option<i64>,
    ) -> Result<proto::Refund, AppError> {
        let request = proto::CreateRefundRequest {
            payment_id: payment_id.to_owned(),
            amount: amount.map(|amount| Money::new(amount, Currency::USD)),
            reason: "broken".to_owned(),
            lines: Vec::new(),
        };
        self.refund_as_asked(ctx, request).await
    }

    pub async fn refund_as_asked(
        &self,
        ctx: &CallContext,
        request: proto::CreateRefundRequest,
    ) -> Result<proto::Refund, AppError> {
        let mut client = self.client.clone();
        let created = answer(client.create_refund(outgoing(ctx, request)).await)?;
        Ok(created.refund.expect("a refund in the answer"))
    }

    pub async fn refunds(
        &self,
        ctx: &CallContext,
        payment_id: &str,
    ) -> Result<Vec<proto::Refund>, AppError> {
        let request = proto::ListRefundsRequest {
            payment_id: payment_id.to_owned(),
            of_payment: !payment_id.is_empty(),
            ..proto::ListRefundsRequest::default()
        };
        let mut client = self.client.clone();
        let listed = answer(client.list_refunds(outgoing(ctx, request)).await)?;
        Ok(listed.refunds)
    }

    pub async fn ledger(
        &self,
        ctx: &CallContext,
        request: proto::ListLedgerRequest,
    ) -> Result<proto::ListLedgerResponse, AppError> {
        let mut client = self.client.clone();
        answer(client.list_ledger(outgoing(ctx, request)).await)
    }

    /// `(kind, account, amount)` of every line about an order, sorted.
    pub async fn books_of(&self, order: &order::Order) -> Vec<(String, String, i64)> {
        let request = proto::ListLedgerRequest {
            order_id: order.id.clone(),
            ..proto::ListLedgerRequest::default()
        };
        let page = self.ledger(&self.admin().ctx, request).await;
        let lines = page.expect("the books open").lines;
        let mut books: Vec<_> = lines
            .into_iter()
            .map(|line| {
                (
                    line.kind().to_string(),
                    line.account,
                    line.amount.unwrap_or_default().amount,
                )
            })
            .collect();
        books.sort();
        books
    }

    /// The amounts that were booked on an account, newest first.
    pub async fn books_of_account(&self, account: &str) -> Vec<i64> {
        let request = proto::ListLedgerRequest {
            account: account.to_owned(),
            ..proto::ListLedgerRequest::default()
        };
        let page = self.ledger(&self.admin().ctx, request).await;
        let lines = page.expect("the books open").lines;
        let amounts = lines.iter().filter_map(|line| line.amount);
        amounts.map(|money| money.amount).collect()
    }

    pub async fn state_of(&self, id: &str) -> proto::PaymentState {
        let payment = self.get(&self.admin().ctx, id).await;
        payment.expect("the payment is there").state()
    }

    /// The order service publishes an event about an order; returns when it was consumed (or is a dead letter).
    pub async fn publish<E: Event>(&self, order_id: &str, event: &E) {
        let version = {
            let mut versions = self.versions.lock().expect("no test panicked holding it");
            let version = versions.entry(order_id.to_owned()).or_insert(0);
            *version += 1;
            *version
        };
        let mut envelope = envelope(order_id.parse().expect("an order id"), version, event);
        envelope.time = self.clock.now();
        let published = self.deps.bus.publish(envelope).await;
        published.expect("the consumers settle it");
    }

    pub async fn publish_rejected(&self, order: &order::Order, payment_id: &str) {
        let event = order::OrderChanged {
            payment_id: payment_id.to_owned(),
            note: "the order has expired".to_owned(),
            ..order_changed(OrderEvent::PaymentRejected, order)
        };
        self.publish(&order.id, &event).await;
    }

    pub async fn publish_cancelled(&self, order: &order::Order) {
        let mut order = order.clone();
        order.set_status(order::OrderStatus::Cancelled);
        self.orders.put(&order);
        let event = order_changed(OrderEvent::Cancelled, &order);
        self.publish(&order.id, &event).await;
    }

    /// Runs every job once.
    pub async fn run_jobs(&self) -> Result<(), AppError> {
        for job in &self.jobs {
            (job.run)().await?;
        }
        Ok(())
    }

    /// What the service published about a payment or a payout: version and last word of the subject.
    pub async fn events_of(&self, id: &str) -> Vec<(i64, String)> {
        let id: Uuid = id.parse().expect("an id");
        self.all_events()
            .await
            .into_iter()
            .filter(|event| event.aggregate_id == id)
            .map(|event| {
                let word = event.subject.rsplit('.').next().unwrap_or_default();
                (event.aggregate_version, word.to_owned())
            })
            .collect()
    }

    /// What the service published, of any kind.
    pub async fn all_events(&self) -> Vec<Envelope> {
        let events = all_outbox_events(&self.db, None, 10_000).await;
        events.expect("the outbox can be read")
    }

    /// What it published about payments.
    pub async fn events(&self) -> Vec<Envelope> {
        let events = outbox_events(&self.db, "payment", None, 10_000).await;
        events.expect("the outbox can be read")
    }

    pub async fn assert_sound(&self) {
        let problems = verify(&self.db).await.expect("the checks run");
        assert!(problems.is_empty(), "{problems:#?}");
    }
}

/// Another replica of the same service on the same database.
pub async fn replica(deps: &Deps, order: &GrpcChannel, bank: &Arc<Bank>) -> Service {
    let providers = if deps.environment.is_production() {
        Providers::default()
    } else {
        Providers::new(vec![Arc::clone(bank) as _])
    };
    let settings = Settings {
        return_origins: vec!["https://shop.example".to_owned()],
        manual_payments: Some(INSTRUCTIONS.to_owned()),
        ..Settings::default()
    };
    build_with(deps, &settings, order.clone(), providers)
        .await
        .expect("the service is built")
}

/// Two replicas that start at the same time migrate one after the other; a later start finds nothing to do.
pub async fn migrate_again(db: &Db) {
    let (first, second) = tokio::join!(db.migrate::<Migrator>(), db.migrate::<Migrator>());
    first.expect("the first migrates");
    second.expect("the second migrates");
}

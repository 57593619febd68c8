//! A running notification service on a database of its own, fed by events on an in-process bus.

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait as _, Statement};
use tonic::Request;
use uuid::Uuid;
use waybill_bus::{Bus as _, Envelope, InProcessBus};
use waybill_notification::{Migrator, Settings};
use waybill_primitives::{Currency, ManualClock, Money, Timestamp};
use waybill_proto::{
    Event,
    auth::{self, UserEvent},
    common,
    notification::{
        ListNotificationsRequest, Notification,
        notification_service_client::NotificationServiceClient,
    },
    order,
};
use waybill_service_kit::{
    Deps, GrpcChannel, Job, Running,
    settings::{Sources, load},
    start,
};
use waybill_store::{Db, dead_letters};
use waybill_testkit::{Issuer, job, outgoing, service_tokens, user_changed};

pub use waybill_testkit::{DatabaseKind, Person, TestDb, answer, envelope, not_found, refused};

pub type Client = NotificationServiceClient<GrpcChannel>;

/// One replica of the service. Its jobs run when the test calls them.
pub struct World {
    pub database: Arc<TestDb>,
    pub deps: Deps,
    pub client: Client,
    pub clock: Arc<ManualClock>,
    bus: Arc<InProcessBus>,
    issuer: Issuer,
    jobs: Vec<Job>,
    running: Running,
}

/// The settings of the tests with changes.
pub fn settings(changes: &[(&str, &str)]) -> Settings {
    let sources = Sources::empty()
        .with("WAYBILL_PUBLIC_URL", "https://shop.example")
        .with("WAYBILL_MAIL_FROM", "Shop <shop@shop.example>");
    let sources = changes
        .iter()
        .fold(sources, |sources, (name, value)| sources.with(name, *value));
    load::<(Settings,)>(&sources).expect("good settings").0
}

/// A person as in auth's events.
pub fn user(person: &Person, version: i64, suspended: bool) -> auth::User {
    auth::User {
        id: person.id.to_string(),
        email: person.email(),
        first_name: person.name.clone(),
        last_name: String::new(),
        role: common::Role::from(person.role).into(),
        suspended,
        version,
        ..auth::User::default()
    }
}

impl waybill_testkit::World for World {
    type Migrations = Migrator;

    async fn open(database: TestDb) -> Self {
        Self::with_settings(database, &settings(&[])).await
    }

    async fn close(self) {
        let violations = waybill_notification::verify(&self.deps.db)
            .await
            .expect("verify runs");
        assert_eq!(violations, Vec::<String>::new());
        let dead = dead_letters::list(&self.deps.db, 10).await.expect("a list");
        assert!(dead.is_empty(), "{dead:?}");
        assert!(self.running.drain(Duration::from_mins(1)).await);
        self.deps.db.close().await;
    }
}

impl World {
    pub async fn with_settings(database: TestDb, settings: &Settings) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::now()));
        Self::start(Arc::new(database), clock, settings).await
    }

    /// Another process on the same database, with a bus of its own.
    pub async fn replica(&self, settings: &Settings) -> Self {
        Self::start(self.database.clone(), self.clock.clone(), settings).await
    }

    async fn start(database: Arc<TestDb>, clock: Arc<ManualClock>, settings: &Settings) -> Self {
        let config = database.config();
        let db = Db::connect(&config, waybill_notification::NAME)
            .await
            .expect("the database");
        let issuer = Issuer::default();
        let bus = InProcessBus::new();
        let mut deps = Deps::new(db, bus.clone(), issuer.verifier(), service_tokens());
        deps.clock = clock.clone();
        let mut service = waybill_notification::build(&deps, settings)
            .await
            .expect("the service is built");
        let jobs = std::mem::take(&mut service.jobs);
        let running = start(service, &deps).await.expect("the service starts");
        Self {
            database,
            client: Client::new(running.channel()),
            deps,
            clock,
            bus,
            issuer,
            jobs,
            running,
        }
    }

    pub fn job(&self, name: &str) -> Job {
        job(&self.jobs, name).clone()
    }

    /// Sends what is due.
    pub async fn deliver(&self) {
        let job = self.job("deliver-mails");
        (job.run)().await.expect("the job succeeds");
    }

    /// Publishes an event and waits until it is consumed.
    pub async fn event<E: Event>(&self, aggregate: impl Into<Uuid>, version: i64, event: &E) {
        self.publish(envelope(aggregate.into(), version, event))
            .await;
    }

    pub async fn publish(&self, envelope: Envelope) {
        self.bus.publish(envelope).await.expect("published");
    }

    /// Publishes people as auth does.
    pub async fn registered(&self, people: &[&Person]) {
        for person in people {
            let user = user(person, 1, false);
            self.event(person.id, 1, &user_changed(UserEvent::Registered, &user))
                .await;
        }
    }

    pub fn by<T>(&self, person: &Person, message: T) -> Request<T> {
        outgoing(&self.issuer.context(person), message)
    }

    /// The person's notifications, newest first.
    pub async fn inbox(&self, person: &Person) -> Vec<Notification> {
        let request = ListNotificationsRequest::default();
        let request = self.by(person, request);
        let listed = self.client.clone().list_notifications(request).await;
        answer(listed).expect("a list").notifications
    }

    /// The types of the person's notifications, oldest first.
    pub async fn kinds(&self, person: &Person) -> Vec<String> {
        let inbox = self.inbox(person).await;
        inbox
            .iter()
            .rev()
            .map(|one| one.r#type().to_string())
            .collect()
    }

    /// The end of the lease of the only delivery.
    pub async fn lease(&self) -> Timestamp {
        let reader = self.deps.db.reader();
        let sql = "SELECT due_at FROM deliveries";
        let statement = Statement::from_string(reader.get_database_backend(), sql);
        let row = reader.query_one_raw(statement).await.expect("rows");
        let due_at = row.expect("a delivery").try_get("", "due_at");
        Timestamp::from_micros(due_at.expect("a number"))
    }

    /// State and attempts of every delivery, oldest first.
    pub async fn deliveries(&self) -> Vec<(String, i32)> {
        let reader = self.deps.db.reader();
        let sql = "SELECT state, attempts FROM deliveries ORDER BY id";
        let statement = Statement::from_string(reader.get_database_backend(), sql);
        let rows = reader.query_all_raw(statement).await.expect("rows");
        rows.iter()
            .map(|row| {
                let state = row.try_get("", "state").expect("a state");
                (state, row.try_get("", "attempts").expect("a number"))
            })
            .collect()
    }
}

/// An order as its events carry it.
pub fn order_of(customer: &Person, number: &str) -> order::Order {
    let price = |amount| Some(Money::new(amount, Currency::USD));
    order::Order {
        id: Uuid::now_v7().to_string(),
        order_number: number.to_owned(),
        status: order::OrderStatus::Pending.into(),
        payment_status: order::PaymentStatus::Unpaid.into(),
        kind: order::OrderKind::Mixed.into(),
        customer: Some(order::Customer {
            id: customer.id.to_string(),
            name: customer.name.clone(),
            email: Some(customer.email()),
        }),
        title: Some("A logo".to_owned()),
        items: vec![order::OrderItem {
            product_id: Some(Uuid::now_v7().to_string()),
            name: "Tea & <b>cake</b>".to_owned(),
            kind: order::ProductKind::Goods.into(),
            unit_price: price(999),
            quantity: 2,
            line_total: price(1998),
            refunded_quantity: 0,
        }],
        subtotal: price(1998),
        total: price(1998),
        version: 1,
        ..order::Order::default()
    }
}

pub fn order_id(order: &order::Order) -> Uuid {
    order.id.parse().expect("an id")
}

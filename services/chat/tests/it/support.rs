//! A running chat service on a database of its own, fed by events on an in-process bus.

use std::{sync::Arc, time::Duration};

use tonic::{Request, Response, Status, service::Routes};
use uuid::Uuid;
use waybill_bus::{Bus as _, Envelope, InProcessBus};
use waybill_chat::Settings;
use waybill_primitives::{EventId, Role, SystemClock, Timestamp, UserId};
use waybill_proto::{
    Event,
    chat::{
        ListMessagesRequest, ListMessagesResponse, Message, PostMessageRequest,
        PostMessageResponse, chat_service_client::ChatServiceClient,
    },
    common,
    order::{self, OrderStatus, order_service_server::OrderServiceServer},
};
use waybill_service_kit::{
    AppError, CallContext, Deps, ErrorKind, GrpcChannel, Running, ServerLayer, crypto,
    outgoing_within,
    service::guarded,
    settings::{Sources, load},
    start,
    tokens::{AccessClaims, ISSUER, ServiceTokens, Verifier},
};
use waybill_store::{Db, dead_letters};

use crate::orders::Orders;

pub use waybill_testkit::{DatabaseKind, TestDb};

/// A call with a deadline that the slowest machine meets, though many calls wait for each other: what is slow is no failure.
pub fn outgoing<T>(ctx: &CallContext, message: T) -> tonic::Request<T> {
    outgoing_within(ctx, Duration::from_mins(1), message)
}

pub type Client = ChatServiceClient<GrpcChannel>;

/// One replica of the service.
pub struct World {
    pub database: Arc<TestDb>,
    pub deps: Deps,
    pub client: Client,
    pub orders: Orders,
    bus: Arc<InProcessBus>,
    key: Arc<crypto::SigningKey>,
    running: Running,
}

/// Somebody in a test.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub role: Role,
}

impl Person {
    pub fn new(name: &str, role: Role) -> Self {
        Self {
            id: UserId::new(),
            name: name.to_owned(),
            role,
        }
    }

    pub fn customer() -> Self {
        Self::new("Ada", Role::Customer)
    }

    pub fn worker() -> Self {
        Self::new("Wim", Role::Staff)
    }

    pub fn admin() -> Self {
        Self::new("Bo", Role::Admin)
    }
}

impl World {
    pub async fn new(database: TestDb) -> Self {
        Self::start(Arc::new(database)).await
    }

    /// Another process on the same database, with a bus of its own.
    pub async fn replica(&self) -> Self {
        Self::start(self.database.clone()).await
    }

    async fn start(database: Arc<TestDb>) -> Self {
        let config = database.config();
        let db = Db::connect(&config, waybill_chat::NAME)
            .await
            .expect("the database");
        let key = Arc::new(crypto::SigningKey::generate().expect("a key"));
        let verifier = Verifier::fixed(&crypto::Jwks::new([key.as_ref()]));
        let shared = "0123456789abcdef0123456789abcdef".to_owned().into();
        let tokens = ServiceTokens::with_clock(&shared, Arc::new(SystemClock));
        let bus = InProcessBus::new();
        let orders = Orders::default();
        let layer = ServerLayer::new("order", verifier.clone(), tokens.clone());
        let routes = Routes::new(OrderServiceServer::new(orders.clone()));
        let deps = Deps::new(db, bus.clone(), verifier, tokens);
        let (settings,) = load::<(Settings,)>(&Sources::empty()).expect("good settings");
        let service = waybill_chat::build(&deps, &settings, guarded(&layer, routes))
            .await
            .expect("the service is built");
        let running = start(service, &deps).await.expect("the service starts");
        Self {
            database,
            client: Client::new(running.channel()),
            deps,
            orders,
            bus,
            key,
            running,
        }
    }

    /// Checks the database and gives it up.
    pub async fn finish(self) {
        let violations = waybill_chat::verify(&self.deps.db)
            .await
            .expect("verify runs");
        assert_eq!(violations, Vec::<String>::new());
        let dead = dead_letters::list(&self.deps.db, 10).await.expect("a list");
        assert!(dead.is_empty(), "{dead:?}");
        assert!(self.running.drain(Duration::from_mins(1)).await);
        self.deps.db.close().await;
    }

    /// Publishes an event and waits until it is taken in.
    pub async fn publish(&self, envelope: Envelope) {
        self.bus.publish(envelope).await.expect("published");
    }

    pub async fn event<E: Event>(&self, order: &order::Order, event: &E) {
        self.publish(envelope(order, event)).await;
    }

    /// An order that order knows and has told of.
    pub async fn placed(&self, customer: &Person) -> order::Order {
        let order = order_of(customer);
        self.orders.put(&order);
        let event = order::OrderPlaced {
            order: Some(order.clone()),
            change: None,
        };
        self.event(&order, &event).await;
        order
    }

    /// The worker takes the order; the order afterwards.
    pub async fn claimed(&self, order: &order::Order, worker: &Person) -> order::Order {
        let order = assigned(order, worker);
        self.orders.put(&order);
        let event = order::OrderClaimed {
            order: Some(order.clone()),
            change: Some(change(OrderStatus::Pending, OrderStatus::InProgress)),
        };
        self.event(&order, &event).await;
        order
    }

    pub fn by<T>(&self, person: &Person, message: T) -> Request<T> {
        outgoing(&self.context(person), message)
    }

    pub fn context(&self, person: &Person) -> CallContext {
        let now = Timestamp::now().secs();
        let claims = AccessClaims {
            sub: person.id,
            role: person.role,
            name: person.name.clone(),
            email: format!("{}@example.com", person.id),
            sid: None,
            guest: false,
            iat: now,
            exp: now + 600,
            iss: ISSUER.to_owned(),
            aud: None,
        };
        let token = self.key.sign(&claims).expect("a token");
        CallContext::anonymous().with_token(token)
    }

    pub async fn try_post(
        &self,
        person: &Person,
        order: &order::Order,
        body: &str,
        client_id: &str,
    ) -> Result<Response<PostMessageResponse>, Status> {
        let request = PostMessageRequest {
            order_id: order.id.clone(),
            body: body.to_owned(),
            client_id: Some(client_id.to_owned()),
        };
        self.client
            .clone()
            .post_message(self.by(person, request))
            .await
    }

    pub async fn post(&self, person: &Person, order: &order::Order, body: &str) -> Message {
        let posted = self.try_post(person, order, body, "").await;
        answer(posted).expect("posted").message.expect("a message")
    }

    pub async fn try_list(
        &self,
        person: &Person,
        order: &order::Order,
        since: &str,
        page: common::PageRequest,
    ) -> Result<Response<ListMessagesResponse>, Status> {
        let request = ListMessagesRequest {
            order_id: order.id.clone(),
            page: Some(page),
            since: since.to_owned(),
        };
        self.client
            .clone()
            .list_messages(self.by(person, request))
            .await
    }

    /// The bodies of the newest hundred, oldest first.
    pub async fn bodies(&self, person: &Person, order: &order::Order) -> Vec<String> {
        let listed = self.try_list(person, order, "", page(100)).await;
        let messages = answer(listed).expect("a list").messages;
        messages.into_iter().rev().map(|one| one.body).collect()
    }
}

pub fn page(limit: u32) -> common::PageRequest {
    common::PageRequest {
        limit,
        ..common::PageRequest::default()
    }
}

pub fn envelope<E: Event>(order: &order::Order, event: &E) -> Envelope {
    Envelope {
        id: EventId::new(),
        subject: E::SUBJECT.to_owned(),
        source: "order".to_owned(),
        aggregate_id: order.id.parse().expect("an id"),
        aggregate_version: order.version,
        time: Timestamp::now(),
        traceparent: None,
        request_id: None,
        actor: None,
        payload: event.encode_to_vec().into(),
    }
}

/// An order as its events carry it.
pub fn order_of(customer: &Person) -> order::Order {
    order::Order {
        id: Uuid::now_v7().to_string(),
        order_number: "W261121-AAAAAAA".to_owned(),
        status: OrderStatus::Pending.into(),
        payment_status: order::PaymentStatus::Paid.into(),
        kind: order::OrderKind::Service.into(),
        customer: Some(order::Customer {
            id: customer.id.to_string(),
            name: customer.name.clone(),
            email: Some("customer@example.com".to_owned()),
        }),
        title: Some("A logo".to_owned()),
        version: 1,
        created_at: Some(Timestamp::now()),
        ..order::Order::default()
    }
}

/// The order's next version, with this worker.
pub fn assigned(order: &order::Order, worker: &Person) -> order::Order {
    order::Order {
        assignee: Some(order::Assignee {
            id: worker.id.to_string(),
            name: worker.name.clone(),
        }),
        status: OrderStatus::InProgress.into(),
        version: order.version + 1,
        ..order.clone()
    }
}

pub fn change(from: OrderStatus, to: OrderStatus) -> order::OrderChange {
    order::OrderChange {
        from: from.into(),
        to: to.into(),
        ..order::OrderChange::default()
    }
}

pub fn answer<T>(outcome: Result<Response<T>, Status>) -> Result<T, AppError> {
    outcome
        .map(Response::into_inner)
        .map_err(|status| AppError::from_status(&status))
}

/// The outcome is a refusal of this kind and code.
#[track_caller]
pub fn refused<T>(outcome: Result<Response<T>, Status>, kind: ErrorKind, code: &str) {
    match answer(outcome) {
        Ok(_) => panic!("expected {code}, but it succeeded"),
        Err(error) => assert_eq!((error.kind, &*error.code), (kind, code), "{error}"),
    }
}

#[track_caller]
pub fn not_found<T>(outcome: Result<Response<T>, Status>) {
    refused(outcome, ErrorKind::NotFound, "NOT_FOUND");
}

#[track_caller]
pub fn invalid<T>(outcome: Result<Response<T>, Status>) {
    refused(outcome, ErrorKind::Invalid, "VALIDATION_ERROR");
}

/// Makes a test on each database of each function `async fn name(world: &World)`.
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::support::{DatabaseKind, TestDb, World};

            async fn on(kind: DatabaseKind) {
                let Some(database) = TestDb::create(kind).await else { return };
                let world = World::new(database).await;
                super::$name(&world).await;
                world.finish().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                on(DatabaseKind::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                on(DatabaseKind::Postgres).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn mariadb() {
                on(DatabaseKind::MariaDb).await;
            }
        }
    )+};
}
pub(crate) use on_each_database;

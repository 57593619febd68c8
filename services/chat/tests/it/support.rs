//! A running chat service on a database of its own, fed by events on an in-process bus.

use std::{sync::Arc, time::Duration};

use tonic::{Request, Response, Status, service::Routes};
use uuid::Uuid;
use waybill_bus::{Bus as _, Envelope, InProcessBus};
use waybill_chat::{Migrator, Settings};
use waybill_primitives::Timestamp;
use waybill_proto::{
    Event,
    chat::{
        ListMessagesRequest, ListMessagesResponse, Message, PostMessageRequest,
        PostMessageResponse, chat_service_client::ChatServiceClient,
    },
    common,
    order::{self, OrderEvent, OrderStatus, order_service_server::OrderServiceServer},
};
use waybill_service_kit::{
    CallContext, Deps, ErrorCode, ErrorKind, GrpcChannel, Running, ServerLayer,
    service::guarded,
    settings::{Sources, load},
    start,
};
use waybill_store::{Db, dead_letters};
use waybill_testkit::{Issuer, TestDb, order_changed, order_moved, service_tokens};

use crate::orders::Orders;

pub use waybill_testkit::{Person, answer, not_found, outgoing, refused};

pub type Client = ChatServiceClient<GrpcChannel>;

/// One replica of the service.
pub struct World {
    pub database: Arc<TestDb>,
    pub deps: Deps,
    pub client: Client,
    pub orders: Orders,
    bus: Arc<InProcessBus>,
    issuer: Issuer,
    running: Running,
}

impl waybill_testkit::World for World {
    type Migrations = Migrator;

    async fn open(database: TestDb) -> Self {
        Self::start(Arc::new(database)).await
    }

    async fn close(self) {
        let violations = waybill_chat::verify(&self.deps.db)
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
    /// Another process on the same database, with a bus of its own.
    pub async fn replica(&self) -> Self {
        Self::start(self.database.clone()).await
    }

    async fn start(database: Arc<TestDb>) -> Self {
        let config = database.config();
        let db = Db::connect(&config, waybill_chat::NAME)
            .await
            .expect("the database");
        let issuer = Issuer::default();
        let (verifier, tokens) = (issuer.verifier(), service_tokens());
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
            issuer,
            running,
        }
    }

    /// Publishes an event and waits until it is consumed.
    pub async fn publish(&self, envelope: Envelope) {
        self.bus.publish(envelope).await.expect("published");
    }

    pub async fn event<E: Event>(&self, order: &order::Order, event: &E) {
        self.publish(envelope(order, event)).await;
    }

    /// An order that the order service knows and has published.
    pub async fn placed(&self, customer: &Person) -> order::Order {
        let order = order_of(customer);
        self.orders.put(&order);
        let event = order_changed(OrderEvent::Placed, &order);
        self.event(&order, &event).await;
        order
    }

    /// The worker takes the order. Returns the changed order.
    pub async fn claimed(&self, order: &order::Order, worker: &Person) -> order::Order {
        let order = assigned(order, worker);
        self.orders.put(&order);
        let event = order_moved(
            OrderEvent::Claimed,
            &order,
            OrderStatus::Pending,
            OrderStatus::InProgress,
        );
        self.event(&order, &event).await;
        order
    }

    pub fn by<T>(&self, person: &Person, message: T) -> Request<T> {
        outgoing(&self.context(person), message)
    }

    pub fn context(&self, person: &Person) -> CallContext {
        self.issuer.context(person)
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
    let id = order.id.parse().expect("an id");
    waybill_testkit::envelope(id, order.version, event)
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

#[track_caller]
pub fn invalid<T>(outcome: Result<Response<T>, Status>) {
    refused(outcome, ErrorKind::Invalid, ErrorCode::ValidationError);
}

//! A running order service for one test, with its users.

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tempfile::TempDir;
use waybill_bus::{Bus as _, Envelope, InProcessBus};
use waybill_file_store::{FileStore, LocalStore};
use waybill_order::{Migrator, Settings, Storage, build, verify};
use waybill_primitives::{ManualClock, Role, Timestamp};
use waybill_proto::{
    Event,
    order::{
        self as pb, analytics_service_client::AnalyticsServiceClient,
        cart_service_client::CartServiceClient, catalogue_service_client::CatalogueServiceClient,
        invoice_service_client::InvoiceServiceClient, order_service_client::OrderServiceClient,
        shop_service_client::ShopServiceClient, stock_service_client::StockServiceClient,
        work_service_client::WorkServiceClient,
    },
    payment::{self, PaymentEvent},
};
use waybill_service_kit::{
    AppError, Deps, GrpcChannel, Job, Running, settings::Environment, start,
};
use waybill_store::{Db, EventContext};
use waybill_testkit::{
    Issuer, TestDb, World, db_config, envelope, payment_changed, service_tokens,
};

pub use waybill_testkit::outgoing;

pub use crate::people::{Somebody, fields, guest, lines, payment_of, somebody, usd};

/// How long orders may stay unpaid in tests.
pub const EXPIRY: Duration = Duration::from_mins(30);

/// The service and what a test needs to talk to it.
pub struct Shop {
    pub db: Db,
    pub deps: Deps,
    pub clock: Arc<ManualClock>,
    pub channel: GrpcChannel,
    pub expire: Job,
    pub watch_stock: Job,
    pub clean_up_carts: Job,
    /// The job that removes unreferenced objects.
    pub remove: Job,
    pub admin: Somebody,
    bus: Arc<InProcessBus>,
    issuer: Issuer,
    pub files: Arc<dyn FileStore>,
    folder: Arc<TempDir>,
    running: Running,
    url: String,
    /// Dropped with the shop that it was made for.
    database: Option<TestDb>,
}

impl World for Shop {
    type Migrations = Migrator;

    async fn open(database: TestDb) -> Self {
        let mut shop = Self::open_at(&database.url()).await;
        shop.database = Some(database);
        shop
    }

    async fn close(self) {
        self.verify().await;
        Self::close(&self).await;
    }
}

/// See [`waybill_testkit::on_each_database`].
pub async fn on_each_database(check: impl AsyncFn(&Shop)) {
    waybill_testkit::on_each_database(check).await;
}

/// See [`waybill_testkit::on_any_database`].
pub async fn on_any_database(check: impl AsyncFn(&Shop)) {
    waybill_testkit::on_any_database(check).await;
}

fn storage(files: &Arc<dyn FileStore>, folder: &TempDir) -> Storage {
    Storage::new(Arc::clone(files), folder.path().join("spool"))
}

impl Shop {
    async fn open_at(url: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let files = Arc::new(LocalStore::open(&folder.path().join("files")).unwrap());
        Self::open_on(url, files, folder).await
    }

    /// With this storage.
    pub async fn open_on(url: &str, files: Arc<dyn FileStore>, folder: Arc<TempDir>) -> Self {
        let now = Timestamp::now();
        Self::replica(
            url,
            Issuer::default(),
            Arc::new(ManualClock::new(now)),
            InProcessBus::new(),
            (files, folder),
            Environment::Development,
        )
        .await
    }

    async fn replica(
        url: &str,
        issuer: Issuer,
        clock: Arc<ManualClock>,
        bus: Arc<InProcessBus>,
        (files, folder): (Arc<dyn FileStore>, Arc<TempDir>),
        environment: Environment,
    ) -> Self {
        let db = Db::connect(&db_config(url), "order").await.unwrap();
        let verifier = issuer.verifier();
        let mut deps = Deps::new(db.clone(), bus.clone(), verifier, service_tokens());
        deps.clock = clock.clone();
        deps.environment = environment;
        let settings = Settings {
            order_expiry: EXPIRY,
            ..Settings::default()
        };
        let storage = storage(&files, &folder);
        let mut service = build(&deps, &settings, storage).await.unwrap();
        // These run when a test says so.
        let mut job = |name| {
            let at = service.jobs.iter().position(|job| job.name == name);
            service.jobs.remove(at.expect(name))
        };
        let (expire, remove) = (job("expire-orders"), job("remove-files"));
        let clean_up_carts = job("clean-up-carts");
        let watch_stock = job("watch-stock");
        let running = start(service, &deps).await.unwrap();
        let admin = somebody(&issuer, Role::Admin, "Anna Admin");
        let (channel, url) = (running.channel(), url.to_owned());
        Self {
            db,
            deps,
            clock,
            channel,
            expire,
            watch_stock,
            clean_up_carts,
            remove,
            admin,
            bus,
            issuer,
            files,
            folder,
            running,
            url,
            database: None,
        }
    }

    /// The storage for another process.
    pub fn storage(&self) -> Storage {
        storage(&self.files, &self.folder)
    }

    /// Another process of the same service.
    pub async fn second(&self) -> Self {
        self.second_in(Environment::Development).await
    }

    /// As [`Self::second`], in this environment.
    pub async fn second_in(&self, environment: Environment) -> Self {
        let (issuer, clock) = (self.issuer.clone(), Arc::clone(&self.clock));
        let place = (Arc::clone(&self.files), Arc::clone(&self.folder));
        let bus = InProcessBus::new();
        Self::replica(&self.url, issuer, clock, bus, place, environment).await
    }

    pub async fn close(&self) {
        assert!(self.running.drain(Duration::from_mins(1)).await);
        self.db.close().await;
    }

    pub async fn verify(&self) {
        let violations = verify(&self.db).await.unwrap();
        assert_eq!(violations, Vec::<String>::new());
    }

    pub fn somebody(&self, role: Role, name: &str) -> Somebody {
        somebody(&self.issuer, role, name)
    }

    pub fn customer(&self) -> Somebody {
        self.somebody(Role::Customer, "Carla Customer")
    }

    /// A guest.
    pub fn guest(&self) -> Somebody {
        guest(&self.issuer, "Grace Guest")
    }

    pub fn worker(&self) -> Somebody {
        self.somebody(Role::Staff, "Will Worker")
    }

    pub fn catalogue(&self) -> CatalogueServiceClient<GrpcChannel> {
        CatalogueServiceClient::new(self.channel.clone())
    }

    pub fn stock(&self) -> StockServiceClient<GrpcChannel> {
        StockServiceClient::new(self.channel.clone())
    }

    pub fn orders(&self) -> OrderServiceClient<GrpcChannel> {
        OrderServiceClient::new(self.channel.clone())
    }

    pub fn analytics(&self) -> AnalyticsServiceClient<GrpcChannel> {
        AnalyticsServiceClient::new(self.channel.clone())
    }

    /// Waits until all events so far have been consumed.
    pub async fn flush(&self) {
        let is_consumed = async || waybill_store::backlog(&self.db).await.unwrap() == 0;
        waybill_testkit::until("all events are consumed", is_consumed).await;
    }

    /// Delivers an event to this process alone, as a bus that repeats itself would.
    pub async fn deliver(&self, event: Envelope) {
        self.bus.publish(event).await.unwrap();
    }

    pub fn work(&self) -> WorkServiceClient<GrpcChannel> {
        WorkServiceClient::new(self.channel.clone())
    }

    pub fn carts(&self) -> CartServiceClient<GrpcChannel> {
        CartServiceClient::new(self.channel.clone())
    }

    pub fn settings(&self) -> ShopServiceClient<GrpcChannel> {
        ShopServiceClient::new(self.channel.clone())
    }

    pub fn invoices(&self) -> InvoiceServiceClient<GrpcChannel> {
        InvoiceServiceClient::new(self.channel.clone())
    }

    /// New goods with this stock.
    pub async fn goods(&self, name: &str, price: i64, stock: i64) -> pb::Product {
        self.product(name, pb::ProductKind::Goods, price, stock)
            .await
    }

    pub async fn service(&self, name: &str, price: i64) -> pb::Product {
        self.product(name, pb::ProductKind::Service, price, 0).await
    }

    async fn product(
        &self,
        name: &str,
        kind: pb::ProductKind,
        price: i64,
        stock: i64,
    ) -> pb::Product {
        let request = pb::CreateProductRequest {
            name: name.to_owned(),
            kind: kind.into(),
            price: Some(usd(price)),
            stock,
            ..Default::default()
        };
        let answer = self
            .catalogue()
            .create_product(outgoing(&self.admin.ctx, request))
            .await;
        answer.unwrap().into_inner().product.unwrap()
    }

    /// The current product as administrators see it.
    pub async fn look_at(&self, product: &pb::Product) -> pb::Product {
        let request = pb::GetProductRequest {
            id: product.id.clone(),
        };
        let answer = self
            .catalogue()
            .get_product(outgoing(&self.admin.ctx, request))
            .await;
        answer.unwrap().into_inner().product.unwrap()
    }

    /// (on hand, reserved) of a product.
    pub async fn level(&self, product: &pb::Product) -> (i64, i64) {
        let now = self.look_at(product).await;
        (now.on_hand.unwrap(), now.reserved.unwrap())
    }

    pub async fn try_place(
        &self,
        who: &Somebody,
        request: pb::PlaceOrderRequest,
    ) -> Result<pb::PlaceOrderResponse, AppError> {
        Ok(self
            .orders()
            .place_order(outgoing(&who.ctx, request))
            .await?
            .into_inner())
    }

    pub async fn place(&self, who: &Somebody, items: &[(&pb::Product, i64)]) -> pb::Order {
        self.try_place(who, lines(items))
            .await
            .unwrap()
            .order
            .unwrap()
    }

    pub async fn get(&self, who: &Somebody, order: &pb::Order) -> Result<pb::Order, AppError> {
        let request = pb::GetOrderRequest {
            id: order.id.clone(),
        };
        let answer = self.orders().get_order(outgoing(&who.ctx, request)).await?;
        Ok(answer.into_inner().order.unwrap())
    }

    /// The order as it is now.
    pub async fn refresh(&self, order: &pb::Order) -> pb::Order {
        self.get(&self.admin, order).await.unwrap()
    }

    pub async fn cancel(&self, who: &Somebody, order: &pb::Order) -> Result<pb::Order, AppError> {
        let request = pb::CancelOrderRequest {
            id: order.id.clone(),
            ..Default::default()
        };
        let answer = self
            .orders()
            .cancel_order(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().order.unwrap())
    }

    pub async fn change_status(
        &self,
        who: &Somebody,
        order: &pb::Order,
        status: pb::OrderStatus,
    ) -> Result<pb::Order, AppError> {
        let request = pb::ChangeStatusRequest {
            id: order.id.clone(),
            status: status.into(),
            ..Default::default()
        };
        let answer = self
            .orders()
            .change_status(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().order.unwrap())
    }

    pub async fn claim(&self, who: &Somebody, order: &pb::Order) -> Result<pb::Order, AppError> {
        let request = pb::ClaimOrderRequest {
            version: None,
            id: order.id.clone(),
        };
        let answer = self.work().claim_order(outgoing(&who.ctx, request)).await?;
        Ok(answer.into_inner().order.unwrap())
    }

    pub async fn ask(
        &self,
        who: &Somebody,
        order: &pb::Order,
        kind: pb::ChangeRequestKind,
    ) -> Result<pb::ChangeRequest, AppError> {
        let request = pb::CreateChangeRequestRequest {
            order_id: order.id.clone(),
            kind: kind.into(),
            reason: "because".into(),
            customer_note: String::new(),
        };
        let answer = self
            .work()
            .create_change_request(outgoing(&who.ctx, request))
            .await?;
        Ok(answer.into_inner().change_request.unwrap())
    }

    pub async fn decide(
        &self,
        request: &pb::ChangeRequest,
        approve: bool,
    ) -> Result<pb::DecideChangeRequestResponse, AppError> {
        let decision = pb::DecideChangeRequestRequest {
            id: request.id.clone(),
            approve,
            note: String::new(),
            ..Default::default()
        };
        let ctx = &self.admin.ctx;
        Ok(self
            .work()
            .decide_change_request(outgoing(ctx, decision))
            .await?
            .into_inner())
    }

    pub async fn history(&self, who: &Somebody, order: &pb::Order) -> Vec<pb::HistoryItem> {
        let request = pb::GetHistoryRequest {
            limit: 0,
            order_id: order.id.clone(),
            after_version: 0,
        };
        let answer = self.orders().get_history(outgoing(&who.ctx, request)).await;
        answer.unwrap().into_inner().items
    }

    /// Runs an SQL statement.
    pub async fn statement(&self, sql: &str) {
        let tx = self.db.begin(&EventContext::default()).await.unwrap();
        tx.conn().execute_unprepared(sql).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// How many transactions have written the rows of a table; None where rows do not show it.
    pub async fn transactions_of(&self, table: &str) -> Option<i64> {
        if self.db.backend() != DbBackend::Postgres {
            return None;
        }
        let sql = format!("SELECT COUNT(DISTINCT xmin::text) FROM {table}");
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = self.db.reader().query_one_raw(statement).await.unwrap();
        Some(row.unwrap().try_get_by_index(0).unwrap())
    }

    /// Runs the check for low stock.
    pub async fn watch_stock(&self) {
        (self.watch_stock.run)().await.unwrap();
    }

    /// Expires orders that are due.
    pub async fn expire_due(&self) {
        (self.expire.run)().await.unwrap();
    }

    /// Pays the whole order by an event of the payment service.
    pub async fn pay(&self, order: &pb::Order) -> payment::Payment {
        let paid = payment_of(order);
        self.send_event(&paid, &payment_changed(PaymentEvent::Succeeded, &paid))
            .await;
        paid
    }

    /// Publishes a refund, after which `so_far` minor units of a payment have been refunded in all; `lines`: the units that it is for.
    pub async fn refund(
        &self,
        paid: &payment::Payment,
        version: i64,
        so_far: i64,
        lines: &[payment::RefundLine],
    ) {
        let back = payment::Payment {
            version,
            ..paid.clone()
        };
        let event = payment::PaymentChanged {
            refunded: Some(usd(so_far)),
            reason: "broken".into(),
            lines: lines.to_vec(),
            ..payment_changed(PaymentEvent::Refunded, &back)
        };
        self.send_event(&back, &event).await;
    }

    /// Publishes an event of payment; returns when the order service has consumed it.
    pub async fn send_event<E: Event>(&self, about: &payment::Payment, event: &E) {
        self.send_event_of("payment", &about.id, about.version, event)
            .await;
    }

    /// Publishes an event of another service; returns when the order service has consumed it.
    pub async fn send_event_of<E: Event>(&self, source: &str, id: &str, version: i64, event: &E) {
        let mut envelope = envelope(id.parse().unwrap(), version, event);
        envelope.source = source.into();
        self.bus.publish(envelope).await.unwrap();
    }

    /// The subjects (their last word) of an aggregate's events, by version.
    pub async fn events(&self, kind: &str, id: &str) -> Vec<String> {
        let id: uuid::Uuid = id.parse().unwrap();
        let all = waybill_store::outbox_events(&self.db, kind, None, 100_000)
            .await
            .unwrap();
        let mut own: Vec<_> = all
            .into_iter()
            .filter(|event| event.aggregate_id == id)
            .collect();
        own.sort_by_key(|event| event.aggregate_version);
        own.iter()
            .map(|event| event.subject.rsplit('.').next().unwrap().to_owned())
            .collect()
    }

    /// All events of a kind, in the order in which they were published.
    pub async fn published<E: Event>(&self) -> Vec<E> {
        let kind = E::SUBJECTS[0].split('.').nth(2).unwrap();
        let all = waybill_store::outbox_events(&self.db, kind, None, 100_000)
            .await
            .unwrap();
        let of_kind = all
            .iter()
            .filter(|event| E::SUBJECTS.contains(&event.subject.as_str()));
        of_kind
            .map(|event| E::decode(event.payload.clone()).unwrap())
            .collect()
    }

    /// The acts in the audit log so far, oldest first.
    pub async fn acts(&self) -> Vec<waybill_proto::common::AuditRecord> {
        let all = waybill_store::outbox_events(&self.db, "audit", None, 100_000)
            .await
            .unwrap();
        let records = all.iter().map(|event| {
            <pb::AuditRecorded as prost::Message>::decode(event.payload.clone()).unwrap()
        });
        records.filter_map(|event| event.record).collect()
    }

    /// The latest change of this kind of an order.
    pub async fn last_change(&self, kind: pb::OrderEvent, order: &pb::Order) -> pb::OrderChanged {
        let id: uuid::Uuid = order.id.parse().unwrap();
        let all = waybill_store::outbox_events(&self.db, "order", None, 100_000)
            .await
            .unwrap();
        let own = all.iter().filter(|event| event.aggregate_id == id);
        let changes = own.map(|event| waybill_store::decode::<pb::OrderChanged>(event).unwrap());
        let last = changes.filter(|change| change.kind() == kind).last();
        last.unwrap_or_else(|| panic!("no {kind:?} of {}", order.order_number))
    }
}

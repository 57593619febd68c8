//! The state of the random operations, and their execution through gRPC or by an event of payment.

use std::collections::BTreeMap;

use sea_orm::{DbBackend, FromQueryResult as _, JsonValue, Statement};
use waybill_proto::{
    order::{
        self as pb, ChangeRequestKind, FilePurpose, NoteVisibility, OrderStatus, ShipmentState,
    },
    payment::{self, PaymentEvent},
};
use waybill_service_kit::{AppError, ErrorCode};
use waybill_testkit::payment_changed;

use super::Step;
use crate::{
    editing::{begin, edit, new_lines},
    files::samples::{of_order, pdf},
    notes,
    shipments::{ship, turn},
    shop::{EXPIRY, Shop, Somebody, lines, outgoing, payment_of},
    shopper::Shopper,
};

/// Tables that only operations of users change. Without data that follows events asynchronously (analytics, words), and without the
/// list of objects to remove, to which a refused upload may add.
const TABLES: [&str; 17] = [
    "products",
    "stock",
    "stock_movements",
    "orders",
    "order_items",
    "order_history",
    "change_requests",
    "carts",
    "cart_items",
    "payment_attempts",
    "shipments",
    "shipment_lines",
    "order_notes",
    "order_progress",
    "files",
    "workers",
    "idempotency_keys",
];

/// Limit of open orders of the first worker: low, so that it is reached.
const LIMIT: i32 = 2;

pub struct World<'a> {
    shop: &'a Shop,
    products: [pb::Product; 3],
    customer: Somebody,
    crew: [Somebody; 2],
    cart: Shopper<'a>,
    orders: Vec<pb::Order>,
    payments: Vec<payment::Payment>,
    requests: Vec<pb::ChangeRequest>,
    shipments: Vec<pb::Shipment>,
    files: Vec<pb::File>,
}

impl<'a> World<'a> {
    pub async fn new(shop: &'a Shop) -> Self {
        let products = [
            shop.goods("A", 5, 12).await,
            shop.goods("B", 0, 12).await,
            shop.service("C", 7).await,
        ];
        let customer = shop.customer();
        let crew = [shop.hired("Will").await, shop.hired("Wanda").await];
        shop.limit(&crew[0], LIMIT).await;
        Self {
            cart: Shopper::with(shop, customer.ctx.clone()),
            shop,
            products,
            customer,
            crew,
            orders: Vec::new(),
            payments: Vec::new(),
            requests: Vec::new(),
            shipments: Vec::new(),
            files: Vec::new(),
        }
    }

    /// All rows of these tables, and the written events. Not those about invoices, which follow from earlier events at any time.
    pub async fn snapshot(&self) -> BTreeMap<&'static str, Vec<String>> {
        let mut rows = BTreeMap::new();
        for table in TABLES {
            rows.insert(table, self.rows(&format!("SELECT * FROM {table}")).await);
        }
        let events = "SELECT id FROM outbox WHERE aggregate <> 'invoice'";
        rows.insert("outbox", self.rows(events).await);
        rows
    }

    async fn rows(&self, query: &str) -> Vec<String> {
        let reader = self.shop.db.reader();
        let backend: DbBackend = sea_orm::ConnectionTrait::get_database_backend(reader);
        let rows = JsonValue::find_by_statement(Statement::from_string(backend, query));
        let rows = rows.all(reader).await.unwrap();
        let mut rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
        rows.sort();
        rows
    }

    pub async fn limits_held(&self) {
        let open = self.shop.worker_entry(&self.crew[0]).await.unwrap();
        assert!(open.open_orders <= LIMIT.into(), "{open:?}");
    }

    /// Executes a step; does nothing if its subject does not exist yet.
    pub async fn perform(&mut self, step: Step) -> Result<(), AppError> {
        match step {
            Step::Put { .. }
            | Step::Checkout
            | Step::Adjust { .. }
            | Step::Expire { .. }
            | Step::Place { .. } => self.in_the_shop(step).await,
            Step::Decide { request, .. } | Step::Reassign { request, .. } => {
                match self.requests.get(request).cloned() {
                    Some(request) => self.decided(step, &request).await,
                    None => Ok(()),
                }
            }
            Step::Refund { order } => {
                if let Some(paid) = self.payments.get(order) {
                    let back = payment::Payment {
                        version: 2,
                        ..paid.clone()
                    };
                    let event = payment_changed(PaymentEvent::Refunded, &back);
                    self.shop.send_event(&back, &event).await;
                }
                Ok(())
            }
            Step::Carry { shipment, to } => match self.shipments.get(shipment) {
                Some(shipment) => {
                    let to = ShipmentState::try_from(to as i32).unwrap_or_default();
                    let turned = turn(self.shop, &self.shop.admin, shipment, to, None).await;
                    turned.map(drop)
                }
                None => Ok(()),
            },
            Step::Withdraw { file, by_worker } => match self.files.get(file) {
                Some(file) => {
                    self.shop
                        .delete_file(self.worker_or_customer(by_worker), &file.id)
                        .await
                }
                None => Ok(()),
            },
            Step::Edit { order, .. }
            | Step::Quote { order, .. }
            | Step::Begin { order }
            | Step::Pay { order }
            | Step::Fail { order }
            | Step::Cancel { order, .. }
            | Step::Status { order, .. }
            | Step::Claim { order }
            | Step::Ask { order, .. }
            | Step::Assign { order, .. }
            | Step::Release { order, .. }
            | Step::Ship { order, .. }
            | Step::Tell { order, .. }
            | Step::HandIn { order, .. } => match self.orders.get(order).cloned() {
                Some(order) => self.with_order(step, &order).await,
                None => Ok(()),
            },
        }
    }

    fn worker_or_customer(&self, by_worker: bool) -> &Somebody {
        if by_worker {
            &self.crew[0]
        } else {
            &self.customer
        }
    }

    fn worker_or_admin(&self, by_worker: bool) -> &Somebody {
        if by_worker {
            &self.crew[0]
        } else {
            &self.shop.admin
        }
    }

    async fn in_the_shop(&mut self, step: Step) -> Result<(), AppError> {
        match step {
            Step::Place {
                product,
                quantity,
                second,
            } => {
                let mut items = vec![(&self.products[product], quantity)];
                if second {
                    items.push((&self.products[2 - product], 1));
                }
                let placed = self.shop.try_place(&self.customer, lines(&items)).await?;
                self.orders.extend(placed.order);
            }
            Step::Put { product, quantity } => {
                let product = &self.products[product];
                self.cart.try_put(product, quantity).await?;
            }
            Step::Checkout => {
                let placed = self.cart.try_order("", None).await?;
                self.orders.extend(placed.order);
            }
            Step::Adjust { product, delta } => {
                let request = pb::AdjustStockRequest {
                    version: None,
                    product_id: self.products[product].id.clone(),
                    delta,
                    reason: String::new(),
                };
                let request = outgoing(&self.shop.admin.ctx, request);
                self.shop.stock().adjust_stock(request).await?;
            }
            Step::Expire { quarters } => {
                self.shop.clock.advance(EXPIRY / 4 * quarters);
                self.shop.expire_due().await;
            }
            _ => unreachable!("{step:?} is about something else"),
        }
        Ok(())
    }

    async fn with_order(&mut self, step: Step, order: &pb::Order) -> Result<(), AppError> {
        let shop = self.shop;
        match step {
            Step::Edit {
                product, quantity, ..
            } => {
                let lines = new_lines(&[(&self.products[product], quantity)]);
                edit(shop, &self.customer, order, lines).await?;
            }
            // An offer of 0 or 100, or the end of it, or its acceptance.
            Step::Quote { how, .. } => match how {
                0 | 1 => {
                    let amount = i64::try_from(how).unwrap_or_default() * 100;
                    shop.quote(&shop.admin, order, amount).await?;
                }
                2 => drop(shop.withdraw(&shop.admin, order).await?),
                _ => {
                    let quote = shop.refresh(order).await.quote.unwrap_or_default();
                    shop.accept(&self.customer, order, quote.version).await?;
                }
            },
            Step::Begin { .. } => drop(begin(shop, order).await),
            Step::Pay { .. } => {
                // The current total; an edit may come first.
                let order = shop.refresh(order).await;
                self.payments.push(shop.pay(&order).await);
            }
            Step::Fail { .. } => {
                let failed = payment_of(order);
                let event = payment_changed(PaymentEvent::Failed, &failed);
                shop.send_event(&failed, &event).await;
            }
            Step::Cancel { by_admin, .. } => {
                let who = if by_admin {
                    &shop.admin
                } else {
                    &self.customer
                };
                shop.cancel(who, order).await?;
            }
            Step::Status { to, by_worker, .. } => {
                let to = OrderStatus::try_from(to as i32).unwrap_or_default();
                shop.change_status(self.worker_or_admin(by_worker), order, to)
                    .await?;
            }
            Step::Claim { .. } => drop(shop.claim(&self.crew[0], order).await?),
            Step::Ask {
                kind, by_worker, ..
            } => {
                let kind = ChangeRequestKind::try_from(kind as i32).unwrap_or_default();
                let who = self.worker_or_customer(by_worker);
                let request = shop.ask(who, order, kind).await?;
                self.requests.push(request);
            }
            Step::Assign { to, .. } => {
                let results = shop.assign(&self.crew[to], &[order], false).await?;
                let [result] = results.as_slice() else {
                    panic!("one result for one order: {results:?}");
                };
                if let Some(error) = &result.error {
                    return Err(AppError::conflict(ErrorCode::Conflict, &error.message));
                }
            }
            Step::Release { by_worker, .. } => {
                shop.release(self.worker_or_admin(by_worker), order).await?;
            }
            Step::Ship {
                product,
                quantity,
                by_worker,
                ..
            } => {
                let who = self.worker_or_admin(by_worker);
                let lines = [(&self.products[product], quantity)];
                let shipment = ship(shop, who, order, &lines, ShipmentState::Preparing).await?;
                self.shipments.push(shipment);
            }
            Step::Tell { how, by_worker, .. } => {
                let who = self.worker_or_customer(by_worker);
                if how == 0 {
                    notes::step(shop, who, order, "Sawn", Some(40)).await?;
                } else {
                    let visibility = NoteVisibility::try_from(how as i32).unwrap_or_default();
                    notes::note(shop, who, order, "Looked at it", visibility).await?;
                }
            }
            Step::HandIn {
                purpose, by_worker, ..
            } => {
                let purpose = FilePurpose::try_from(purpose as i32).unwrap_or_default();
                let target = of_order(order, purpose, "plan.pdf");
                let who = self.worker_or_customer(by_worker);
                self.files.push(shop.upload(who, target, &pdf(200)).await?);
            }
            _ => unreachable!("{step:?} is about something else"),
        }
        Ok(())
    }

    async fn decided(&mut self, step: Step, request: &pb::ChangeRequest) -> Result<(), AppError> {
        match step {
            Step::Decide { approve, .. } => drop(self.shop.decide(request, approve).await?),
            Step::Reassign { to, replace, .. } => {
                let to = self.crew.get(to).map(|worker| worker.id.to_string());
                let decision = pb::DecideChangeRequestRequest {
                    id: request.id.clone(),
                    approve: true,
                    assign_to: to.unwrap_or_default(),
                    replace,
                    ..Default::default()
                };
                let decision = outgoing(&self.shop.admin.ctx, decision);
                let decided = self.shop.work().decide_change_request(decision).await?;
                // Events for the closed order still arrive, too.
                self.orders.extend(decided.into_inner().replacement);
            }
            _ => unreachable!("{step:?} is about something else"),
        }
        Ok(())
    }
}

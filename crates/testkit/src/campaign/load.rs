//! Customers and workers as correct clients: they repeat requests without a response under the same key, and record the
//! responses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};
use uuid::Uuid;

use super::account::{Account, Placed, Posted, Verdict};
use crate::{ADMIN, Api};

const SHOPPERS: usize = 8;
const CUSTOMERS: usize = 4;
const WORKERS: usize = 4;
/// The stock of goods at the beginning.
pub const STOCK: i64 = 1_000_000;
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// No request is repeated for longer.
const PATIENCE: Duration = Duration::from_mins(2);

/// The accounts that take part, and the products that are sold.
#[derive(Debug, Clone)]
pub struct People {
    pub admin: Api,
    pub customers: Vec<Api>,
    pub workers: Vec<Worker>,
    pub goods: String,
    pub work: String,
}

#[derive(Debug, Clone)]
pub struct Worker {
    pub id: String,
    pub api: Api,
}

impl People {
    /// Creates the accounts and the products of a new platform.
    pub async fn enrol(anyone: &Api) -> Self {
        let admin = anyone.login(ADMIN.0, ADMIN.1).await;
        // Workers of this shop can claim any number of orders.
        let room = json!({"maxOpenOrdersPerWorker": 10_000});
        admin.patch("/admin/settings", room).await.expect(200);
        let mut customers = Vec::new();
        for number in 0..CUSTOMERS {
            let email = format!("customer{number}@example.com");
            customers.push(anyone.register(&email, "Carla", "Customer").await);
        }
        let mut workers = Vec::new();
        for number in 0..WORKERS {
            let email = format!("worker{number}@example.com");
            let api = anyone.enrol(&admin, &email, "Wendy", "Worker").await;
            let profile = api.get("/users/profile").await.expect(200);
            let id = profile["id"].as_str().expect("an id").to_owned();
            workers.push(Worker { id, api });
        }
        let goods = admin.product("PLENTY", "GOODS", 1_000, STOCK).await;
        let work = admin.product("WORK", "SERVICE", 5_000, 0).await;
        Self {
            admin,
            customers,
            workers,
            goods,
            work,
        }
    }
}

/// Clients that use a platform until they are stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    running: JoinSet<()>,
}

impl Load {
    /// At most so many orders per second, over all shoppers.
    pub fn start(people: &People, account: &Arc<Account>, per_second: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = JoinSet::new();
        let pace = Duration::from_secs(1) * u32::try_from(SHOPPERS).unwrap_or(1) / per_second;
        for number in 0..SHOPPERS {
            let shopper = Client::new(people, account, &stop);
            running.spawn(shopper.shop(number, pace));
        }
        for pair in 0..WORKERS / 2 {
            let worker = Client::new(people, account, &stop);
            running.spawn(worker.work(pair));
        }
        Self { stop, running }
    }

    /// Waits until all clients have finished their current work.
    pub async fn stop(mut self) {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(ended) = self.running.join_next().await {
            ended.expect("a client does not fail");
        }
    }
}

/// One client's view of the platform.
#[derive(Clone)]
pub struct Client {
    people: People,
    account: Arc<Account>,
    stop: Arc<AtomicBool>,
}

impl Client {
    pub fn new(people: &People, account: &Arc<Account>, stop: &Arc<AtomicBool>) -> Self {
        Self {
            people: people.clone(),
            account: Arc::clone(account),
            stop: Arc::clone(stop),
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    async fn shop(self, number: usize, pace: Duration) {
        // Names are unique per platform, whichever client uses them.
        let name = format!("{number}-{}", Uuid::new_v4().simple());
        let customer = number % self.people.customers.len();
        for count in 1.. {
            let next = Instant::now() + pace;
            if self.stopped() {
                return;
            }
            self.shop_once(customer, &format!("{name}-{count}"), count)
                .await;
            sleep_until(next).await;
        }
    }

    /// One order, and the following steps. The steps depend on the count, so that the shoppers include each kind of client.
    async fn shop_once(&self, customer: usize, key: &str, count: usize) {
        let api = &self.people.customers[customer];
        let service = count.is_multiple_of(4);
        // Some give up at the first failure: their orders may exist or not.
        let timeout = if count.is_multiple_of(5) {
            Duration::ZERO
        } else {
            PATIENCE
        };
        let Some(placed) = self.place(customer, key, service, timeout).await else {
            return;
        };
        if count.is_multiple_of(6) {
            self.read_back(api, &placed).await;
        }
        if count.is_multiple_of(7) {
            self.place(customer, key, service, Duration::ZERO).await;
        }
        if count.is_multiple_of(3) {
            return;
        }
        if self.pay(api, &placed.id, key).await {
            let mut book = self.account.book();
            book.paid.insert(placed.id.clone());
            if service {
                book.claimable.push_back(placed);
            }
        }
    }

    /// Places an order of one item.
    pub async fn place(
        &self,
        customer: usize,
        key: &str,
        service: bool,
        timeout: Duration,
    ) -> Option<Placed> {
        let product = if service {
            &self.people.work
        } else {
            &self.people.goods
        };
        // The description contains the key, so that an order without a response can be identified as well.
        let body = json!({"items": [{"productId": product, "quantity": 1}], "description": key});
        self.account.book().tried.insert(key.to_owned());
        let api = &self.people.customers[customer];
        let order = self.repeat(api, "/orders", &body, key, timeout).await?;
        let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
        let placed = Placed {
            key: key.to_owned(),
            id: text("id"),
            number: text("orderNumber"),
            total: order["total"].clone(),
            customer,
        };
        self.account.placed(placed.clone());
        Some(placed)
    }

    /// Checks that what was just acknowledged can be read.
    async fn read_back(&self, api: &Api, placed: &Placed) {
        let path = format!("/orders/{}", placed.id);
        let attempt = api.send(Method::GET, &path, None, &[]).await;
        match self.account.judge("reading an order", attempt) {
            Verdict::Refused(status, code) => {
                let what = format!(
                    "order {} was acknowledged and read back as {status} {code}",
                    placed.number
                );
                self.account.broken(what);
            }
            Verdict::Success(order) if order["orderNumber"] != placed.number.as_str() => {
                self.account
                    .broken(format!("order {} was read back as another", placed.number));
            }
            _ => {}
        }
    }

    /// Pays an order in the sandbox. Returns whether that was acknowledged.
    pub async fn pay(&self, api: &Api, order: &str, key: &str) -> bool {
        let body = json!({"provider": "SANDBOX"});
        let path = format!("/orders/{order}/payments");
        let Some(payment) = self.repeat(api, &path, &body, key, PATIENCE).await else {
            return false;
        };
        let id = payment["payment"]["id"].as_str().unwrap_or_default();
        let path = format!("/sandbox/checkout/{id}");
        let body = json!({"outcome": "SUCCEED"});
        self.repeat(api, &path, &body, key, PATIENCE)
            .await
            .is_some()
    }

    /// Repeats a request until it succeeds, or the timeout or the load ends. A final refusal is a broken promise: all of these
    /// requests are valid.
    async fn repeat(
        &self,
        api: &Api,
        path: &str,
        body: &Value,
        key: &str,
        timeout: Duration,
    ) -> Option<Value> {
        let end = Instant::now() + timeout;
        // Without ids.
        let what = format!("POST {}", path.rsplit('/').next().unwrap_or(path));
        loop {
            match self
                .account
                .judge(&what, attempt(api, path, body, key).await)
            {
                Verdict::Success(body) => return Some(body),
                // The first request with this key is still in progress.
                Verdict::Refused(409, code) if code == "CONFLICT" => {
                    self.account.count("409 at work");
                }
                // The events of the order service have not arrived yet.
                Verdict::Refused(404, _) if path.ends_with("/messages") => {}
                Verdict::Refused(status, code) => {
                    self.account.count(&format!("{status} {code}"));
                    self.account.broken(format!(
                        "POST {path} (key {key}) was refused: {status} {code}"
                    ));
                    return None;
                }
                Verdict::Later => {}
            }
            if Instant::now() >= end {
                return None;
            }
            sleep(PAUSE).await;
        }
    }

    /// Two workers race for each paid order for work; the winner chats with the customer.
    async fn work(self, pair: usize) {
        let race = [2 * pair, 2 * pair + 1];
        loop {
            let next = self.account.book().claimable.pop_front();
            let Some(order) = next else {
                if self.stopped() {
                    return;
                }
                sleep(PAUSE).await;
                continue;
            };
            let (one, other) = tokio::join!(
                self.claim(race[0], &order.id),
                self.claim(race[1], &order.id)
            );
            let winner = match (one, other) {
                (Some(true), Some(true)) => {
                    self.account
                        .broken(format!("order {} was won twice", order.number));
                    None
                }
                (Some(true), _) => Some(race[0]),
                (_, Some(true)) => Some(race[1]),
                (Some(false), Some(false)) => {
                    self.account.broken(format!(
                        "both workers got the response that another has order {}",
                        order.number
                    ));
                    None
                }
                _ => None,
            };
            self.account.book().claimed.insert(order.id.clone(), winner);
            if let Some(winner) = winner {
                let worker = &self.people.workers[winner].api;
                self.talk(worker, &order, "worker").await;
                let customer = &self.people.customers[order.customer];
                self.talk(customer, &order, "customer").await;
            }
        }
    }

    /// Whether the worker got the response to have the order; None if it is uncertain.
    async fn claim(&self, worker: usize, order: &str) -> Option<bool> {
        let api = &self.people.workers[worker].api;
        let path = format!("/orders/{order}/claim");
        let key = format!("claim-{worker}-{order}");
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let attempt = attempt(api, &path, &json!({}), &key).await;
            match self.account.judge("claiming an order", attempt) {
                Verdict::Success(_) => return Some(true),
                Verdict::Refused(409, code) if code == "ALREADY_CLAIMED" => return Some(false),
                // The payment has not reached the order yet. Staff cannot see such an order at all.
                Verdict::Refused(404, _) | Verdict::Later => {}
                Verdict::Refused(status, code) => {
                    self.account
                        .broken(format!("claiming {order}: {status} {code}"));
                    return None;
                }
            }
            sleep(PAUSE).await;
        }
        None
    }

    async fn talk(&self, api: &Api, order: &Placed, who: &str) {
        let client_id = format!("{who}-{}", &order.number);
        let body = json!({"body": "When will it be ready?", "clientId": client_id});
        let path = format!("/orders/{}/chat/messages", order.id);
        if self
            .repeat(api, &path, &body, &client_id, PATIENCE)
            .await
            .is_some()
        {
            let order = order.id.clone();
            self.account
                .book()
                .messages
                .push(Posted { order, client_id });
        }
    }
}

async fn attempt(
    api: &Api,
    path: &str,
    body: &Value,
    key: &str,
) -> Result<crate::Answer, reqwest::Error> {
    api.send(Method::POST, path, Some(body), &[("Idempotency-Key", key)])
        .await
}

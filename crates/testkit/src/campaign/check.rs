//! Compares the account with the platform: everything acknowledged exists, and nothing exists twice.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use reqwest::Method;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, Statement};
use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    account::{Account, Book},
    load::{People, STOCK},
};
use crate::{Api, Platform};

const POLL: Duration = Duration::from_millis(250);
/// Concurrent readers.
const READERS: usize = 8;

/// The differences. Sets, because the comparison may run more than once.
#[derive(Debug, Default)]
pub struct Differences {
    pub lost: BTreeSet<String>,
    pub twice: BTreeSet<String>,
    pub wrong: BTreeSet<String>,
}

/// An order as the lists show it.
struct Listed {
    number: String,
    payment: String,
    /// It holds a unit of the product that all customers buy.
    plenty: bool,
    /// Expired: an order that was not paid in time is cancelled.
    expired: bool,
}

/// One comparison.
pub struct Check<'a> {
    pub platform: &'a Platform,
    pub people: &'a People,
    pub account: &'a Account,
    pub found: &'a mut Differences,
    /// What is delivered by events has arrived by then; after that nothing is waited for.
    pub end: Instant,
}

impl Check<'_> {
    /// Compares everything.
    pub async fn run(&mut self) {
        if let Err(violations) = self.platform.verify().await {
            for line in violations.lines().filter(|line| !line.is_empty()) {
                self.found.wrong.insert(format!("verify: {line}"));
            }
        }
        let listed = self.lists().await;
        self.orders().await;
        self.stock(&listed).await;
        self.claims().await;
        self.notifications(&listed).await;
        self.mails(&listed).await;
    }

    fn copy(&self) -> BookCopy {
        BookCopy::of(&self.account.book())
    }

    /// Each acknowledged order by its id, its payments, and the files.
    async fn orders(&mut self) {
        let book = self.copy();
        let mut readers = JoinSet::new();
        let work = std::sync::Arc::new(book.placed);
        let paid = std::sync::Arc::new(book.paid);
        for reader in 0..READERS {
            let (work, paid) = (work.clone(), paid.clone());
            let customers = self.people.customers.clone();
            let end = self.end;
            readers.spawn(async move {
                let mut found = Differences::default();
                for placed in work.iter().skip(reader).step_by(READERS) {
                    let api = &customers[placed.customer];
                    one_order(api, placed, paid.contains(&placed.id), end, &mut found).await;
                }
                found
            });
        }
        for found in readers.join_all().await {
            self.found.lost.extend(found.lost);
            self.found.twice.extend(found.twice);
            self.found.wrong.extend(found.wrong);
        }
        for (path, customer) in book.files {
            let api = &self.people.customers[customer];
            if read(api, &path, self.end).await.is_none() {
                self.found.lost.insert(format!("the file {path}"));
            }
        }
    }

    /// Every customer's list: each acknowledged order once, each key at most once.
    async fn lists(&mut self) -> HashMap<String, Listed> {
        let mut all = HashMap::new();
        let mut keys = HashSet::new();
        let book = self.copy();
        for (customer, api) in self.people.customers.iter().enumerate() {
            for order in pages(api, "/orders?limit=100", self.end).await {
                let id = text(&order, "id");
                let number = text(&order, "orderNumber");
                let key = self.key(api, &order).await;
                if !key.is_empty() && !keys.insert(key.clone()) {
                    self.found
                        .twice
                        .insert(format!("key {key} has more than one order"));
                }
                let listed = Listed {
                    number: number.clone(),
                    payment: text(&order, "paymentStatus"),
                    plenty: order["items"][0]["productId"] == self.people.goods.as_str(),
                    expired: order["status"] == "CANCELLED",
                };
                if all.insert(id, listed).is_some() {
                    self.found
                        .twice
                        .insert(format!("order {number} is listed twice"));
                }
            }
            for placed in book.placed.iter().filter(|one| one.customer == customer) {
                if !all.contains_key(&placed.id) {
                    let what = format!("order {} ({})", placed.number, placed.id);
                    self.found.lost.insert(what);
                }
            }
        }
        all
    }

    /// The key that an order was placed with. Lists may leave descriptions out.
    async fn key(&self, api: &Api, order: &Value) -> String {
        if order.get("description").is_some() {
            return text(order, "description");
        }
        let whole = read(api, &format!("/orders/{}", text(order, "id")), self.end).await;
        whole.map_or_else(String::new, |whole| text(&whole, "description"))
    }

    /// Nothing is reserved or sold for an order that does not exist.
    async fn stock(&mut self, listed: &HashMap<String, Listed>) {
        let held = listed
            .values()
            .filter(|order| order.plenty && !order.expired);
        let count = |payment: &str| {
            let orders = held.clone().filter(|order| order.payment == payment);
            i64::try_from(orders.count()).unwrap_or(i64::MAX)
        };
        let (reserved, sold) = (count("UNPAID"), count("PAID"));
        let path = format!("/products/{}", self.people.goods);
        let Some(product) = read(&self.people.admin, &path, self.end).await else {
            self.found.lost.insert("the product".to_owned());
            return;
        };
        let shown = (product["onHand"].as_i64(), product["reserved"].as_i64());
        if shown != (Some(STOCK - sold), Some(reserved)) {
            self.found.wrong.insert(format!(
                "stock: {shown:?} on hand and reserved, with {sold} orders paid and {reserved} unpaid"
            ));
        }
    }

    /// Each order that was won belongs to the winner; its messages and system lines exist once.
    async fn claims(&mut self) {
        let book = self.copy();
        let admin = &self.people.admin;
        for (order, winner) in &book.claimed {
            let Some(shown) = read(admin, &format!("/orders/{order}"), self.end).await else {
                continue;
            };
            let assignee = shown["assignee"]["id"].as_str();
            let expected = winner.map(|winner| self.people.workers[winner].id.as_str());
            if expected.is_some() && assignee != expected {
                let what = format!("order {order} was won by {expected:?} and has {assignee:?}");
                self.found.lost.insert(what);
            }
            let path = format!("/orders/{order}/chat/messages?limit=100");
            let lines = pages(admin, &path, self.end).await;
            let mut system = HashMap::<String, usize>::new();
            let mut posted = HashMap::<String, usize>::new();
            for line in &lines {
                if line["author"].is_null() {
                    *system.entry(text(line, "body")).or_default() += 1;
                } else {
                    *posted.entry(text(line, "clientId")).or_default() += 1;
                }
            }
            self.once(&format!("order {order}: the line"), &system);
            self.once(&format!("order {order}: the message"), &posted);
            if assignee.is_some() && system.is_empty() {
                let what = format!("order {order}: the conversation has no line of its claim");
                self.found.lost.insert(what);
            }
            for message in book.messages.iter().filter(|one| one.order == *order) {
                if !posted.contains_key(&message.client_id) {
                    let what = format!("the message {} of order {order}", message.client_id);
                    self.found.lost.insert(what);
                }
            }
        }
    }

    /// Each order's customer was notified once that it is placed, and once that it is paid.
    async fn notifications(&mut self, listed: &HashMap<String, Listed>) {
        let mut notified = HashMap::<String, usize>::new();
        for api in &self.people.customers {
            for one in pages(api, "/notifications?limit=100", self.end).await {
                let what = format!("{} of {}", text(&one, "type"), text(&one, "orderId"));
                *notified.entry(what).or_default() += 1;
            }
        }
        self.once("the notification", &notified);
        for (id, order) in listed {
            let paid = (order.payment == "PAID").then_some("ORDER_PAID");
            for kind in ["ORDER_PLACED"].into_iter().chain(paid) {
                let what = format!("{kind} of {id}");
                if !notified.contains_key(&what) {
                    self.found.lost.insert(format!("the notification {what}"));
                }
            }
        }
    }

    /// Each order's confirmation was sent once. The gateway of the distributed shape does not show the mailbox, so this reads the
    /// database.
    async fn mails(&mut self, listed: &HashMap<String, Listed>) {
        let missing = loop {
            let mut sent = HashMap::<String, usize>::new();
            let mails = mails(&self.platform.database_url("notification")).await;
            let mut subjects = HashSet::new();
            for (address, subject) in mails.unwrap_or_default() {
                *sent.entry(format!("{subject:?} to {address}")).or_default() += 1;
                subjects.insert(subject);
            }
            let missing: Vec<_> = listed
                .values()
                .map(|order| format!("Order confirmation {}", order.number))
                .filter(|subject| !subjects.contains(subject))
                .collect();
            if missing.is_empty() || Instant::now() > self.end {
                self.once("the mail", &sent);
                break missing;
            }
            sleep(POLL).await;
        };
        let missing = missing
            .into_iter()
            .map(|subject| format!("the mail {subject}"));
        self.found.lost.extend(missing);
    }

    fn once(&mut self, what: &str, counts: &HashMap<String, usize>) {
        for (name, count) in counts.iter().filter(|(_, count)| **count > 1) {
            self.found
                .twice
                .insert(format!("{what} {name} is there {count} times"));
        }
    }
}

/// The parts of the book that are compared.
struct BookCopy {
    placed: Vec<super::account::Placed>,
    paid: HashSet<String>,
    claimed: HashMap<String, Option<usize>>,
    messages: Vec<super::account::Posted>,
    files: Vec<(String, usize)>,
}

impl BookCopy {
    fn of(book: &Book) -> Self {
        Self {
            placed: book.placed.values().cloned().collect(),
            paid: book.paid.clone(),
            claimed: book.claimed.clone(),
            messages: book.messages.clone(),
            files: book.files.clone(),
        }
    }
}

async fn one_order(
    api: &Api,
    placed: &super::account::Placed,
    paid: bool,
    end: Instant,
    found: &mut Differences,
) {
    let path = format!("/orders/{}", placed.id);
    let Some(order) = read(api, &path, end).await else {
        found
            .lost
            .insert(format!("order {} ({})", placed.number, placed.id));
        return;
    };
    if order["orderNumber"] != placed.number.as_str() || order["total"] != placed.total {
        found
            .wrong
            .insert(format!("order {} has changed", placed.number));
    }
    if !paid {
        return;
    }
    if !becomes_paid(api, &path, end).await {
        found
            .lost
            .insert(format!("the payment of order {}", placed.number));
    }
    let payments = pages(api, &format!("{path}/payments"), end).await;
    let succeeded = payments.iter().filter(|one| one["state"] == "SUCCEEDED");
    match succeeded.count() {
        1 => {}
        0 => {
            found
                .lost
                .insert(format!("the success of {}'s payment", placed.number));
        }
        count => {
            found
                .twice
                .insert(format!("order {} was paid {count} times", placed.number));
        }
    }
}

async fn becomes_paid(api: &Api, path: &str, end: Instant) -> bool {
    loop {
        let order = read(api, path, end).await;
        if order.is_some_and(|order| order["paymentStatus"] == "PAID") {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        sleep(POLL).await;
    }
}

/// The body of a resource; None if it does not exist. A request without a response is repeated: everything is up again.
async fn read(api: &Api, path: &str, end: Instant) -> Option<Value> {
    loop {
        match api.send(Method::GET, path, None, &[]).await {
            Ok(answer) if answer.status == 200 => return Some(answer.body),
            Ok(answer) if answer.status == 404 => return None,
            _ if Instant::now() > end => return None,
            _ => sleep(POLL).await,
        }
    }
}

/// All items of a list.
async fn pages(api: &Api, path: &str, end: Instant) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path_now) = next.take() {
        let Some(mut page) = read(api, &path_now, end).await else {
            return items;
        };
        if let Some(more) = page["items"].as_array_mut() {
            items.append(more);
        }
        let mark = if path.contains('?') { '&' } else { '?' };
        next = page["nextCursor"]
            .as_str()
            .map(|cursor| format!("{path}{mark}cursor={cursor}"));
    }
    items
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// Address and subject of each mail that was sent.
async fn mails(url: &str) -> Result<Vec<(String, String)>, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await?;
    let backend = connection.get_database_backend();
    let all = Statement::from_string(
        backend,
        "SELECT address, subject FROM deliveries WHERE state = 'SENT'",
    );
    let rows = connection.query_all_raw(all).await;
    let _ = connection.close().await;
    let both =
        |row: &sea_orm::QueryResult| Ok((row.try_get("", "address")?, row.try_get("", "subject")?));
    rows?.iter().map(both).collect()
}

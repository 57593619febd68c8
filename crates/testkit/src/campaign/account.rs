//! What clients were told: their own account of what must be there, and of how they were answered.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use reqwest::{StatusCode, header};

use crate::Answer;

/// An order as its client was told of it.
#[derive(Debug, Clone)]
pub struct Placed {
    pub key: String,
    pub id: String,
    pub number: String,
    pub total: serde_json::Value,
    /// Whose it is: a number of [`super::load::People::customers`].
    pub customer: usize,
}

/// A message that its author was told is posted.
#[derive(Debug, Clone)]
pub struct Posted {
    pub order: String,
    pub client_id: String,
}

#[derive(Debug, Default)]
pub struct Book {
    /// Keys that orders were sent with, answered or not.
    pub tried: HashSet<String>,
    /// Acknowledged orders by their key.
    pub placed: HashMap<String, Placed>,
    /// Orders whose payment was answered as succeeded.
    pub paid: HashSet<String>,
    /// Paid orders for work that nobody has claimed yet.
    pub claimable: VecDeque<Placed>,
    /// Orders and which worker was told to have won them; none if nobody was.
    pub claimed: HashMap<String, Option<usize>>,
    pub messages: Vec<Posted>,
    /// Files that were answered as taken: where they are read, and who may.
    pub files: Vec<(String, usize)>,
    /// Answers that were not a success, by what they were.
    pub failed: BTreeMap<String, u64>,
    /// Promises that were seen broken at once.
    pub broken: Vec<String>,
}

/// Shared by all clients of a platform.
#[derive(Debug, Default)]
pub struct Account(Mutex<Book>);

/// What an attempt came to, as its client should take it.
#[derive(Debug)]
pub enum Verdict {
    Success(serde_json::Value),
    /// The same again later.
    Later,
    /// An answer for good: the status and the code.
    Refused(u16, String),
}

impl Account {
    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn orders(&self) -> usize {
        self.book().placed.len()
    }

    pub fn broken(&self, what: String) {
        self.book().broken.push(what);
    }

    /// Notes that an order was acknowledged. A key has one order.
    pub fn placed(&self, placed: Placed) {
        let mut book = self.book();
        if let Some(before) = book.placed.get(&placed.key) {
            if before.id != placed.id {
                let what = format!(
                    "key {} was answered with order {} and then with {}",
                    placed.key, before.id, placed.id
                );
                book.broken.push(what);
            }
            return;
        }
        book.placed.insert(placed.key.clone(), placed);
    }

    /// Judges an attempt and counts it unless it succeeded.
    pub fn judge(&self, what: &str, attempt: Result<Answer, reqwest::Error>) -> Verdict {
        let answer = match attempt {
            Ok(answer) => answer,
            Err(error) => {
                self.count(transport(&error));
                return Verdict::Later;
            }
        };
        let code = answer.body["error"]["code"].as_str().unwrap_or_default();
        match StatusCode::from_u16(answer.status) {
            Ok(status) if status.is_success() => Verdict::Success(answer.body),
            Ok(StatusCode::SERVICE_UNAVAILABLE) => {
                if answer.headers.contains_key(header::RETRY_AFTER) {
                    self.count("503");
                } else {
                    self.count("503 without Retry-After");
                }
                Verdict::Later
            }
            Ok(status) if status.is_client_error() => {
                Verdict::Refused(answer.status, code.to_owned())
            }
            _ => {
                self.count(&answer.status.to_string());
                let answered = format!("{what} was answered {} {code}", answer.status);
                let mut book = self.book();
                // One of each kind, with a request to look for in the logs.
                if !book.broken.iter().any(|one| one.starts_with(&answered)) {
                    let request = &answer.body["requestId"];
                    book.broken
                        .push(format!("{answered}, for instance {request}"));
                }
                Verdict::Later
            }
        }
    }

    pub fn count(&self, what: &str) {
        *self.book().failed.entry(what.to_owned()).or_default() += 1;
    }
}

/// Names for requests that got no answer.
fn transport(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "refused"
    } else {
        "cut off"
    }
}

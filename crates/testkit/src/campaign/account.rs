//! What clients were told by responses: their own record of what must exist, and of the failed responses.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use reqwest::{StatusCode, header};

use crate::Answer;

/// An order as its client got it in the response.
#[derive(Debug, Clone)]
pub struct Placed {
    pub key: String,
    pub id: String,
    pub number: String,
    pub total: serde_json::Value,
    /// The customer: a number of [`super::load::People::customers`].
    pub customer: usize,
}

/// A message whose author got the response that it was posted.
#[derive(Debug, Clone)]
pub struct Posted {
    pub order: String,
    pub client_id: String,
}

#[derive(Debug, Default)]
pub struct Book {
    /// Keys that orders were sent with, with or without a response.
    pub tried: HashSet<String>,
    /// Acknowledged orders by their key.
    pub placed: HashMap<String, Placed>,
    /// Orders whose payment got the response that it succeeded.
    pub paid: HashSet<String>,
    /// Paid orders for work that nobody has claimed yet.
    pub claimable: VecDeque<Placed>,
    /// Orders and which worker got the response to have won them; none if nobody did.
    pub claimed: HashMap<String, Option<usize>>,
    pub messages: Vec<Posted>,
    /// Files that were acknowledged: where they are read, and by whom.
    pub files: Vec<(String, usize)>,
    /// Responses that were not a success, by kind.
    pub failed: BTreeMap<String, u64>,
    /// Broken promises that were noticed at once.
    pub broken: Vec<String>,
}

/// Shared by all clients of a platform.
#[derive(Debug, Default)]
pub struct Account(Mutex<Book>);

/// The result of an attempt, as its client should treat it.
#[derive(Debug)]
pub enum Verdict {
    Success(serde_json::Value),
    /// Repeat the same request later.
    Later,
    /// A final response: the status and the code.
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

    /// Records that an order was acknowledged. A key has one order.
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

    /// Classifies an attempt and counts it unless it succeeded.
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
                // One of each kind, with a request id to look for in the logs.
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

/// Names for requests that got no response.
fn transport(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "refused"
    } else {
        "cut off"
    }
}

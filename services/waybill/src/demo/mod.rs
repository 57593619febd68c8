//! Demo data: a shop that has been open for a while. It is written with the services' own calls, so it is data that a client could
//! have created. Every step can be repeated, so an interrupted seeding is completed. Once it is complete it is never written
//! again: later changes by users stay.

mod catalogue;
mod drawing;
mod files;
mod follow;
mod orders;
mod payouts;
mod quotes;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tonic::{Code, Response, Status};
pub use waybill_auth::demo::{ACCOUNTS, ADMIN, Account, NEWCOMER, PASSWORD, admit};
use waybill_proto::{
    Channels, Clients,
    auth::{
        ListUsersRequest, LoginRequest, LoginResponse, RegisterRequest, Session, SetUserRoleRequest,
    },
    common::Role,
};
use waybill_service_kit::{CallContext, GrpcChannel, outgoing};

/// How the demo's customers pay by bank transfer, unless the settings say it.
pub const MANUAL_PAYMENTS: &str = "Transfer the amount to Waybill Demo, IBAN DE02 1203 0000 0000 2020 51, with the order number as the \
    reference.\nThis shop is a demonstration: do not send real money.";

/// The result of [`seed`].
#[derive(Debug)]
pub enum Seeded {
    /// The demo is complete now.
    Now,
    /// It was complete before; nothing was written.
    Before,
    /// The shop was in use already and conflicts with the demo. This step failed, and later steps were skipped.
    InPart(anyhow::Error),
}

/// Writes missing demo data, unless the demo was complete before. The administrator must exist already, with [`PASSWORD`].
///
/// A step that fails is an error if the shop has no products yet. A shop with products is in use and runs without the rest of the
/// demo: [`Seeded::InPart`].
pub async fn seed(channels: &Channels<GrpcChannel>) -> Result<Seeded> {
    let mut demo = Demo::new(channels);
    let in_use = demo.sells_something().await?;
    if demo.is_complete(in_use).await? {
        return Ok(Seeded::Before);
    }
    match demo.complete().await {
        Ok(()) => Ok(Seeded::Now),
        Err(error) if in_use => Ok(Seeded::InPart(error)),
        Err(error) => Err(error),
    }
}

/// A signed-in user.
#[derive(Debug, Clone)]
struct Person {
    context: CallContext,
}

impl Person {
    fn of(session: &Session) -> Self {
        let token = session.access_token.as_str();
        Self {
            context: CallContext::anonymous().with_token(token),
        }
    }

    fn ask<T>(&self, message: T) -> tonic::Request<T> {
        outgoing(&self.context, message)
    }

    /// A request with an idempotency key.
    fn ask_once<T>(&self, key: &str, message: T) -> tonic::Request<T> {
        outgoing(&self.context.clone().with_idempotency_key(key), message)
    }
}

struct Demo {
    clients: Clients<GrpcChannel>,
}

impl Demo {
    fn new(channels: &Channels<GrpcChannel>) -> Self {
        Self {
            clients: Clients::new(channels),
        }
    }

    /// Whether the demo was completed before: then the last account exists. A sign-in with a wrong password is a warning in the log:
    /// at a first start, the administrator can look instead.
    async fn is_complete(&mut self, in_use: bool) -> Result<bool> {
        if !in_use && let Ok(session) = self.sign_in(&ADMIN).await {
            let request = ListUsersRequest {
                q: NEWCOMER.email.into(),
                ..Default::default()
            };
            let request = Person::of(&session).ask(request);
            let answer = self.clients.auth.list_users(request).await;
            let users = answer.context("looking for the demo's accounts")?;
            return Ok(!users.into_inner().users.is_empty());
        }
        Ok(match self.log_in(&NEWCOMER).await {
            Ok(_) => true,
            // Suspended: this answer needs the right password, so the account exists.
            Err(status) => status.code() == Code::PermissionDenied,
        })
    }

    async fn complete(&mut self) -> Result<()> {
        let admin = Person::of(&self.sign_in(&ADMIN).await?);
        if !self.is_played(&admin).await? {
            self.fill(&admin).await?;
        }
        self.pay_out(&admin).await?;
        self.enrol(&NEWCOMER, &admin).await?;
        Ok(())
    }

    async fn fill(&mut self, admin: &Person) -> Result<()> {
        let mut people = Vec::with_capacity(ACCOUNTS.len());
        for account in &ACCOUNTS[1..] {
            people.push(self.enrol(account, admin).await?);
        }
        let [wendy, walter, carla, carl, cleo] = <[Person; 5]>::try_from(people)
            .map_err(|_| anyhow::anyhow!("the demo has five people besides the administrator"))?;
        let products = self.stock_shelves(admin).await?;
        self.fill_cart(&cleo, &products).await?;
        let cast = orders::Cast {
            admin: admin.clone(),
            wendy,
            walter,
            carla,
            carl,
            cleo,
        };
        self.play(&cast, &products).await
    }

    async fn sign_in(&mut self, account: &Account) -> Result<Session> {
        let answer = self.log_in(account).await;
        let answer = answer.with_context(|| format!("signing {} in", account.email))?;
        let session = answer.into_inner().session;
        session.context("a login answers with a session")
    }

    async fn log_in(&mut self, account: &Account) -> Result<Response<LoginResponse>, Status> {
        let request = LoginRequest {
            email: account.email.into(),
            password: PASSWORD.into(),
            device_token: String::new(),
        };
        let anonymous = CallContext::anonymous();
        self.clients.auth.login(outgoing(&anonymous, request)).await
    }

    /// Registers the account unless it exists, gives it its role, signs it in.
    async fn enrol(&mut self, account: &Account, admin: &Person) -> Result<Person> {
        let request = RegisterRequest {
            email: account.email.into(),
            password: PASSWORD.into(),
            first_name: account.first_name.into(),
            last_name: account.last_name.into(),
        };
        let anonymous = CallContext::anonymous();
        let session = match self
            .clients
            .auth
            .register(outgoing(&anonymous, request))
            .await
        {
            Ok(answer) => {
                let session = answer.into_inner().session;
                session.context("the answer has a session")?
            }
            Err(status) if is_conflict(&status) => self.sign_in(account).await?,
            Err(status) => bail!("registering {}: {status}", account.email),
        };
        let user = session.user.as_ref().context("a session has a user")?;
        let role = Role::from(account.role);
        if user.role() == role {
            return Ok(Person::of(&session));
        }
        let request = SetUserRoleRequest {
            id: user.id.clone(),
            role: role.into(),
            version: None,
        };
        let given = self.clients.auth.set_user_role(admin.ask(request)).await;
        given.with_context(|| format!("giving {} a role", account.email))?;
        // A new session, whose token has the role.
        Ok(Person::of(&self.sign_in(account).await?))
    }
}

fn is_conflict(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition
    )
}

/// Repeats a call until the result is there: what follows from events takes a moment.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if start.elapsed() > Duration::from_secs(30) {
            bail!("{what} did not come about within 30 seconds");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

//! HTML pages: welcome page, style sheet, and the development mailbox.

use axum::{
    Router,
    extract::{Query, Request, State},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use waybill_proto::{common::PageRequest, notification as pb};
use waybill_service_kit::{AppError, CallContext};

use crate::{
    app::{App, Gateway, read, required},
    error::ApiError,
    extract::{Id, Unsigned},
    pages::{ICON, STYLES},
    web::is_page,
};

/// Routes of HTML pages, which are not in OpenAPI.
pub fn routes(mailbox: bool) -> Router<App> {
    let router = Router::new()
        .route("/", get(home))
        .route("/assets/waybill.css", get(styles))
        .route("/assets/icon.svg", get(icon))
        .route("/favicon.ico", get(icon));
    if !mailbox {
        return router;
    }
    router
        .route("/mailbox", get(mailbox_list))
        .route("/mailbox/{id}", get(mail))
        .route("/mailbox/{id}/html", get(mail_html))
}

/// The web pages; what there is to try, if they are not built.
async fn home(State(app): State<App>) -> Result<Response, ApiError> {
    match &app.web {
        Some(web) => web.page("/").await,
        None => welcome(&app).map(IntoResponse::into_response),
    }
}

/// What matches no route: a page for a browser, an error in the one format for everybody else.
pub async fn page_or_missing(
    State(app): State<App>,
    request: Request,
) -> Result<Response, ApiError> {
    let missing = ApiError::of_status(StatusCode::NOT_FOUND);
    let path = request.uri().path();
    match &app.web {
        Some(web) if is_page(request.method(), path, request.headers()) => web.page(path).await,
        _ => Err(missing),
    }
}

fn welcome(app: &Gateway) -> Result<Html<String>, ApiError> {
    let context = minijinja::context! {
        demo_accounts => minijinja::value::Serde(&app.demo_accounts),
        mailbox => app.mailbox,
        environment => app.environment.as_str(),
        development => !app.environment.is_production(),
        start => if app.one_process { "waybill" } else { "waybill-auth" },
        version => env!("CARGO_PKG_VERSION"),
    };
    app.templates.render("welcome.html", context).map(Html)
}

async fn styles() -> impl IntoResponse {
    asset("text/css; charset=utf-8", STYLES)
}

async fn icon() -> impl IntoResponse {
    asset("image/svg+xml", ICON)
}

fn asset(kind: &'static str, content: &'static str) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ],
        content,
    )
}

#[derive(Debug, Deserialize)]
struct MailFilter {
    #[serde(default)]
    to: String,
    #[serde(default)]
    cursor: String,
}

/// The mailbox is for development on this machine, so the gateway reads it in its own name.
fn own_context(app: &Gateway, context: CallContext) -> Result<CallContext, ApiError> {
    Ok(context.with_service_token(&app.service_tokens, "gateway")?)
}

async fn mailbox_list(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    Query(filter): Query<MailFilter>,
) -> Result<Html<String>, ApiError> {
    let context = own_context(&app, context)?;
    let request = pb::ListMailsRequest {
        page: Some(PageRequest {
            limit: 50,
            cursor: filter.cursor,
            total: false,
        }),
        to: filter.to.clone(),
    };
    let answer = read!(app.clients.notification, list_mails, &context, request)?;
    let mails: Vec<_> = answer.mails.into_iter().map(shown).collect();
    let next = answer.page.map(|page| page.next_cursor).unwrap_or_default();
    let context = minijinja::context! { mails => mails, to => filter.to, next => next };
    app.templates.render("mailbox.html", context).map(Html)
}

async fn load(app: &Gateway, context: CallContext, id: Id) -> Result<pb::Mail, ApiError> {
    let context = own_context(app, context)?;
    let request = pb::GetMailRequest { id: id.to_string() };
    let answer = read!(app.clients.notification, get_mail, &context, request)?;
    required(answer.mail, "the mail")
}

async fn mail(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    id: Id,
) -> Result<Html<String>, ApiError> {
    let mail = load(&app, context, id).await?;
    let context = minijinja::context! { mail => shown(mail) };
    app.templates.render("mail.html", context).map(Html)
}

/// The mail's own HTML, for the frame on the mail's page: without scripts, forms or our styles.
async fn mail_html(
    State(app): State<App>,
    Unsigned(context): Unsigned,
    id: Id,
) -> Result<Response, ApiError> {
    let mail = load(&app, context, id).await?;
    if mail.html.is_empty() {
        return Err(AppError::not_found("HTML part of this mail").into());
    }
    let mut response = Html(mail.html).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-ancestors 'self'",
        ),
    );
    headers.insert(
        HeaderName::from_static("x-frame-options"),
        HeaderValue::from_static("SAMEORIGIN"),
    );
    Ok(response)
}

fn shown(mail: pb::Mail) -> minijinja::Value {
    minijinja::context! {
        id => mail.id,
        to => mail.to,
        subject => mail.subject,
        text => mail.text,
        has_html => !mail.html.is_empty(),
        at => mail.at.unwrap_or_default().to_datetime().format("%Y-%m-%d %H:%M:%S UTC").to_string(),
    }
}

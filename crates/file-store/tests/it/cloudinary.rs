//! A fake Cloudinary server that checks every request: signatures by the provider's rule, and upload, deletion and look-up
//! against the provider's OpenAPI description.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Multipart, Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use parking_lot::Mutex;
use ring::digest;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use waybill_primitives::Timestamp;
use waybill_testkit::shared;

const CLOUD: &str = "demo";
const KEY: &str = "123456789012345";
const SECRET: &str = "example_secret";

type Fields = BTreeMap<String, String>;

/// A running server without assets. Dropping it ends it.
pub struct Cloudinary {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Cloudinary {
    /// None without the provider's description; prints that it is skipped.
    pub async fn start() -> Option<Self> {
        let description = std::fs::read_to_string(shared("specs/cloudinary.json")?).unwrap();
        let account = Arc::new(Account {
            description: serde_json::from_str(&description).unwrap(),
            assets: Mutex::default(),
        });
        let router = Router::new()
            .route("/v1_1/demo/ping", get(ping))
            .route("/v1_1/demo/{kind}/upload", post(upload))
            .route("/v1_1/demo/{kind}/destroy", post(destroy))
            .route("/v1_1/demo/{kind}/download", get(download))
            .route("/v1_1/demo/resources/{kind}/{delivery}", get(list))
            .route("/v1_1/demo/resources/{kind}/{delivery}/{*id}", get(look_up))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(account);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Some(Self { address, task })
    }

    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("WAYBILL_FILES", "cloudinary".to_owned()),
            (
                "WAYBILL_FILES_CLOUDINARY_URL",
                format!("http://{}", self.address),
            ),
            ("WAYBILL_FILES_CLOUDINARY_CLOUD", CLOUD.to_owned()),
            ("WAYBILL_FILES_CLOUDINARY_KEY", KEY.to_owned()),
            ("WAYBILL_FILES_CLOUDINARY_SECRET", SECRET.to_owned()),
        ]
    }
}

impl Drop for Cloudinary {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Account {
    description: Value,
    /// By kind and public id.
    assets: Mutex<BTreeMap<(String, String), Asset>>,
}

#[derive(Clone)]
struct Asset {
    bytes: Bytes,
    version: i64,
}

impl Account {
    /// Checks that the request matches the schema of the description, and has no field that the schema does not know.
    fn conforms(&self, schema: &str, request: &Value) -> Result<(), Refused> {
        let root = json!({
            "$ref": format!("#/components/schemas/{schema}"),
            "components": self.description["components"],
        });
        let validator = jsonschema::validator_for(&root).expect("the description is a schema");
        if let Some(error) = validator.iter_errors(request).next() {
            return Err(Refused::bad(format!("{schema}: {error}")));
        }
        let mut known = BTreeMap::new();
        self.fields(&root, &mut known);
        let unknown = request
            .as_object()
            .unwrap()
            .keys()
            .find(|name| !known.contains_key(*name));
        match unknown {
            Some(name) => Err(Refused::bad(format!("{schema} has no {name}"))),
            None => Ok(()),
        }
    }

    /// The fields of a schema and of its parts.
    fn fields(&self, schema: &Value, found: &mut BTreeMap<String, Value>) {
        if let Some(target) = schema["$ref"].as_str() {
            let target = target.strip_prefix('#').unwrap();
            self.fields(self.description.pointer(target).unwrap(), found);
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            found.insert(name.clone(), field.clone());
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.fields(part, found);
        }
    }

    /// A form with its values in the types of its schema.
    fn typed(&self, schema: &str, form: &Fields) -> Value {
        let mut fields = BTreeMap::new();
        self.fields(
            &self.description["components"]["schemas"][schema],
            &mut fields,
        );
        let typed = form.iter().map(|(name, text)| {
            let kind = fields.get(name).and_then(|field| field["type"].as_str());
            let value = match kind {
                Some("integer") => json!(text.parse::<i64>().expect(name)),
                Some("boolean") => json!(text == "true" || text == "1"),
                _ => json!(text),
            };
            (name.clone(), value)
        });
        Value::Object(typed.collect())
    }

    /// Checks that the description has the path and method.
    fn describes(&self, path: &str, method: &str) {
        assert!(
            self.description["paths"][path][method].is_object(),
            "{method} {path}"
        );
    }

    fn asset(&self, kind: &str, id: &str) -> Result<Asset, Refused> {
        let assets = self.assets.lock();
        let asset = assets.get(&(kind.to_owned(), id.to_owned()));
        asset
            .cloned()
            .ok_or_else(|| Refused(StatusCode::NOT_FOUND, format!("Resource not found - {id}")))
    }
}

/// With the provider's wording.
struct Refused(StatusCode, String);

impl Refused {
    fn bad(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": {"message": self.1}}))).into_response()
    }
}

/// Checks the signature as the provider documents it.
fn is_signed(fields: &Fields) -> Result<(), Refused> {
    let signed: Vec<_> = fields
        .iter()
        .filter(|(name, value)| {
            ![
                "file",
                "cloud_name",
                "resource_type",
                "api_key",
                "signature",
            ]
            .contains(&name.as_str())
                && !value.is_empty()
        })
        .map(|(name, value)| format!("{name}={}", value.replace('&', "%26")))
        .collect();
    let text = signed.join("&") + SECRET;
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    let age = Timestamp::now().secs() - fields["timestamp"].parse::<i64>().unwrap();
    if fields["signature"] != hex::encode(hash) || fields["api_key"] != KEY || age > 3600 {
        let message = format!("Invalid Signature {}", fields["signature"]);
        return Err(Refused(StatusCode::UNAUTHORIZED, message));
    }
    Ok(())
}

fn is_administrator(headers: &HeaderMap) -> Result<(), Refused> {
    let expected = format!("Basic {}", STANDARD.encode(format!("{KEY}:{SECRET}")));
    match headers.get(header::AUTHORIZATION) {
        Some(given) if given.to_str().unwrap() == expected => Ok(()),
        _ => Err(Refused(
            StatusCode::UNAUTHORIZED,
            "unknown api_key".to_owned(),
        )),
    }
}

async fn ping(headers: HeaderMap) -> Result<Json<Value>, Refused> {
    is_administrator(&headers)?;
    Ok(Json(json!({"status": "ok"})))
}

async fn upload(
    State(account): State<Arc<Account>>,
    Path(kind): Path<String>,
    mut form: Multipart,
) -> Result<Json<Value>, Refused> {
    account.describes("/v1_1/{cloud_name}/{resource_type}/upload", "post");
    let mut fields = Fields::new();
    let mut file = None;
    while let Some(field) = form.next_field().await.unwrap() {
        let name = field.name().unwrap().to_owned();
        if name == "file" {
            file = Some(field.bytes().await.unwrap());
        } else {
            fields.insert(name, field.text().await.unwrap());
        }
    }
    is_signed(&fields)?;
    let mut request = account.typed("binary_upload_request", &fields);
    request["file"] = json!("(the file)");
    account.conforms("binary_upload_request", &request)?;
    let bytes = file.ok_or_else(|| Refused::bad("Missing required parameter - file"))?;
    if !["image", "video", "raw"].contains(&kind.as_str()) {
        return Err(Refused::bad("Invalid resource type"));
    }
    if kind == "image" && image::load_from_memory(&bytes).is_err() {
        return Err(Refused::bad("Invalid image file"));
    }
    assert_eq!(
        fields["type"], "authenticated",
        "nobody reaches it without a signature"
    );
    let version = Timestamp::now().secs();
    let id = fields["public_id"].clone();
    let asset = Asset { bytes, version };
    account
        .assets
        .lock()
        .insert((kind.clone(), id.clone()), asset);
    Ok(Json(
        json!({"public_id": id, "version": version, "resource_type": kind}),
    ))
}

async fn destroy(
    State(account): State<Arc<Account>>,
    Path(kind): Path<String>,
    Json(request): Json<Value>,
) -> Result<Json<Value>, Refused> {
    account.describes("/v1_1/{cloud_name}/{resource_type}/destroy", "post");
    account.conforms("destroy_request", &request)?;
    let fields = request.as_object().unwrap().iter().map(|(name, value)| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), text)
    });
    let fields: Fields = fields.collect();
    is_signed(&fields)?;
    let id = (kind, fields["public_id"].clone());
    let gone = account.assets.lock().remove(&id).is_some();
    Ok(Json(
        json!({"result": if gone { "ok" } else { "not found" }}),
    ))
}

async fn download(
    State(account): State<Arc<Account>>,
    Path(kind): Path<String>,
    Query(fields): Query<Fields>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    if is_signed(&fields).is_err() || fields["type"] != "authenticated" {
        return Err(Refused(
            StatusCode::UNAUTHORIZED,
            "Invalid Signature".to_owned(),
        ));
    }
    if fields["expires_at"].parse::<i64>().unwrap() < Timestamp::now().secs() {
        return Err(Refused(StatusCode::UNAUTHORIZED, "Expired".to_owned()));
    }
    let format = fields.get("format").map_or("", String::as_str);
    assert_eq!(
        format.is_empty(),
        kind == "raw",
        "pictures and videos have a format"
    );
    let bytes = account.asset(&kind, &fields["public_id"])?.bytes;
    let range = headers
        .get(header::RANGE)
        .map(|range| range.to_str().unwrap());
    // Some of the provider's servers do not support ranges: here those of this folder.
    let range = range.filter(|_| !fields["public_id"].contains("without-ranges"));
    let Some((first, last)) = range.and_then(|range| range[6..].split_once('-')) else {
        return Ok(bytes.into_response());
    };
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    if first >= bytes.len() {
        return Err(Refused(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "range".to_owned(),
        ));
    }
    let end = bytes.len().min(last + 1);
    let range = format!("bytes {first}-{}/{}", end - 1, bytes.len());
    let headers = [(header::CONTENT_RANGE, range)];
    Ok((
        StatusCode::PARTIAL_CONTENT,
        headers,
        bytes.slice(first..end),
    )
        .into_response())
}

/// Two at a time, so that there are pages.
async fn list(
    State(account): State<Arc<Account>>,
    Path((kind, delivery)): Path<(String, String)>,
    Query(fields): Query<Fields>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    is_administrator(&headers)?;
    assert_eq!(delivery, "authenticated");
    let prefix = fields.get("prefix").map_or("", String::as_str);
    let after = fields.get("next_cursor").map_or("", String::as_str);
    let assets = account.assets.lock();
    let found: Vec<Value> = assets
        .iter()
        .filter(|((of, id), _)| *of == kind && id.starts_with(prefix) && id.as_str() > after)
        .map(|((_, id), asset)| {
            json!({"public_id": id, "version": asset.version, "bytes": asset.bytes.len()})
        })
        .collect();
    let page = &found[..found.len().min(2)];
    let mut answer = json!({"resources": page});
    if found.len() > 2 {
        answer["next_cursor"] = page[1]["public_id"].clone();
    }
    Ok(Json(answer))
}

async fn look_up(
    State(account): State<Arc<Account>>,
    Path((kind, delivery, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let path = "/v1_1/{cloud_name}/resources/{resource_type}/{type}/{public_id}";
    account.describes(path, "get");
    is_administrator(&headers)?;
    assert_eq!(delivery, "authenticated");
    let asset = account.asset(&kind, &id)?;
    let answer = json!({"public_id": id, "version": asset.version, "bytes": asset.bytes.len()});
    account.conforms("info", &answer)?;
    Ok(Json(answer))
}

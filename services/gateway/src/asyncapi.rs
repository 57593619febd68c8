//! The AsyncAPI 3.0 document: the events between the services (from the table of events and the protobuf descriptors) and the
//! Socket.IO events (from `sockets::events`). Schemas of Socket.IO payloads are components of the OpenAPI document.

use std::{collections::HashMap, sync::OnceLock};

use prost::Message as _;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};
use serde_json::{Map, Value, json};
use waybill_proto::{DESCRIPTORS, EVENTS};

use crate::sockets::events::{Described, described};

/// The document; made once.
pub fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| build().to_string())
}

fn build() -> Value {
    let types = Types::load();
    let mut schemas = Map::new();
    let mut channels = Map::new();
    let mut messages = Map::new();
    let mut operations = Map::new();
    for event in EVENTS {
        let name = short(event.message);
        types.collect(event.message, &mut schemas);
        // Two services may have a message of the same name.
        messages.insert(
            event.message.to_owned(),
            json!({
                "name": event.message,
                "title": name,
                "contentType": "application/protobuf",
                "payload": {"$ref": format!("#/components/schemas/{}", event.message)},
            }),
        );
        for subject in event.subjects {
            let id = channel(subject);
            operations.insert(
                format!("publish_{id}"),
                json!({
                    "action": "send",
                    "channel": {"$ref": format!("#/channels/{id}")},
                    "summary": format!("Published by the {} service.", subject.split('.').nth(1).unwrap_or_default()),
                }),
            );
            channels.insert(
                id,
                json!({
                    "address": subject,
                    "servers": [{"$ref": "#/servers/bus"}],
                    "messages": {name: {"$ref": format!("#/components/messages/{}", event.message)}},
                }),
            );
        }
    }
    let (events, of_sockets) = described();
    for (name, schema) in of_sockets {
        schemas.insert(name, json!(schema));
    }
    channels.insert("sockets".to_owned(), sockets(&events));
    for event in &events {
        let (id, operation) = operation(event);
        operations.insert(id, operation);
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Waybill",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The live events of the API (Socket.IO) and the events between the services.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "gateway": {
                "host": "localhost:8080",
                "pathname": "/socket.io/",
                "protocol": "socket.io",
                "description": "Live events over Socket.IO, in the default namespace. Send the access token in the handshake as `auth: { token }`. With an invalid token, the connection is refused with a `connect_error` that gives the reason.",
            },
            "bus": {
                "host": "localhost:4222",
                "protocol": "nats",
                "description": "Events between the services over NATS JetStream: one stream per service, protobuf payloads, CloudEvents headers (`ce-id`, `ce-type`, `ce-source`, `ce-subject`, `ce-time`). Payload schemas show the protobuf JSON form.",
            },
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    })
}

/// The id of a subject's channel.
fn channel(subject: &str) -> String {
    subject.trim_start_matches("waybill.").replace('.', "_")
}

/// The channel of all events of Socket.IO.
fn sockets(events: &[Described]) -> Value {
    let payload = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let mut messages = Map::new();
    for event in events {
        let message = json!({"name": event.name, "payload": payload(&event.payload)});
        messages.insert(id(event), message);
        if let Some(answer) = &event.answer {
            let answers = [payload(answer), payload("SocketRefusal")];
            let message = json!({"title": format!("Acknowledges {}", event.name), "payload": {"oneOf": answers}});
            messages.insert(format!("{}_ack", id(event)), message);
        }
    }
    json!({"address": "/", "servers": [{"$ref": "#/servers/gateway"}], "messages": messages})
}

fn operation(event: &Described) -> (String, Value) {
    let channel = json!({"$ref": "#/channels/sockets"});
    let message = |id: &str| json!([{"$ref": format!("#/channels/sockets/messages/{id}")}]);
    let id = id(event);
    let mut operation = json!({
        "action": "send", "channel": channel, "title": event.name, "summary": event.about, "messages": message(&id),
    });
    if event.answer.is_some() {
        operation["action"] = "receive".into();
        operation["reply"] = json!({"channel": channel, "messages": message(&format!("{id}_ack"))});
    }
    (id, operation)
}

/// The operation id of `chat:read`: `on_chat_read` for an event to clients, `emit_chat_read` for one from clients.
fn id(event: &Described) -> String {
    let way = if event.answer.is_some() { "emit" } else { "on" };
    format!("{way}_{}", event.name.replace([':', '-'], "_"))
}

fn short(full: &str) -> &str {
    full.rsplit('.').next().unwrap_or(full)
}

/// Messages and enumerations by their full names.
struct Types {
    messages: HashMap<String, DescriptorProto>,
    enums: HashMap<String, EnumDescriptorProto>,
}

impl Types {
    fn load() -> Self {
        let mut types = Self {
            messages: HashMap::new(),
            enums: HashMap::new(),
        };
        // The build generates the descriptors; without them the document only lacks schemas.
        let set = FileDescriptorSet::decode(DESCRIPTORS).unwrap_or_default();
        for file in set.file {
            let package = file.package().to_owned();
            for message in file.message_type {
                let name = format!("{package}.{}", message.name());
                types.messages.insert(name, message);
            }
            for enumeration in file.enum_type {
                let name = format!("{package}.{}", enumeration.name());
                types.enums.insert(name, enumeration);
            }
        }
        types
    }

    /// Adds the schema of a message and of all that it refers to.
    fn collect(&self, name: &str, schemas: &mut Map<String, Value>) {
        if schemas.contains_key(name) {
            return;
        }
        let Some(message) = self.messages.get(name) else {
            return;
        };
        // Inserted before its fields, so that a message may contain itself.
        schemas.insert(name.to_owned(), Value::Null);
        let mut properties = Map::new();
        for field in &message.field {
            let schema = self.field(field, schemas);
            let schema = if field.label() == Label::Repeated {
                json!({"type": "array", "items": schema})
            } else {
                schema
            };
            properties.insert(crate::error::camel_case(field.name()), schema);
        }
        schemas.insert(
            name.to_owned(),
            json!({"type": "object", "properties": properties}),
        );
    }

    fn field(&self, field: &FieldDescriptorProto, schemas: &mut Map<String, Value>) -> Value {
        let type_name = field.type_name().trim_start_matches('.');
        match field.r#type() {
            Type::Message if type_name == "google.protobuf.Timestamp" => {
                json!({"type": "string", "format": "date-time"})
            }
            Type::Message => {
                self.collect(type_name, schemas);
                json!({"$ref": format!("#/components/schemas/{type_name}")})
            }
            Type::Enum => {
                let names: Vec<_> = self
                    .enums
                    .get(type_name)
                    .map(|known| {
                        known
                            .value
                            .iter()
                            .map(prost_types::EnumValueDescriptorProto::name)
                            .collect()
                    })
                    .unwrap_or_default();
                json!({"type": "string", "enum": names})
            }
            Type::Bool => json!({"type": "boolean"}),
            Type::Int32 | Type::Uint32 => json!({"type": "integer"}),
            // As in protobuf JSON.
            Type::Int64 | Type::Uint64 => json!({"type": "string", "format": "int64"}),
            Type::Bytes => json!({"type": "string", "format": "byte"}),
            _ => json!({"type": "string"}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_channel_and_a_schema_with_fields() {
        let document = build();
        for event in EVENTS {
            for subject in event.subjects {
                assert_eq!(document["channels"][channel(subject)]["address"], *subject);
            }
            let schema = &document["components"]["schemas"][event.message];
            let fields = schema["properties"].as_object().unwrap();
            assert!(!fields.is_empty(), "{}", event.message);
        }
        let openapi = crate::openapi_document().unwrap();
        let (events, of_sockets) = described();
        for event in &events {
            let operation = &document["operations"][id(event)];
            assert_eq!(operation["title"], event.name);
        }
        for (name, _) in &of_sockets {
            let schema = &document["components"]["schemas"][name];
            assert!(schema.is_object(), "{name}");
            assert_eq!(*schema, openapi["components"]["schemas"][name], "{name}");
        }
        let order = &document["components"]["schemas"]["waybill.order.v1.Order"]["properties"];
        assert_eq!(order["orderNumber"]["type"], "string");
        assert_eq!(order["createdAt"]["format"], "date-time");
        assert_eq!(order["items"]["type"], "array");
    }
}

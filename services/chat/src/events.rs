//! What this service publishes: messages, and how far they were read. The conversation is the aggregate.

use waybill_primitives::{MessageId, Role, UserId};
use waybill_proto::{
    chat as proto,
    common::{self, Person},
};
use waybill_store::Tx;

use crate::domain::{Conversation, Message};

pub fn person(id: UserId, name: &str, role: Role) -> Person {
    Person {
        id: id.to_string(),
        name: name.to_owned(),
        role: common::Role::from(role).into(),
    }
}

/// A message as clients see it.
pub fn message(message: &Message) -> proto::Message {
    let author = message.author_id.zip(message.author_role);
    let name = message.author_name.as_deref().unwrap_or_default();
    proto::Message {
        id: message.id.to_string(),
        order_id: message.order_id.to_string(),
        author: author.map(|(id, role)| person(id, name, role)),
        body: message.body.clone(),
        created_at: Some(message.created_at),
        client_id: message.client_id.clone(),
        attachments: Vec::new(),
    }
}

fn participants(conversation: &Conversation) -> Vec<String> {
    let participants = conversation.participants();
    participants.iter().map(ToString::to_string).collect()
}

pub fn posted(tx: &Tx, conversation: &Conversation, posted: &Message) {
    let event = proto::MessagePosted {
        message: Some(message(posted)),
        participant_ids: participants(conversation),
    };
    tx.emit(conversation.order_id, conversation.version, &event);
}

pub fn read(tx: &Tx, conversation: &Conversation, user: UserId, up_to: MessageId) {
    let event = proto::MessagesRead {
        order_id: conversation.order_id.to_string(),
        user_id: user.to_string(),
        up_to: up_to.to_string(),
        participant_ids: participants(conversation),
    };
    tx.emit(conversation.order_id, conversation.version, &event);
}

//! What this service publishes: messages, and how far they were read. The conversation is the aggregate.

use waybill_primitives::{MessageId, Role, UserId};
use waybill_proto::{
    chat as proto,
    common::{self, Person},
};
use waybill_store::Tx;

use crate::domain::{Author, Conversation, Message, Party};

fn author(author: &Author) -> Person {
    Person {
        id: author.id.to_string(),
        name: author.name.clone(),
        role: common::Role::from(author.role).into(),
    }
}

/// A party of an order as others see it.
pub fn party(party: &Party, role: Role) -> Person {
    Person {
        id: party.id.to_string(),
        name: party.name.clone(),
        role: common::Role::from(role).into(),
    }
}

/// A message as clients see it.
pub fn message(message: &Message) -> proto::Message {
    proto::Message {
        id: message.id.to_string(),
        order_id: message.order_id.to_string(),
        author: message.author.as_ref().map(author),
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
    tx.emit(conversation.order.id, conversation.version, &event);
}

pub fn read(tx: &Tx, conversation: &Conversation, user: UserId, up_to: MessageId) {
    let event = proto::MessagesRead {
        order_id: conversation.order.id.to_string(),
        user_id: user.to_string(),
        up_to: up_to.to_string(),
        participant_ids: participants(conversation),
    };
    tx.emit(conversation.order.id, conversation.version, &event);
}

//! Tables about bodies for the gateway: other names of fields, read-only fields that may be sent back, and replacements.

use std::{collections::BTreeSet, fmt::Write as _};

use prost_reflect::{DynamicMessage, Kind, MessageDescriptor};

use super::{
    Result,
    json::{Json, resource, text},
};

impl Json {
    pub fn tables(&self, generated: &mut String) -> Result<()> {
        self.aliases(generated)?;
        let (mut echoes, mut replacements) = (String::new(), String::new());
        for message in &self.bodies {
            let Some(body) = self.body_of(message) else {
                continue;
            };
            let echo = body.get_field_by_name("echo");
            if echo.and_then(|echo| echo.as_bool()) == Some(true) {
                self.echo(&mut echoes, message, &body)?;
            }
            if !text(&body, "put").is_empty() {
                self.replacement(&mut replacements, message, &body)?;
            }
        }
        writeln!(
            generated,
            "/// The bodies that may contain read-only fields of what they change.\n\
             pub const ECHOES: &[crate::json::Echo] = {{ use crate::json::Echo; &[{echoes}] }};\n\
             /// The bodies that have a form for PUT.\n\
             pub const REPLACEMENTS: &[crate::json::Replacement] = {{ use crate::json::Replacement; &[{replacements}] }};"
        )?;
        Ok(())
    }

    fn aliases(&self, generated: &mut String) -> Result<()> {
        let mut aliases = BTreeSet::new();
        for message in self.field.parent_pool().all_messages() {
            for field in message.fields() {
                aliases.extend(self.options(&field)?.text("alias"));
            }
        }
        let aliases: Vec<_> = aliases.iter().collect();
        writeln!(
            generated,
            "/// Other names of fields that are accepted.\npub const ALIASES: &[&str] = &{aliases:?};"
        )?;
        Ok(())
    }

    /// Fields that a body may additionally contain because clients send back what they read.
    fn echo(
        &self,
        echoes: &mut String,
        message: &MessageDescriptor,
        body: &DynamicMessage,
    ) -> Result<()> {
        let of = resource(message, body)?
            .ok_or_else(|| format!("{} is of nothing", message.full_name()))?;
        let mut own = BTreeSet::new();
        for field in message.fields() {
            if !self.options(&field)?.is("hidden") {
                own.insert(field.json_name().to_owned());
            }
        }
        let (mut fields, mut volatile, mut choices) = (Vec::new(), Vec::new(), Vec::new());
        for field in of.fields() {
            let name = field.json_name().to_owned();
            if own.contains(&name) {
                continue;
            }
            if self.options(&field)?.is("volatile") {
                volatile.push(name.clone());
            }
            if matches!(field.kind(), Kind::Enum(_)) {
                choices.push(name.clone());
            }
            fields.push(name);
        }
        writeln!(
            echoes,
            "Echo {{ message: {:?}, schema: {:?}, of: {:?}, fields: &{fields:?}, volatile: &{volatile:?}, choices: &{choices:?} }},",
            message.name(),
            self.schema_of(message),
            self.schema_of(&of),
        )?;
        Ok(())
    }

    /// What the fields that a replacement leaves out become.
    fn replacement(
        &self,
        replacements: &mut String,
        message: &MessageDescriptor,
        body: &DynamicMessage,
    ) -> Result<()> {
        let (mut required, mut defaults) = (Vec::new(), Vec::new());
        for field in message.fields() {
            let options = self.options(&field)?;
            let name = field.json_name().to_owned();
            if options.is("hidden") || options.is("keep") {
                continue;
            }
            match options.text("put") {
                Some(value) => defaults.push((name, value)),
                None if options.is("clear") => defaults.push((name, "null".to_owned())),
                None => required.push(name),
            }
        }
        writeln!(
            replacements,
            "Replacement {{ patch: {:?}, put: {:?}, example: {:?}, required: &{required:?}, defaults: &{defaults:?} }},",
            self.schema_of(message),
            text(body, "put"),
            text(body, "put_example"),
        )?;
        Ok(())
    }
}

//! The event bus: JetStream between processes, a channel within one

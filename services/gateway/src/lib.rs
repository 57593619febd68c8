//! REST, OpenAPI and Socket.IO for the web frontend

//! A platform for tests in either shape, fixtures and real servers

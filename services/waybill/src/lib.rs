//! The embedded shape: every service in one process

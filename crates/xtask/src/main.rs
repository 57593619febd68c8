//! Developer commands: run, up, test, lint, bench, openapi, tidy
fn main() {}

//! The load generator of `cargo xtask bench`: a second process, so that its own work is not counted as the platform's.
//! Every command prints one line of JSON.

mod fill;
mod http;
mod measure;
mod sql;

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use axum::{Json, Router, routing::get};
use clap::{Parser, Subcommand};
use serde_json::json;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Concurrent connections.
    #[arg(long, global = true, default_value_t = 8)]
    connections: usize,
    /// How long to measure, after a tenth of it to warm up.
    #[arg(long, global = true, default_value_t = 10)]
    seconds: u64,
}

#[derive(Subcommand)]
enum Command {
    /// Serve one bare JSON route: the ceiling of any route.
    Bare { listen: SocketAddr },
    /// GET one path repeatedly, signed in if an address is given.
    Get {
        base: String,
        /// `{days-ago:N}` in it is the time N days ago.
        path: String,
        #[arg(long)]
        email: Option<String>,
        #[arg(long, default_value = "")]
        password: String,
    },
    /// Write past orders directly into an order database.
    Fill {
        url: String,
        #[arg(long)]
        orders: usize,
    },
    /// Print the number of the newest order.
    Number {
        base: String,
        #[arg(long)]
        email: String,
        #[arg(long)]
        password: String,
    },
    /// Fetch the export of all orders and count its lines.
    Export {
        base: String,
        #[arg(long)]
        email: String,
        #[arg(long)]
        password: String,
    },
    /// Fill the shop and place orders.
    Place {
        base: String,
        #[arg(long)]
        email: String,
        #[arg(long)]
        password: String,
    },
    /// Write the rows of an order in one transaction of plain SQL: the ceiling of placing.
    Sql { url: String },
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let load = measure::Load {
        connections: cli.connections,
        duration: Duration::from_secs(cli.seconds),
    };
    let report = match cli.command {
        Command::Bare { listen } => {
            let router = Router::new().route("/", get(async || Json(json!({"ok": true}))));
            let listener = tokio::net::TcpListener::bind(listen).await?;
            axum::serve(listener, router).await?;
            return Ok(());
        }
        Command::Get {
            base,
            path,
            email,
            password,
        } => {
            let token = match email {
                Some(email) => http::token(&base, &email, &password).await,
                None => String::new(),
            };
            http::get(&load, &base, &http::dated(&path)?, &token).await?
        }
        Command::Fill { url, orders } => return fill::run(&url, orders).await,
        Command::Number {
            base,
            email,
            password,
        } => {
            println!("{}", http::newest(&base, &email, &password).await?);
            return Ok(());
        }
        Command::Export {
            base,
            email,
            password,
        } => {
            println!("{}", http::export(&base, &email, &password).await?);
            return Ok(());
        }
        Command::Place {
            base,
            email,
            password,
        } => http::place(&load, &base, &email, &password).await?,
        Command::Sql { url } => sql::run(&load, &url).await?,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

//! The load generator of `cargo xtask bench`: a second process, so that its own work is not counted as the platform's.
//!
//! Every command prints lines of JSON: `{"phase": …}` when a part of its work begins, and at the end one line with the result. All load
//! is bounded and ends by itself.

mod connection;
mod fill;
mod http;
mod live;
mod measure;
mod outboxes;
mod shop;
mod sql;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Result;
use axum::{Json, Router, routing::get};
use clap::{Parser, Subcommand};
use serde_json::{Value, json, to_value};

use crate::shop::{Basket, Target};

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
    /// Operations that begin in a second; without it, as many as the connections can.
    #[arg(long, global = true)]
    rate: Option<f64>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve one bare JSON route: the ceiling of any route.
    Bare { listen: SocketAddr },
    /// GET one path repeatedly.
    Get { base: String, path: String },
    /// GET one path repeatedly as the administrator. `{days-ago:N}` in it is the time N days ago.
    Ask {
        #[command(flatten)]
        target: Target,
        path: String,
    },
    /// Place orders.
    Place {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        basket: Basket,
    },
    /// Place orders, pay each, and wait until its customer sees that it is paid.
    Whole {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        basket: Basket,
    },
    /// Read single orders that were placed.
    Read {
        #[command(flatten)]
        target: Target,
    },
    /// Place orders and measure when their customers' Socket.IO clients have the events.
    Latency {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        basket: Basket,
    },
    /// Sign in the customers of a crowd, and write their tokens to a file.
    Customers {
        #[command(flatten)]
        target: Target,
        #[arg(long)]
        tokens: PathBuf,
        #[arg(long)]
        clients: usize,
    },
    /// Keep idle Socket.IO clients and send a few events to all of them.
    Crowd {
        #[command(flatten)]
        target: Target,
        #[arg(long)]
        tokens: PathBuf,
        #[arg(long)]
        clients: usize,
        #[arg(long, default_value_t = 5)]
        broadcasts: usize,
    },
    /// Write the rows of an order in one transaction of plain SQL: the ceiling of placing.
    Sql { url: String },
    /// Write the products that the ceiling sells, unless they are there.
    StockUp { url: String },
    /// Write orders with unpublished events into the order database of a stopped platform, in which an order was placed.
    Backlog {
        url: String,
        #[arg(long)]
        orders: usize,
    },
    /// Write past orders into an order database.
    Fill {
        url: String,
        #[arg(long)]
        orders: usize,
    },
    /// Wait until no event waits in the outboxes of these databases.
    Drain {
        urls: Vec<String>,
        /// Fewer events at the beginning are an error.
        #[arg(long, default_value_t = 0)]
        least: i64,
        /// More seconds than this are an error.
        #[arg(long, default_value_t = 300)]
        patience: u64,
    },
    /// Drop the databases of a platform.
    Drop { server: String, prefix: String },
    /// The version of a database server.
    Version { url: String },
    /// The number of the newest order.
    Number {
        #[command(flatten)]
        target: Target,
    },
    /// Fetch the export of all orders and count its lines.
    Export {
        #[command(flatten)]
        target: Target,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let load = measure::Load {
        connections: cli.connections,
        duration: Duration::from_secs(cli.seconds),
        rate: cli.rate,
    };
    println!("{}", run(cli.command, &load).await?);
    Ok(())
}

async fn run(command: Command, load: &measure::Load) -> Result<Value> {
    Ok(match command {
        Command::Bare { listen } => {
            let router = Router::new().route("/", get(async || Json(json!({"ok": true}))));
            let listener = tokio::net::TcpListener::bind(listen).await?;
            axum::serve(listener, router).await?;
            Value::Null
        }
        Command::Get { base, path } => to_value(http::get(load, &base, &path, "").await?)?,
        Command::Ask { target, path } => {
            let admin = target.admin().await;
            to_value(http::get(load, &target.base, &path, admin.token()).await?)?
        }
        Command::Place { target, basket } => to_value(http::place(load, &target, &basket).await?)?,
        Command::Whole { target, basket } => http::whole(load, &target, &basket).await?,
        Command::Read { target } => to_value(http::read_orders(load, &target).await?)?,
        Command::Latency { target, basket } => live::latency(load, &target, &basket).await?,
        Command::Customers {
            target,
            tokens,
            clients,
        } => live::customers(&target, &tokens, clients).await?,
        Command::Crowd {
            target,
            tokens,
            clients,
            broadcasts,
        } => live::crowd(&target, &tokens, clients, broadcasts).await?,
        Command::Sql { url } => to_value(sql::run(load, &url).await?)?,
        Command::StockUp { url } => sql::stock_up(&url).await?,
        Command::Backlog { url, orders } => sql::backlog(load.connections, &url, orders).await?,
        Command::Fill { url, orders } => fill::run(&url, orders).await?,
        Command::Drain {
            urls,
            least,
            patience,
        } => outboxes::drain(&urls, least, Duration::from_secs(patience)).await?,
        Command::Drop { server, prefix } => outboxes::drop(&server, &prefix).await?,
        Command::Version { url } => outboxes::version(&url).await?,
        Command::Number { target } => http::newest(&target).await?,
        Command::Export { target } => http::export(&target).await?,
    })
}

//! A network namespace connected to this machine by a virtual cable that can be cut, to test partitions. Needs root.

use std::{
    net::Ipv4Addr,
    process::{Command, Stdio},
};

use rand::RngExt as _;

use crate::skip;

/// No interface has this address: packets to it are lost without an error.
const NOWHERE: &str = "02:00:00:00:00:99";

/// Which direction of the cable is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Both,
    /// Packets from this machine are lost; packets to it arrive.
    Inbound,
}

/// A namespace with one address; removed when it is dropped.
pub struct Network {
    name: String,
    /// This end of the cable; the name of the other one has `p` in place of `h`.
    device: String,
    here: Ipv4Addr,
    there: Ipv4Addr,
}

impl Network {
    /// None, after printing SKIPPED, where namespaces cannot be created.
    ///
    /// # Panics
    /// With `CI=true`, if they cannot.
    pub fn create() -> Option<Self> {
        let number: u16 = rand::rng().random_range(0..16_000);
        // A block of four addresses in 10.213.0.0/16.
        let [high, low] = (number * 4).to_be_bytes();
        let network = Self {
            name: format!("wb{number}"),
            device: format!("wb{number}h"),
            here: Ipv4Addr::new(10, 213, high, low + 1),
            there: Ipv4Addr::new(10, 213, high, low + 2),
        };
        if !network.build() {
            skip::skip("a network namespace", "making one takes root and iproute2");
            return None;
        }
        Some(network)
    }

    fn build(&self) -> bool {
        let (name, device, peer) = (&self.name, &self.device, &self.peer());
        let (here, there) = (format!("{}/30", self.here), format!("{}/30", self.there));
        ip(&["netns", "add", name])
            && ip(&["link", "add", device, "type", "veth", "peer", "name", peer])
            && ip(&["link", "set", peer, "netns", name])
            && ip(&["address", "add", &here, "dev", device])
            && ip(&["link", "set", device, "up"])
            && ip(&["-n", name, "address", "add", &there, "dev", peer])
            && ip(&["-n", name, "link", "set", peer, "up"])
            && ip(&["-n", name, "link", "set", "lo", "up"])
    }

    /// The address of the processes in the namespace.
    pub fn address(&self) -> Ipv4Addr {
        self.there
    }

    /// The address of this machine for processes in the namespace.
    pub fn host(&self) -> Ipv4Addr {
        self.here
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// A command that runs in the namespace; it keeps its process id.
    pub fn command(&self, program: &std::path::Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// Packets vanish from now on; connections stay open and get no response.
    ///
    /// # Panics
    /// If the system refuses.
    pub fn cut(&self, which: Cut) {
        let there = self.there.to_string();
        let mut done = ip(&neighbour(&["replace"], &there, &self.device));
        if which == Cut::Both {
            let here = self.here.to_string();
            done &= ip(&neighbour(
                &["-n", &self.name, "replace"],
                &here,
                &self.peer(),
            ));
        }
        assert!(done, "the cable of {} can be cut", self.name);
    }

    /// Packets arrive again.
    pub fn join(&self) {
        let (here, there) = (self.here.to_string(), self.there.to_string());
        ip(&["neighbour", "delete", &there, "dev", &self.device]);
        ip(&[
            "-n",
            &self.name,
            "neighbour",
            "delete",
            &here,
            "dev",
            &self.peer(),
        ]);
    }

    fn peer(&self) -> String {
        self.device.replace('h', "p")
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // Deleting one end of the cable deletes both.
        let _ = ip(&["link", "delete", &self.device]);
        let _ = ip(&["netns", "delete", &self.name]);
    }
}

/// `ip [-n NAME] neighbour replace ADDRESS lladdr NOWHERE nud permanent dev DEVICE`.
fn neighbour<'a>(before: &[&'a str], address: &'a str, device: &'a str) -> Vec<&'a str> {
    let (verb, options) = before.split_last().expect("a verb");
    let rest = [
        "neighbour",
        verb,
        address,
        "lladdr",
        NOWHERE,
        "nud",
        "permanent",
        "dev",
        device,
    ];
    [options, &rest].concat()
}

fn ip(arguments: &[&str]) -> bool {
    let run = Command::new("ip")
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    run.is_ok_and(|status| status.success())
}

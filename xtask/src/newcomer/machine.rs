//! The machine on which the chapter is followed: an empty home, what the cache has, free ports.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, generate, tools};

/// The ports of the chapter, each with the key that moves it and the address before it.
const PORTS: [(u16, &str, &str); 3] = [
    (8080, "CHASSIS_HTTP__LISTEN", "127.0.0.1"),
    (9464, "CHASSIS_PROBE__LISTEN", "0.0.0.0"),
    (9465, "CHASSIS_ADMIN__LISTEN", "127.0.0.1"),
];

pub(super) struct Machine {
    home: PathBuf,
    variables: Vec<(String, PathBuf)>,
    /// Ports that are taken here, each with the key, the address and the port in its place.
    moved: Vec<(u16, &'static str, &'static str, u16)>,
}

impl Machine {
    /// Prepares an empty one.
    ///
    /// # Errors
    ///
    /// When the generator can't be installed, or the folder can't be made.
    pub(super) fn prepare() -> Result<Self> {
        let home = generate::folder("newcomer")?;
        let generator = tools::CARGO_GENERATE.get()?;
        let bin = generator
            .parent()
            .ok_or("the generator lies in no folder")?;
        let root = bin.parent().unwrap_or(bin);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [bin.to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&path));
        let variables = vec![
            (
                "PATH".to_owned(),
                PathBuf::from(std::env::join_paths(folders)?),
            ),
            ("CARGO_INSTALL_ROOT".to_owned(), root.to_owned()),
            ("CARGO_HOME".to_owned(), own("CARGO_HOME", ".cargo")?),
            ("RUSTUP_HOME".to_owned(), own("RUSTUP_HOME", ".rustup")?),
            ("HOME".to_owned(), home.clone()),
        ];
        Ok(Self {
            home,
            variables,
            moved: moved()?,
        })
    }

    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// A program as it would be started there.
    pub(super) fn command(&self, program: &str) -> Result<Command> {
        let mut command = Command::new(program);
        generate::clean(&mut command);
        command.env("CARGO_TARGET_DIR", generate::target()?);
        command
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env("TERM", "xterm");
        command
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_CONFIG_HOME");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        for (_, key, address, port) in &self.moved {
            command.env(key, format!("{address}:{port}"));
        }
        Ok(command)
    }

    /// The chapter's text with the ports as they are here.
    pub(super) fn ports(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (usual, _, _, port) in &self.moved {
            text = text.replace(&format!(":{usual}"), &format!(":{port}"));
        }
        text
    }

    /// Gives a workspace that was just generated the versions that the checkout is tested with.
    pub(super) fn lock(&self, folder: &Path) -> Result {
        if folder.starts_with(&self.home) && folder.join("Cargo.toml").is_file() {
            generate::lock(folder)?;
        }
        Ok(())
    }
}

/// A folder of the person who runs this, since the home is another one.
fn own(variable: &str, below: &str) -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os(variable) {
        return Ok(PathBuf::from(folder));
    }
    let home =
        std::env::var_os("HOME").ok_or_else(|| format!("neither {variable} nor HOME is set"))?;
    Ok(PathBuf::from(home).join(below))
}

fn moved() -> Result<Vec<(u16, &'static str, &'static str, u16)>> {
    let mut moved = Vec::new();
    for (usual, key, address) in PORTS {
        if TcpListener::bind((address, usual)).is_err() {
            let free = TcpListener::bind((address, 0))?.local_addr()?.port();
            println!("port {usual} is taken here: the service gets {free}");
            moved.push((usual, key, address, free));
        }
    }
    Ok(moved)
}

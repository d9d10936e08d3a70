//! Configuration: where values come from, and what a person reads when they are wrong.
//!
//! Start at [`Config`]: [`Config::load`] reads all sources, [`Config::section`] gives a typed
//! section, [`Config::check`] says everything that is wrong in one report.
//!
//! # Sources
//!
//! Each lies above the one before; tables are merged key by key, everything else is replaced.
//!
//! | source | |
//! |---|---|
//! | defaults | those of the settings' types, then [`Defaults::value`] |
//! | `chassis.toml` | in `--config-dir`, `CHASSIS_CONFIG_DIR`, else the current folder; never its parents |
//! | `chassis.{profile}.toml` | beside it |
//! | `.env` | beside it, only in profile `dev`; variables for the two following sources and for `${VAR}` |
//! | `OTEL_*`, `RUST_LOG` | what other programs are set up with, where it has a meaning here |
//! | `CHASSIS_*` | `CHASSIS_HTTP__LISTEN` is `http.listen`; `_` stands also for `-` |
//! | `--set KEY=VALUE` | not for secrets |
//!
//! A variable or argument holds bare text; its key's type says what it means. A list is written
//! `a,b` or `["a", "b"]`, a table `{ a = 1 }`.
//!
//! # References
//!
//! In all local sources, but not in `OTEL_*` and `RUST_LOG`:
//!
//! - `${VAR}` is a variable's value, `${VAR:-text}` with a default, `$${` a plain `${`;
//! - `${file:PATH}` is a file's content, without the line break at its end;
//! - a whole value `file:PATH` is the same, **except in a key that holds a URL** (named `url` or
//!   `uri`, or `…_url`, or of type [`Url`]), where `file:` is the scheme of an adapter:
//!   `registry.url = "file:/run/registry"` stays as it is, and a password in a URL is written
//!   `postgres://shop:${file:/run/secrets/db}@db/shop`.
//!
//! Relative paths start at the folder of `chassis.toml`. What a reference gives is not looked
//! through again, and what comes from a file is never shown.
//!
//! # Composed services
//!
//! The component `orders` of `shop` sees the configuration through [`Config::component`]: each of
//! its sections is `[orders.NAME]` laid over the shared `[NAME]`, key by key. So
//! `orders.client.timeout` holds for orders alone and `client.timeout` for all, whichever source
//! either comes from, and a component runs alone with the same file.
//!
//! Sections of many alike, such as `[client.NAME]`, are read by [`Config::named_section`]: what
//! stands plainly in `[client]` holds for all of them.
//!
//! # Own types
//!
//! Settings are plain structs with `Deserialize` and `JsonSchema`; keys that aren't theirs are
//! errors. With `#[serde(default)]` and `Serialize` their defaults are listed by `--config`.
//! [`HumanDuration`], [`ByteSize`], [`Url`] and [`Secret`] are values as people write them.
//! A text field marked `#[schemars(extend("format" = "socket-addr"))]` is checked as an address
//! with the rest, before serde reads it.

mod check;
mod choice;
mod cli;
mod dotenv;
mod duration;
mod effective;
mod file;
mod finding;
mod inputs;
mod layer;
mod leaf;
mod load;
mod names;
mod node;
mod origin;
mod otel;
mod place;
mod reference;
mod references;
mod schema;
mod secret;
mod section;
mod service;
mod size;
mod unused;
mod url;
mod variables;
mod view;

#[cfg(test)]
mod tests;

pub use cli::{Action, Cli, Target};
pub use duration::{HumanDuration, ValueError};
pub use effective::Row;
pub use finding::{Finding, Findings};
pub use inputs::Inputs;
pub(crate) use inputs::Stamp;
pub use origin::Origin;
pub use place::Defaults;
pub use reference::Reference;
pub use secret::Secret;
pub use service::ServiceSettings;
pub use size::ByteSize;
pub use url::Url;
pub(crate) use url::hide as hidden;
pub use view::Config;

//! The OpenTelemetry Collector, composed by its own builder from the manifest in `xtask/tools/otelcol`.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::{Command, Stdio};

use super::Tool;
use crate::{Result, command};

const MANIFEST: &str = include_str!("../../tools/otelcol/manifest.yaml");
const BUILDER: &str = "go.opentelemetry.io/collector/cmd/builder@v0.155.0";

/// Receives OTLP and writes what it got to a file; tests start one on ports of their own.
pub(crate) const OTELCOL: Tool = Tool {
    name: "otelcol",
    version,
    variable: "TEST_OTELCOL",
    on_path: &["otelcol-contrib"],
    binary: "bin/otelcol",
    install,
};

/// The collector's version and a fingerprint of the manifest.
fn version() -> String {
    let mut hasher = DefaultHasher::new();
    MANIFEST.hash(&mut hasher);
    format!("0.155.0-{:08x}", hasher.finish() >> 32)
}

fn install(folder: &Path) -> Result {
    if command::on_path(&["go"]).is_none() {
        return Err("it is built with Go, and there is no `go` in PATH".into());
    }
    let bin = folder.join("bin");
    std::fs::write(folder.join("manifest.yaml"), MANIFEST)?;
    command::run(
        Command::new("go")
            .args(["install", BUILDER])
            .env("GOBIN", &bin),
    )?;
    compose(folder);
    let mut build = Command::new("go");
    build
        .args(["build", "-trimpath", "-ldflags", "-s -w", "-o"])
        .arg(bin.join("otelcol"))
        .arg(".");
    build
        .current_dir(folder.join("build"))
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=mod -buildvcs=false");
    command::run(&mut build)?;
    std::fs::remove_dir_all(folder.join("build"))?;
    std::fs::remove_file(bin.join("builder"))?;
    Ok(())
}

/// Writes `main.go` and `go.mod`. The builder's closing `go mod tidy` also asks for what only tests
/// of the components need, and fails where that isn't published; all that a build needs is written by
/// then, so its end isn't judged: the build that follows is.
fn compose(folder: &Path) {
    let mut builder = Command::new(folder.join("bin/builder"));
    builder
        .args(["--config", "manifest.yaml", "--skip-compilation"])
        .current_dir(folder);
    builder.stdout(Stdio::null()).stderr(Stdio::null());
    // A builder that can't even start shows in the build, too.
    drop(builder.status());
}

//! What runs here: versions, and how it was built.

mod compiler;

use super::super::finding::Finding;
use super::super::patient::Patient;

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    let kernel = patient
        .system("proc/sys/kernel/osrelease")
        .unwrap_or_default();
    let program = std::env::current_exe().ok();
    let compiler = program.as_deref().and_then(compiler::version);
    let mut found = vec![Finding::ok(
        "versions.known",
        format!(
            "chassis {}, {build} build by Rust {} (it needs {}) for {} on {} {}",
            env!("CARGO_PKG_VERSION"),
            compiler.as_deref().unwrap_or("of an unknown version"),
            env!("CARGO_PKG_RUST_VERSION"),
            std::env::consts::ARCH,
            std::env::consts::OS,
            kernel.trim(),
        ),
    )];
    if cfg!(debug_assertions) && patient.is_prod() {
        found.push(
            Finding::warning(
                "versions.debug",
                format!("a debug build under profile {}", patient.config.profile()),
            )
            .why("it serves many times fewer requests, and panics where numbers overflow")
            .mend("cargo build --release; on a developer's machine: --profile dev"),
        );
    }
    if patient.version.is_none() {
        found.push(
            Finding::note("versions.unnamed", "the service does not say its version")
                .why("spans, `target_info` and --version cannot tell one release from another")
                .mend(".version(env!(\"CARGO_PKG_VERSION\")) in main"),
        );
    }
    found
}

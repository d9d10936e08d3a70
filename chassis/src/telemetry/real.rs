//! Real servers and tools that tests run.

/// The path of a real server or tool; `None`, said aloud, where it is not installed.
pub(super) fn server(variable: &str) -> Option<String> {
    let path = std::env::var(variable).ok();
    assert!(
        path.is_some() || std::env::var("CI").is_err(),
        "{variable} is not set: run cargo xtask test"
    );
    if path.is_none() {
        println!("skipped: {variable} is not set; run cargo xtask test");
    }
    path
}

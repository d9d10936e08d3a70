//! Golden expansions: what a macro writes, to be read by people and compared by tests.
//!
//! `GOLDEN=overwrite cargo test -p chassis-macros golden` writes them anew.

use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;

/// Expands `tests/golden/{name}.rs` and compares with `tests/golden/{name}.expanded.rs`.
pub(crate) fn check(name: &str, expand: impl FnOnce(TokenStream) -> TokenStream) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let input = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
    let expansion = expand(input.parse().unwrap());
    let actual = prettyplease::unparse(&syn::parse2(expansion).unwrap());
    let path = folder.join(format!("{name}.expanded.rs"));
    if std::env::var_os("GOLDEN").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{} is out of date", path.display());
}

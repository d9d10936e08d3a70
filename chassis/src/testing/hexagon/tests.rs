//! Real breaches in a small workspace that cargo resolves: path dependencies only.

use std::fs;
use std::path::Path;

use super::super::folder::Folder;
use super::check;
use super::tree::Tree;

/// A workspace of its own: a chassis with a feature, a contract, a domain and a service around
/// them, and crates for them to depend on.
struct Fixture(Folder);

impl Fixture {
    fn new() -> Self {
        let fixture = Self(Folder::new());
        fixture.write(
            "Cargo.toml",
            "[workspace]\nresolver = '3'\nmembers = ['contract', 'domain', 'service']\n",
        );
        let optional =
            "axum = { path = '../axum', optional = true }\nserde = { path = '../serde' }";
        fixture.package("chassis", optional, "[features]\nservice = ['dep:axum']");
        for leaf in ["axum", "tokio"] {
            fixture.package(leaf, "", "");
        }
        fixture.package("serde", "words = { path = '../words' }", "");
        fixture.package("slug", "words = { path = '../words' }", "");
        fixture.package("words", "", "");
        fixture.package("driver", "tokio = { path = '../tokio' }", "");
        fixture.contract("");
        fixture.domain("", "");
        let service = "chassis = { path = '../chassis', features = ['service'] }\n\
                       domain = { path = '../domain' }\ntokio = { path = '../tokio' }";
        fixture.package("service", service, "");
        fixture
    }

    /// The contract with these dependencies more.
    fn contract(&self, more: &str) {
        let dependencies = format!("chassis = {{ path = '../chassis' }}\n{more}");
        self.package(
            "contract",
            &dependencies,
            "[package.metadata.hexagon]\nallow = []",
        );
    }

    /// The domain with these dependencies and these allowed crates more.
    fn domain(&self, more: &str, allow: &str) {
        let dependencies = format!(
            "chassis = {{ path = '../chassis' }}\ncontract = {{ path = '../contract' }}\n{more}"
        );
        let table = format!("[package.metadata.hexagon]\nallow = ['contract', {allow}]");
        self.package("domain", &dependencies, &table);
    }

    fn package(&self, name: &str, dependencies: &str, tables: &str) {
        let manifest = format!(
            "[package]\nname = '{name}'\nversion = '0.1.0'\nedition = '2024'\n\n{tables}\n\n\
             [dependencies]\n{dependencies}\n"
        );
        self.write(&format!("{name}/Cargo.toml"), &manifest);
        self.write(&format!("{name}/src/lib.rs"), "");
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn check(&self) -> Result<(), String> {
        check(&self.folder().join("service")).map(drop)
    }

    /// The message of a breach.
    fn breach(&self) -> String {
        self.check().expect_err("nobody saw the breach")
    }
}

#[test]
fn a_hexagon_that_holds_is_quiet() {
    Fixture::new().check().unwrap();
}

#[test]
fn a_crate_that_nobody_allowed_is_named_with_its_path() {
    let fixture = Fixture::new();
    fixture.domain("slug = { path = '../slug' }", "");
    let expected = "the hexagon is broken

slug broke into domain
  path: domain -> slug
  put what needs it into an adapter of the service, behind a port of domain;
  or, where it is only data and rules, allow it in domain/Cargo.toml:
    [package.metadata.hexagon]
    allow = [\"contract\", \"slug\"]
";
    assert_eq!(fixture.breach(), expected);
}

#[test]
fn a_breach_of_the_contract_is_one_of_the_domain_and_mended_there() {
    let fixture = Fixture::new();
    fixture.contract("slug = { path = '../slug' }");
    let message = fixture.breach();
    assert!(
        message.contains("slug broke into contract\n  path: contract -> slug"),
        "{message}"
    );
    assert!(
        message.contains("  path: domain -> contract -> slug"),
        "{message}"
    );
    assert!(!message.contains("domain/Cargo.toml"), "{message}");
}

#[test]
fn an_allowed_crate_brings_what_it_needs() {
    let fixture = Fixture::new();
    fixture.domain("slug = { path = '../slug' }", "'slug'");
    fixture.check().unwrap();
}

#[test]
fn a_runtime_is_not_brought_along() {
    let fixture = Fixture::new();
    fixture.domain("driver = { path = '../driver' }", "'driver'");
    let message = fixture.breach();
    assert!(
        message.contains("tokio broke into domain\n  path: domain -> driver -> tokio"),
        "{message}"
    );
    fixture.domain("driver = { path = '../driver' }", "'driver', 'tokio'");
    fixture.check().unwrap();
}

#[test]
fn a_feature_of_the_chassis_is_a_breach() {
    let fixture = Fixture::new();
    let service = "[dependencies.chassis]\npath = '../chassis'\nfeatures = ['service']";
    fixture.package(
        "domain",
        &format!("contract = {{ path = '../contract' }}\n{service}"),
        "[package.metadata.hexagon]\nallow = ['contract']",
    );
    let message = fixture.breach();
    assert!(message.contains("axum broke into domain"), "{message}");
    assert!(message.contains("-> chassis -> axum"), "{message}");
    assert!(
        message.contains("chassis has features there: service"),
        "{message}"
    );
    // The contract alone is clean: in its tree the chassis has no feature.
    assert!(!message.contains("broke into contract"), "{message}");
}

#[test]
fn tests_may_depend_on_anything() {
    let fixture = Fixture::new();
    let tables = "[package.metadata.hexagon]\nallow = []\n\n\
                  [dev-dependencies]\ntokio = { path = '../tokio' }";
    fixture.package("contract", "chassis = { path = '../chassis' }", tables);
    fixture.check().unwrap();
}

#[test]
fn a_workspace_without_the_table_is_told_to_write_it() {
    let fixture = Fixture::new();
    for package in ["contract", "domain"] {
        fixture.package(package, "", "");
    }
    let message = fixture.breach();
    assert!(
        message.contains("write it into the Cargo.toml of contract and domain"),
        "{message}"
    );
}

#[test]
fn a_misspelt_key_is_named() {
    let fixture = Fixture::new();
    fixture.package("contract", "", "[package.metadata.hexagon]\nalow = []");
    let message = fixture.breach();
    assert!(message.contains("`alow`"), "{message}");
}

#[test]
fn a_crate_that_is_printed_twice_is_one() {
    let tree = Tree::parse(
        "0 domain v0.1.0|| \n1 a v1.0.0|x,y|\n2 b v1.0.0||\n3 c v1.0.0||\n1 b v1.0.0|| (*)\n",
    );
    assert_eq!(tree.len(), 4);
    assert_eq!(tree.get(0).needs, [1, 2]);
    assert_eq!(tree.get(1).features, ["x", "y"]);
    assert_eq!(tree.get(2).needs, [3]);
}

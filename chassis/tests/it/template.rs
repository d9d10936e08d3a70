//! The `chassis.toml` of a generated service says what its `--settings` says.
//!
//! `cargo xtask settings` (`UPDATE_GOLDEN=1`) writes it anew.

use std::fs;
use std::path::Path;

/// As `--settings` prints it for a service that has a store and no section of its own, with the
/// template's words for the name and for what only a service with a store has.
fn chassis_toml() -> String {
    let mut text =
        "# What may be set of {{service_name}}. Every key stands here at its default: take \
                    away the `#` of a\n# key to change it. Secrets are written \"file:PATH\".\n"
            .to_owned();
    // A section is printed when it is asked for, and nothing asks for a client yet.
    let sections = chassis::references();
    // A generated service is built without chaos, and says so where the section stands.
    let own = |name: &str| !["chaos", "client"].contains(&name);
    for section in sections.iter().filter(|section| own(section.name())) {
        let toml = section.to_toml();
        text += &match section.name() {
            "store" => format!("{{%- if store %}}\n\n{toml}{{%- endif %}}\n"),
            _ => format!("\n{toml}"),
        };
    }
    text
}

#[test]
fn its_comments_are_the_settings_own() {
    let file = "../templates/service/chassis.toml";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = chassis_toml();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap() == text,
        "{} is not what the settings' types say; write it anew: cargo xtask settings",
        file.display()
    );
}

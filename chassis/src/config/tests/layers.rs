//! Which source wins, and what each of them may say.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{holds, load, one, toml, try_load};
use crate::config::{Cli, Config, Defaults, Inputs};

#[derive(Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(default)]
struct Http {
    listen: String,
    max_body: u32,
    proxies: Vec<String>,
}

fn listen(inputs: &Inputs) -> String {
    load(inputs).section::<Http>("http").unwrap().listen
}

#[test]
fn each_source_lies_above_the_one_before() {
    let dev = Inputs::none().arg("--profile=dev");
    let default = Defaults::new("shop").value("http.listen", "default");
    let cli = Cli::parse(dev.args(), &[]).unwrap();
    let config = Config::load(&dev, &cli, &default).unwrap();
    assert_eq!(config.section::<Http>("http").unwrap().listen, "default");

    let inputs = dev.file("chassis.toml", "[http]\nlisten = 'file'\nmax_body = 7");
    assert_eq!(listen(&inputs), "file");
    let inputs = inputs.file("chassis.dev.toml", "http.listen = 'profile'");
    assert_eq!(listen(&inputs), "profile");
    let inputs = inputs.file(".env", "CHASSIS_HTTP__LISTEN=dotenv");
    assert_eq!(listen(&inputs), "dotenv");
    let inputs = inputs.var("CHASSIS_HTTP__LISTEN", "variable");
    assert_eq!(listen(&inputs), "variable");
    let inputs = inputs.arg("--set").arg("http.listen=argument");
    assert_eq!(listen(&inputs), "argument");
    // Tables are merged, so that the lowest file still gives what nobody else says.
    assert_eq!(load(&inputs).section::<Http>("http").unwrap().max_body, 7);
}

#[test]
fn dotenv_is_read_in_dev_only() {
    let inputs = toml("http.listen = 'file'").file(".env", "CHASSIS_HTTP__LISTEN=dotenv");
    assert_eq!(listen(&inputs), "file");
    assert_eq!(listen(&inputs.var("CHASSIS_PROFILE", "dev")), "dotenv");
}

#[test]
fn dotenv_understands_quotes_remarks_and_export() {
    let env =
        "# a remark\nexport CHASSIS_HTTP__LISTEN=\"a # b\"\nCHASSIS_HTTP__MAX_BODY=5 # bytes\n";
    let inputs = Inputs::none().arg("--profile=dev").file(".env", env);
    let http: Http = load(&inputs).section("http").unwrap();
    assert_eq!((http.listen.as_str(), http.max_body), ("a # b", 5));
    let bad = Inputs::none()
        .arg("--profile=dev")
        .file(".env", "A=1\nnonsense\nB='open");
    let report = load(&bad).check().unwrap_err();
    holds(
        &report.to_string(),
        &[
            ".env:2:1",
            "equals sign",
            ".env:3:1",
            "a quote that isn't closed",
        ],
    );
}

#[test]
fn a_profile_nobody_named_has_the_rules_of_prod() {
    let inputs = toml("").file("chassis.prod.toml", "http.listen = 'prod'");
    assert_eq!(listen(&inputs), "prod");
    assert!(!load(&inputs).is_dev());
    let cli = Cli::default();
    let config = Config::load(&inputs, &cli, &Defaults::new("shop").profile("dev")).unwrap();
    assert!(config.is_dev());
    let inputs = inputs.var("CHASSIS_PROFILE", "stage");
    let config = Config::load(&inputs, &cli, &Defaults::new("shop").profile("dev")).unwrap();
    assert_eq!(config.profile(), "stage");
}

#[test]
fn the_folder_is_named_or_the_current_one() {
    let inputs = Inputs::none().file("etc/chassis.toml", "http.listen = 'etc'");
    assert_eq!(listen(&inputs.clone().arg("--config-dir=etc")), "etc");
    assert_eq!(
        listen(&inputs.clone().var("CHASSIS_CONFIG_DIR", "etc")),
        "etc"
    );
    assert_eq!(listen(&inputs), "");
}

#[test]
fn a_named_folder_that_is_missing_or_empty_is_a_finding() {
    let report = load(&Inputs::none().arg("--config-dir=nowhere"))
        .check()
        .unwrap_err();
    holds(&one(&report), &["isn't there", "--config-dir", "nowhere"]);
    let inputs = Inputs::none()
        .file("etc/other.toml", "")
        .var("CHASSIS_CONFIG_DIR", "etc");
    let report = load(&inputs).check().unwrap_err();
    holds(
        &one(&report),
        &[
            "no configuration",
            "variable CHASSIS_CONFIG_DIR",
            "chassis.toml",
        ],
    );
}

#[test]
fn state_lies_where_the_system_says() {
    let home = Inputs::none().var("HOME", "/home/ann");
    let state = |inputs: &Inputs| load(inputs).state_dir().display().to_string();
    assert_eq!(state(&home), "/home/ann/.local/state/chassis/shop");
    // Relative paths are to be ignored, says the specification of the variable.
    assert_eq!(
        state(&home.clone().var("XDG_STATE_HOME", "x")),
        state(&home)
    );
    assert_eq!(
        state(&home.var("XDG_STATE_HOME", "/var/state")),
        "/var/state/chassis/shop"
    );
}

#[test]
fn a_component_sees_its_own_keys_above_the_shared_ones() {
    let text = "[http]\nlisten = 'all'\nmax_body = 1\n[orders.http]\nmax_body = 2\n";
    let config = load(&toml(text));
    let http = |config: &Config| config.section::<Http>("http").unwrap();
    assert_eq!(http(&config.component("inventory")).max_body, 1);
    let orders = http(&config.component("orders"));
    assert_eq!((orders.listen.as_str(), orders.max_body), ("all", 2));
    config.check().unwrap();
}

#[test]
fn a_component_that_runs_elsewhere_can_be_skipped() {
    let config = load(&toml(
        "[orders.http]\nmax_body = 2\n[inventory.warehouse]\nx = 1",
    ));
    let _: Http = config.component("orders").section("http").unwrap();
    holds(&one(&config.unused()), &["inventory", "unknown section"]);
    config.skip("inventory");
    config.check().unwrap();
}

#[test]
fn a_file_that_cannot_be_used_stops_the_loading() {
    let syntax = try_load(&toml("[http]\nlisten = 'a'\nmax_body =\n")).unwrap_err();
    holds(&one(&syntax), &["not TOML", "chassis.toml:3:"]);
    let unquoted = try_load(&toml("[admin]\ntoken = 12:hunter2 # ours\n")).unwrap_err();
    let unquoted = one(&unquoted);
    holds(
        &unquoted,
        &["text without quotes", "chassis.toml:2:", "token = \"…\""],
    );
    assert!(!unquoted.contains("hunter2"), "{unquoted}");
    let bytes: &[u8] = b"[http]\nlisten = '\xff'";
    let text = try_load(&Inputs::none().file("chassis.toml", bytes)).unwrap_err();
    holds(&one(&text), &["not UTF-8", "chassis.toml:2:11", "0xff"]);
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let folder = std::env::temp_dir().join(format!("chassis-unread-{}", std::process::id()));
    // A folder of that name can't be read as a file, not even by root.
    std::fs::create_dir_all(folder.join("chassis.toml")).unwrap();
    let report = try_load(&Inputs::on_disk(&folder)).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    holds(&one(&report), &["can't be read", "chassis.toml", "mend"]);
}

#[test]
fn what_is_odd_but_harmless_is_noted() {
    let note = |inputs: &Inputs| one(load(inputs).notes());
    let report = note(&Inputs::none().arg("--profile=prodd"));
    holds(
        &report,
        &["profile prodd has no file", "did you mean prod?"],
    );
    let own = Inputs::none()
        .arg("--profile=stage")
        .file("chassis.stage.toml", "");
    assert!(load(&own).notes().is_empty());
    let late = Inputs::none()
        .arg("--profile=dev")
        .file(".env", "CHASSIS_PROFILE=prod");
    holds(&note(&late), &["CHASSIS_PROFILE has no effect", ".env:1:1"]);
}

#[test]
fn an_empty_variable_is_empty_text_unless_a_default_stands_in() {
    let inputs = toml("http.listen = '[${A}] [${A:-b}]'").var("A", "");
    assert_eq!(listen(&inputs), "[] [b]");
}

#[test]
fn what_a_platform_sets_for_everyone_may_stay_unread() {
    let inputs = Inputs::none()
        .var("OTEL_SERVICE_NAME", "a")
        .var("OTEL_RESOURCE_ATTRIBUTES", "team=red")
        .var("RUST_LOG", "info");
    load(&inputs).check().unwrap();
    let own = load(&inputs.var("CHASSIS_SERVICE__NAM", "b"))
        .check()
        .unwrap_err();
    holds(&one(&own), &["service"]);
}

#[test]
fn the_mark_that_some_editors_put_first_is_no_fault() {
    assert_eq!(listen(&toml("\u{feff}[http]\r\nlisten = 'a'\r\n")), "a");
}

#[test]
fn places_are_counted_in_characters() {
    let config = load(&toml("[http]\nlisten = 'ü'\nproxies = ['äöü', 5]"));
    let report = one(&config.section::<Http>("http").unwrap_err());
    holds(&report, &["http.proxies[1]", "chassis.toml:3:19"]);
}

//! References, secrets, and what is listed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{holds, load, one, toml};
use crate::config::{Config, Inputs, Secret, Url};

#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
struct Store {
    url: String,
    greeting: String,
    size: u16,
    password: String,
}

fn store(inputs: &Inputs) -> Store {
    load(inputs).section("store").unwrap()
}

fn failed(inputs: &Inputs) -> String {
    let config = load(inputs);
    let error = config.section::<Store>("store").unwrap_err();
    assert_eq!(config.check().unwrap_err(), error);
    one(&error)
}

#[test]
fn variables_are_put_in_with_defaults_and_escapes() {
    let text = "[store]\ngreeting = 'Hi ${NAME}, ${AGE:-ageless} $${X}'\nsize = '${SIZE}'";
    let store = store(&toml(text).var("NAME", "Ann ${AGE}").var("SIZE", "7"));
    assert_eq!(store.greeting, "Hi Ann ${AGE}, ageless ${X}");
    assert_eq!(store.size, 7);
}

#[test]
fn variables_of_dotenv_are_put_in_but_the_process_wins() {
    let inputs = toml("store.greeting = '${A} ${B}'")
        .arg("--profile=dev")
        .file(".env", "A=dotenv\nB=dotenv")
        .var("B", "process");
    assert_eq!(store(&inputs).greeting, "dotenv process");
}

#[test]
fn an_unset_variable_is_a_finding_with_its_position() {
    let report = failed(&toml("[store]\n\n  greeting = 'Hi ${UNSET}'"));
    holds(
        &report,
        &[
            "store.greeting",
            "UNSET is not set",
            "chassis.toml:3:14",
            "${UNSET:-text}",
        ],
    );
    holds(
        &failed(&toml("store.greeting = 'Hi ${UNSET'")),
        &["isn't closed"],
    );
}

#[test]
fn files_are_put_in_without_the_last_line_break() {
    let inputs = toml("[store]\npassword = 'file:/run/pw'\ngreeting = 'a${file:run/g}b'")
        .file("/run/pw", "hunter2\n")
        .file("run/g", "\r\n\r\n");
    let store = store(&inputs);
    assert_eq!(
        (store.password.as_str(), store.greeting.as_str()),
        ("hunter2", "a\r\nb")
    );
}

#[test]
fn a_file_is_a_scheme_in_a_key_of_a_url() {
    #[derive(Deserialize, JsonSchema)]
    struct Registry {
        place: Url,
        backup_url: String,
    }
    let text = "[registry]\nplace = 'file:'\nbackup_url = 'file:/var/x'";
    let registry: Registry = load(&toml(text)).section("registry").unwrap();
    assert_eq!(registry.place.scheme(), "file");
    assert_eq!(registry.backup_url, "file:/var/x");
    let inputs = toml("store.url = 'postgres://u:${file:/pw}@db/x'").file("/pw", "p");
    assert_eq!(store(&inputs).url, "postgres://u:p@db/x");
}

#[test]
fn a_reference_to_a_bad_file_is_a_finding() {
    let missing = failed(&toml("store.password = 'file:/nowhere'"));
    holds(
        &missing,
        &[
            "store.password",
            "can't be read",
            "file:/nowhere",
            "chassis.toml:1:18",
        ],
    );
    let bytes: &[u8] = b"\xff";
    holds(
        &failed(&toml("store.password = 'file:/pw'").file("/pw", bytes)),
        &["not UTF-8"],
    );
}

#[test]
fn what_a_reference_gives_is_not_looked_through_again() {
    let inputs = toml("store.greeting = '${A}'").var("A", "file:/etc/passwd");
    assert_eq!(store(&inputs).greeting, "file:/etc/passwd");
}

fn rows(config: &Config) -> String {
    let row = |r: &crate::config::Row| format!("{} = {} ({})\n", r.key(), r.value(), r.origin());
    config.effective().iter().map(row).collect()
}

#[test]
fn effective_values_come_with_their_source_and_without_secrets() {
    let text = "[store]\nurl = 'postgres://u:hunter2@db/x?key=hunter2'\npassword = 'hunter2'";
    let inputs = toml(text)
        .var("CHASSIS_STORE__SIZE", "5")
        .var("CHASSIS_OTHER__API_KEY", "hunter2")
        .file("/g", "hunter2")
        .var("CHASSIS_STORE__GREETING", "${file:/g}");
    let config = load(&inputs);
    config.section::<Store>("store").unwrap();
    assert_eq!(
        rows(&config),
        "other.api_key = (not read) (variable CHASSIS_OTHER__API_KEY)\n\
         store.greeting = *** (variable CHASSIS_STORE__GREETING)\n\
         store.password = *** (chassis.toml:3:12)\n\
         store.size = 5 (variable CHASSIS_STORE__SIZE)\n\
         store.url = \"postgres://***@db/x?***\" (chassis.toml:2:7)\n"
    );
}

#[test]
fn the_listing_has_a_line_a_key_with_its_source() {
    let config = load(&toml("[store]\ngreeting = 'Hi'").var("CHASSIS_STORE__SIZE", "5"));
    config.section::<Store>("store").unwrap();
    let wanted = "\
store.greeting = \"Hi\"  # chassis.toml:2:12
store.password = ***   # default
store.size = 5         # variable CHASSIS_STORE__SIZE
store.url = \"\"         # default
";
    assert_eq!(config.listing(), wanted);
    let json = serde_json::to_string(&config.effective()[0]).unwrap();
    let wanted = r#"{"key":"store.greeting","value":"\"Hi\"","source":"chassis.toml:2:12"}"#;
    assert_eq!(json, wanted);
}

#[test]
fn lists_are_listed_whole_unless_they_hold_tables() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Bank {
        users: Vec<User>,
        ports: Vec<u16>,
        pins: Vec<Secret<String>>,
    }
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct User {
        name: String,
        pin: Secret<String>,
    }
    let text =
        "[bank]\nports = [1, 2]\nusers = [{ name = 'a', pin = 'hunter2' }]\npins = ['hunter2']";
    let config = load(&toml(text));
    config.section::<Bank>("bank").unwrap();
    let listing = config.listing();
    holds(
        &listing,
        &[
            "bank.ports = [1, 2] ",
            "bank.users[0].name = \"a\" ",
            "bank.pins = *** ",
        ],
    );
    holds(&listing, &["bank.users[0].pin = *** "]);
    assert!(!listing.contains("hunter2"), "{listing}");
}

#[test]
fn defaults_are_listed_for_what_nobody_set() {
    let config = load(&Inputs::none());
    config.section::<Store>("store").unwrap();
    holds(
        &rows(&config),
        &[
            "store.size = 0 (default)\n",
            "store.password = *** (default)\n",
        ],
    );
}

#[test]
fn secrets_are_refused_on_the_command_line() {
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Bank {
        #[allow(dead_code)]
        pin: Option<Secret<String>>,
    }
    let by_name = load(&Inputs::none().arg("--set").arg("bank.password=hunter2"));
    let report = by_name.check().unwrap_err().to_string();
    holds(
        &report,
        &["every process can read it", "CHASSIS_BANK__PASSWORD"],
    );
    let by_type = load(&Inputs::none().arg("--set").arg("bank.pin=hunter2"));
    let report = report + &by_type.section::<Bank>("bank").unwrap_err().to_string();
    let by_query = load(&Inputs::none().arg("--set=store.url=pg://db?password=hunter2"));
    let report = report + &by_query.check().unwrap_err().to_string();
    let by_url = load(
        &Inputs::none()
            .arg("--set")
            .arg("store.url=pg://u:hunter2@db"),
    );
    let report = report + &by_url.check().unwrap_err().to_string();
    holds(&report, &["CHASSIS_BANK__PIN", "CHASSIS_STORE__URL"]);
    assert!(!report.contains("hunter2"), "{report}");
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Links {
    url: Url,
}

#[test]
fn secrets_are_never_in_a_report() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Bank {
        pin: Secret<u16>,
        token: Pattern,
        api_keys: Vec<u8>,
        #[serde(default)]
        code: Option<Secret<Pattern>>,
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(try_from = "String")]
    #[allow(dead_code)]
    struct Pattern(String);
    impl TryFrom<String> for Pattern {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            Err(format!("{text} is not what I want"))
        }
    }
    let section = |text: &str| {
        load(&toml(text))
            .section::<Bank>("bank")
            .unwrap_err()
            .to_string()
    };
    let report = section("[bank]\npin = 'hunter2'\ntoken = 'hunter2'\napi_keys = ['hunter2']");
    holds(&report, &["bank.pin", "bank.api_keys[0]", "***"]);
    let judged = section("[bank]\npin = 1\ntoken = 'hunter2'\napi_keys = []");
    holds(&judged, &["bank.token: refused by its type", "***"]);
    let text = "[bank]\npin = 1\ntoken = 'file:/pw'\napi_keys = []\ncode = 'hunter2'\n";
    let inputs = toml(text).file("/pw", "hunter2");
    let by_type = load(&inputs)
        .section::<Bank>("bank")
        .unwrap_err()
        .to_string();
    let url = toml("store.url = 'pg//u:hunter2@db/x'");
    let by_query = load(&Inputs::none().arg("--set=store.url=pg://db?password=hunter2"));
    let report = report + &by_query.check().unwrap_err().to_string();
    let by_url = load(&url)
        .section::<Links>("store")
        .unwrap_err()
        .to_string();
    holds(&by_url, &["store.url: wrong form", "***@db"]);
    assert!(!(report + &judged + &by_type + &by_url).contains("hunter2"));
}

#[test]
fn debug_shows_no_values() {
    let inputs = Inputs::none()
        .arg("--set=a.password=hunter2")
        .var("CHASSIS_A__TOKEN", "hunter2")
        .file("chassis.toml", "a.key = 'hunter2'");
    let cli = crate::config::Cli::parse(inputs.args(), &[]).unwrap();
    let text = format!("{inputs:?} {cli:?} {:?}", load(&inputs));
    holds(&text, &["CHASSIS_A__TOKEN", "a.password", "prod"]);
    assert!(!text.contains("hunter2"), "{text}");
}

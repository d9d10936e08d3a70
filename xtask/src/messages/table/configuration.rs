//! The configuration: keys, values, files, variables.

use super::Group;
use crate::messages::case::{hello, mishap, shop};

pub(super) fn group() -> Group {
    Group {
        title: "In the configuration",
        about: "`--check` looks at all of it and opens nothing; `--config` prints what holds, and where \
                each value comes from. Each finding says the key, the place, what was expected, what \
                stands there, and the mend.",
        cases: [
            keys(),
            measures(),
            idempotency(),
            kinds(),
            levels(),
            others(),
            files(),
            variables(),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

fn keys() -> Vec<crate::messages::case::Case> {
    vec![
        hello("Many mistakes, one report")
            .toml("[http]\nlisten = 8080\ntimeout = \"5 sec\"\nmax-bodi = \"2MiB\"\n\n[prob]\nlisten = \"0.0.0.0:9000\"\n")
            .arguments(&["--check"]),
        hello("A section with a slip").toml("[htpp]\nlisten = \"0.0.0.0:80\"\n").arguments(&["--check"]),
        hello("A key with a slip").toml("[stop]\ndrian = \"20s\"\n").arguments(&["--check"]),
        hello("A key that doesn't exist").toml("[logs]\ncolour = true\n").arguments(&["--check"]),
        hello("A section that nobody reads")
            .toml("[warehouse]\nkeep = \"90s\"\n")
            .arguments(&["--check"]),
        mishap("client", "The address of a client that doesn't exist")
            .toml("[client.greter]\nurl = \"http://10.0.0.7:8080\"\n")
            .arguments(&["--check"]),
        hello("The address of a client, in a service that calls nobody")
            .toml("[client.orders]\nurl = \"http://10.0.0.7:8080\"\n")
            .arguments(&["--check"]),
        mishap("section", "A value that must be given, and isn't"),
    ]
}

/// Times, sizes, addresses.
fn measures() -> Vec<crate::messages::case::Case> {
    vec![
        hello("A number where a time is meant")
            .toml("[http]\ntimeout = 5\n")
            .arguments(&["--check"]),
        hello("A unit that isn't known")
            .toml("[http]\nmax_body = \"2 megs\"\n")
            .arguments(&["--check"]),
        hello("An address without a port").arguments(&[
            "--set",
            "http.listen=localhost",
            "--check",
        ]),
    ]
}

/// Where answers are kept, and how long.
fn idempotency() -> Vec<crate::messages::case::Case> {
    vec![
        mishap(
            "workshop",
            "Answers that are kept where no other instance sees them",
        )
        .toml("[registry]\nurl = \"static:depot=10.0.0.7:8080\"\n")
        .arguments(&["--check"]),
        mishap("workshop", "A place for answers that nobody knows")
            .toml("[idempotency]\nurl = \"memcached://cache:11211\"\n")
            .arguments(&["--check"]),
        mishap(
            "workshop",
            "Times and numbers of idempotency that cannot work",
        )
        .toml("[idempotency]\nlease = \"10ms\"\nttl = \"0s\"\nmax_entries = 0\n")
        .arguments(&["--check"]),
    ]
}

/// Words, ranges, and values of another kind.
fn kinds() -> Vec<crate::messages::case::Case> {
    vec![
        hello("One of a few words").arguments(&["--set", "http.trust=msh", "--check"]),
        hello("A number out of its range")
            .toml("[http]\nsampled_per_second = -1\n")
            .arguments(&["--check"]),
        hello("A value where a section is meant")
            .toml("stop = \"20s\"\n")
            .arguments(&["--check"]),
        hello("A list that is a text")
            .toml("[admin]\nhosts = \"admin.example.org\"\n")
            .arguments(&["--check"]),
    ]
}

/// What is logged.
fn levels() -> Vec<crate::messages::case::Case> {
    vec![
        hello("A log level that isn't one")
            .toml("[logs]\nlevel = \"info,sqlx=loud\"\n")
            .arguments(&["--check"]),
        hello("A module where a level is meant")
            .toml("[logs]\nlevel = \"shop\"\n")
            .arguments(&["--check"]),
        hello("Levels with a slip")
            .toml("[logs]\nlevel = \"info,shop[order]=debug\"\n")
            .arguments(&["--check"]),
        hello("A comma too many").arguments(&["--set", "logs.level=info,", "--check"]),
        hello("Half a directive").arguments(&["--set", "logs.level=info,shop=", "--check"]),
    ]
}

/// Switches, secrets, headers, and values that don't go together.
fn others() -> Vec<crate::messages::case::Case> {
    vec![
        hello("A number in quotes, and a switch that is a text")
            .toml("[http]\nmax_streams = \"5\"\n\n[logs]\naccess = \"yes\"\n")
            .arguments(&["--check"]),
        hello("A secret without quotes")
            .toml("[admin]\ntoken = 12345\n")
            .arguments(&["--check"]),
        hello("Headers for the collector that aren't")
            .toml("[traces]\nheaders = \"api-key hunter2\"\n")
            .arguments(&["--check"]),
        hello("Two listeners on one port")
            .variable("CHASSIS_PROBE__LISTEN", "127.0.0.1:8080")
            .variable("CHASSIS_HTTP__LISTEN", "127.0.0.1:8080")
            .arguments(&["--check"]),
    ]
}

fn files() -> Vec<crate::messages::case::Case> {
    vec![
        hello("A file that isn't TOML").toml("[http]\nlisten = 127.0.0.1:8080\n"),
        hello("A key twice in a file").toml("[http]\ntimeout = \"5s\"\ntimeout = \"6s\"\n"),
        hello("A folder that isn't there").arguments(&["--config-dir", "/etc/greter"]),
        hello("A folder without a configuration")
            .file("conf/readme.txt", "nothing here\n")
            .arguments(&["--config-dir", "conf"]),
        hello("A reference to a variable that isn't set")
            .toml("[service]\nname = \"greeter-${REGION}\"\n")
            .arguments(&["--check"]),
        hello("A reference to a file that isn't there")
            .toml("[admin]\ntoken = \"file:/run/secrets/admin\"\n")
            .arguments(&["--check"]),
        hello("A reference that isn't closed")
            .toml("[service]\nname = \"greeter-${REGION\"\n")
            .arguments(&["--check"]),
        hello("Lines in `.env` that aren't understood")
            .file(".env", "2ND=x\nCHASSIS_HTTP__TIMEOUT=\"5s\n")
            .arguments(&["--profile", "dev", "--check"]),
        hello("A profile in `.env`")
            .file(".env", "CHASSIS_PROFILE=prod\n")
            .arguments(&["--profile", "dev"])
            .warns(),
        hello("A line in `.env` that isn't one")
            .file(".env", "CHASSIS_HTTP__TIMEOUT 5s\n")
            .arguments(&["--profile", "dev", "--check"]),
    ]
}

fn variables() -> Vec<crate::messages::case::Case> {
    vec![
        hello("A variable with one underscore")
            .variable("CHASSIS_HTTP_TIMEOUT", "5s")
            .arguments(&["--check"]),
        hello("A variable of a key that doesn't exist")
            .variable("CHASSIS_STOP__DRIAN", "20s")
            .arguments(&["--check"]),
        hello("Two variables, one inside the other")
            .variable("CHASSIS_SERVICE", "greeter")
            .variable("CHASSIS_SERVICE__NAME", "greeter")
            .arguments(&["--check"]),
        hello("A profile that isn't one")
            .variable("CHASSIS_PROFILE", "Dev")
            .arguments(&["--check"]),
        hello("A profile without a file")
            .arguments(&["--profile", "prd"])
            .warns(),
        hello("OpenTelemetry's variables that aren't understood")
            .variable("OTEL_TRACES_SAMPLER", "sometimes")
            .variable("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")
            .variable("OTEL_EXPORTER_OTLP_HEADERS", "hunter2")
            .variable("OTEL_RESOURCE_ATTRIBUTES", "team")
            .warns(),
        hello("A share of traces that isn't one")
            .variable("OTEL_TRACES_SAMPLER", "traceidratio")
            .variable("OTEL_TRACES_SAMPLER_ARG", "20%")
            .warns(),
    ]
}

pub(super) fn addresses() -> Group {
    Group {
        title: "In the URLs of the configuration",
        about: "Each port of the chassis is opened by a URL. One that this build cannot open is refused \
                with those that it can.",
        cases: vec![
            hello("Telemetry that this build doesn't know").toml(
                "[traces]\nurl = \"otlp://collector:4317\"\n\n[metrics]\nurl = \"dogstatsd://agent\"\n\n[logs]\nurl = \"fluentd://agent\"\n",
            ),
            hello("A collector that isn't an address").toml("[traces]\nurl = \"otlp+http://\"\n"),
            hello("A registry that comes later").toml("[registry]\nurl = \"consul://consul:8500\"\n"),
            hello("A registry with a slip").toml("[registry]\nurl = \"memry:\"\n"),
            hello("More than `memory:` takes").toml("[registry]\nurl = \"memory:shop\"\n"),
            hello("The registry of one machine, in production").toml("[registry]\nurl = \"file:\"\n"),
            hello("A registry at a relative path")
                .toml("[registry]\nurl = \"file:registry\"\n")
                .arguments(&["--profile", "dev"]),
            hello("A static registry without a service").toml("[registry]\nurl = \"static:10.0.0.7:8080\"\n"),
            hello("A static registry without a port").toml("[registry]\nurl = \"static:orders=10.0.0.7\"\n"),
            hello("An address for others that isn't one").toml("[registry]\nadvertise = \"greeter\"\n"),
            hello("Telemetry that this version has only in part").toml(
                "[traces]\nurl = \"otlp+https://collector:4318\"\n\n[metrics]\nurl = \"prometheus:9464\"\n",
            ),
            hello("Spans by another protocol").toml("[traces]\nurl = \"zipkin+http://zipkin:9411\"\n"),
            mishap("client", "A client by TLS whose authority isn't there").toml("[client.greeter]\nurl = \"https://greeter\"\n\n[client.greeter.tls]\nca_file = \"ca.pem\"\n"),
            mishap("client", "Policies of a client that cannot work").toml(POLICIES).arguments(&["--check"]),
            mishap("client", "More of them").toml(MORE_POLICIES).arguments(&["--check"]),
            hello("Zeros that let nobody in").toml("[http]\nmax_in_flight = 0\n").arguments(&["--check"]),
            mishap("client", "Zeros that let nobody out").toml(ZEROS).arguments(&["--check"]),
            mishap("client", "Tries and hosts that lead nowhere").toml(TRIES).arguments(&["--check"]),
            mishap("customer", "A retry of what would then be done twice").toml("[client.kitchen.methods.cook.retry]\nattempts = 3\n").arguments(&["--check"]),
            mishap("client", "A certificate without its key").toml("[client.greeter]\nurl = \"https://greeter\"\n\n[client.greeter.tls]\ncertificate_file = \"client.pem\"\n"),
            mishap("client", "A key without its certificate").toml("[client.greeter]\nurl = \"https://greeter\"\n\n[client.greeter.tls]\nkey_file = \"client.pem\"\n"),
            mishap("client", "An authority that is no certificate").toml("[client.greeter]\nurl = \"https://greeter\"\n\n[client.greeter.tls]\nca_file = \"chassis.toml\"\n"),
            mishap("client", "Faults on purpose, in prod").toml("[chaos]\nenabled = true\n").arguments(&["--check"]),
            mishap("client", "Faults that cannot be").toml(FAULTS).arguments(&["--profile", "dev", "--check"]),
            shop("An experiment that isn't there").arguments(&["chaos", "nowhere.toml"]),
            shop("An experiment that cannot be made").file("slow.toml", EXPERIMENT).arguments(&["chaos", "slow.toml"]),
            shop("An experiment in prod").file("slow.toml", SOUND).arguments(&["chaos", "slow.toml", "--profile", "prod"]),
            mishap("client", "A client without a scheme").toml("[client.greeter]\nurl = \"greeter:8080\"\n"),
            mishap("client", "A client without a host").toml("[client.greeter]\nurl = \"http://\"\n"),
            mishap("client", "A client with a port that isn't one").toml("[client.greeter]\nurl = \"http://greeter:http/\"\n"),
            mishap("client", "A client with a password").toml("[client.greeter]\nurl = \"http://ann:hunter2@greeter/\"\n"),
            mishap("client", "A client with a query").toml("[client.greeter]\nurl = \"http://greeter/?region=eu\"\n"),
            mishap("client", "A client of a name that isn't one").toml("[client.greeter]\nurl = \"registry:the greeter\"\n"),
            mishap("client", "A client of nobody here").toml("[client.greeter]\nurl = \"local:\"\n"),
            shop("Own ports whose policies cannot work").toml(PORTS),
            mishap("store", "A store that comes later").toml("[store]\nurl = \"postgres://ann:hunter2@db/shop\"\n"),
            mishap("store", "A store with an option that isn't known").toml("[store]\nurl = \"sqlite:shop.sqlite?mode=rwx\"\n"),
        ],
    }
}

const PORTS: &str = r#"[port.order-store]
total_timeout = "1s"
attempt_timeout = "5s"

[port.order-store.methods.create]
retry = { attempts = 3 }

[port.order-store.methods.laod]
total_timeout = "1s"

[port.order-shelf]
total_timeout = "1s"
"#;

const ZEROS: &str = r#"[client.greeter]
connect_timeout = "0s"
ping_interval = "0s"
silence_timeout = "0s"
max_connections = 0
max_answer = 0
max_item = 0
"#;

const POLICIES: &str = r#"[client.greeter]
total_timeout = "0s"
attempt_timeout = "2m"

[client.greeter.budget]
share = 1.5
ttl = "2h"

[client.greeter.bulkhead]
max_calls = 0

[client.greeter.breaker]
failure_rate = 0.0

[client.greeter.hedge]
enabled = true
after = 1.5

[client.greeter.balance]
rule = "maglev"

[client.greeter.ejection]
interval = "0s"
max_ejected = 1.5
latency_factor = 0.5
eject_at_most = "1s"

[client.greeter.methods.greeting]
hedge = { enabled = true }
"#;

const MORE_POLICIES: &str = r#"[client.greeter]
attempt_timeout = "0s"

[client.greeter.retry]
attempts = 0
backoff = "0s"
backoff_at_most = "0s"

[client.greeter.budget]
share = 0.0
reserve = 0
ttl = "0s"

[client.greeter.breaker]
window = "0s"

[client.greeter.hedge]
enabled = true
share = 1.5
minimum_calls = 0

[client.greeter.balance]
hash_policy = "header:x-user"

[client.greeter.ejection]
deviations = -1.0
eject_for = "0s"
"#;

const TRIES: &str = r#"[client.greeter.retry]
attempts = 20
backoff = "1s"
backoff_at_most = "100ms"

[client.greeter.balance]
rule = "maglev"
hash_policy = "cookie:session"
"#;

const FAULTS: &str = r#"[chaos]
enabled = true

[chaos.faults.slow]
port = "greeter"
fault = "latency"
delay = "0s"

[chaos.faults.odd]
port = "greeter"
fault = "status"
status = 200

[chaos.faults.now-and-then]
port = "greeter"
fault = "refused"
every = "1s"
lasts = "2s"

[chaos.faults.often]
port = "greeter"
fault = "refused"
share = 1.5
"#;

/// One that could be made.
const SOUND: &str = r#"[experiment]
title = "Some calls to the warehouse take longer"

[load]
method = "GET"
path = "/v1/orders/1"
rate = 5

[steady]
time = "1s"
success = 0.99
p99 = "500ms"

[fault]
port = "inventory"
fault = "latency"
delay = "300ms"

[expect]
time = "1s"
success = 0.99
p99 = "1500ms"
recovery = "3s"
"#;

const EXPERIMENT: &str = r#"[experiment]
title = "Some calls to the warehouse take longer"

[load]
method = "GET"
path = "orders"
rate = 0

[steady]
time = "0s"
success = 2.0
p99 = "500ms"

[fault]
port = "inventory"
fault = "latency"
delay = "300ms"

[expect]
time = "5s"
success = 0.99
p99 = "1500ms"
recovery = "3s"
"#;

//! Starting, serving, stopping.

use super::Group;
use crate::messages::case::{hello, mishap};

pub(super) fn starting() -> Group {
    Group {
        title: "At the start",
        about: "Something outside of the program is missing: exit code 69. A required dependency that is \
                away is tried again until `start.timeout`; the service is alive meanwhile, and not ready.",
        cases: vec![
            hello("An address of another machine")
                .variable("CHASSIS_HTTP__LISTEN", "192.0.2.1:8080")
                .ends(69),
            mishap("away", "A required dependency stays away")
                .quietly("CHASSIS_START__TIMEOUT", "300ms")
                .ends(69),
            mishap("store", "A store that cannot be opened")
                .toml("[store]\nurl = \"sqlite:/dev/null/shop.sqlite\"\n")
                .ends(69),
            mishap("store", "A store that is no database")
                .file("shop.sqlite", "This is a letter, not a database; it is long enough to be looked at as one, though.\n")
                .toml("[store]\nurl = \"sqlite:shop.sqlite\"\n")
                .ends(69),
            hello("A registry that cannot be written")
                .toml("[registry]\nurl = \"file:/dev/null/registry\"\n")
                .arguments(&["--profile", "dev"])
                .ends(69),
            hello("A registry that is no folder")
                .toml("[registry]\nurl = \"file:/dev/null\"\n")
                .arguments(&["--profile", "dev"])
                .ends(69),
        ],
    }
}

pub(super) fn serving() -> Group {
    Group {
        title: "In the log, while it serves",
        about: "The service goes on; these lines say what will go wrong if nothing is done.",
        cases: vec![
            mishap("client", "A service that nobody offers yet")
                .toml("[client.greeter]\nurl = \"registry:reception\"\n")
                .warns(),
            mishap("long_timeout", "A call that may outlast the stop").warns(),
            hello("All calls may outlast the stop")
                .toml("[http]\ntimeout = \"60s\"\n")
                .warns(),
            mishap("task_fails", "A background task that fails").warns(),
            mishap("task_panics", "A background task that panics")
                .quietly("RUST_BACKTRACE", "0")
                .warns(),
            hello("A token that cannot be kept")
                .variable("XDG_STATE_HOME", "/dev/null")
                .warns(),
        ],
    }
}

pub(super) fn stopping() -> Group {
    Group {
        title: "At the stop",
        about: "Each phase of a stop has its limit. What did not end within it is named, and the process \
                ends all the same.",
        cases: vec![
            mishap("task_stays", "A task that doesn't listen")
                .quietly("CHASSIS_STOP__REST", "200ms")
                .warns()
                .ends_after_serving(70)
                .advice("Wait for the `Stop` beside the work: `tokio::select! { () = stop.requested() => return, … }`, or use `app.every`, which does."),
        ],
    }
}

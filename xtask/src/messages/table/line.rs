//! The command line.

use super::Group;
use crate::messages::case::{hello, shop};

pub(super) fn group() -> Group {
    Group {
        title: "On the command line",
        about: "`--help` of every service lists its flags. A mistake there ends it with 78, and nothing was started.",
        cases: vec![
            hello("A flag that doesn't exist").arguments(&["--hlep"]),
            hello("A flag that means nothing here").arguments(&["--port", "9000"]),
            hello("A flag without its value").arguments(&["--profile"]),
            hello("A flag without its folder").arguments(&["--config-dir"]),
            hello("A flag with a value that it doesn't take").arguments(&["--check=yes"]),
            hello("`--set` without an equals sign").arguments(&["--set", "http.listen"]),
            hello("`--set` of something that isn't a key").arguments(&["--set", "http..listen=x"]),
            hello("A secret on the command line").arguments(&["--set", "admin.token=open-sesame"]),
            hello("`--json` alone").arguments(&["--json"]),
            hello("A question to a service that isn't there")
                .variable("CHASSIS_PROBE__LISTEN", "127.0.0.1:9")
                .arguments(&["--probe"])
                .ends(69),
            hello("A question to a port that any may be")
                .variable("CHASSIS_PROBE__LISTEN", "127.0.0.1:0")
                .arguments(&["--probe"]),
            hello("A word that nobody takes").arguments(&["orders"]),
            shop("A component that isn't composed").arguments(&["order"]),
            shop("Two components at once").arguments(&["orders", "payments"]),
        ],
    }
}

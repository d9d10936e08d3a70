//! Composition roots.

use super::Group;
use crate::messages::case::mishap;

pub(super) fn group() -> Group {
    Group {
        title: "While the service is composed",
        about: "The composition root is your own code; what it says twice, or too early, is a mistake in \
                the program: exit code 70.",
        cases: vec![
            mishap("contract_twice", "A contract served twice").ends(70),
            mishap("routes_collide", "Two contracts with the same route").ends(70),
            mishap("component_names", "Components that cannot be named so").ends(70),
            mishap("service_name", "A name that no service can have").ends(70),
            mishap("nothing_composed", "Nothing is composed").ends(70),
            mishap(
                "called_too_early",
                "A client that is called while composing",
            )
            .ends(70),
            mishap("foreign_error", "An error of your own code").ends(70),
            mishap("panics", "A panic")
                .ends(70)
                .quietly("RUST_BACKTRACE", "0"),
            mishap("metric_twice", "A metric with two meanings").ends(70),
            mishap("metric_name", "A metric with a name that isn't one").ends(70),
            mishap("migrations", "No folder of migrations").ends(70),
            mishap("migrations", "A migration that isn't SQL")
                .file("migrations/1_items.sql", "CREATE TABEL items (sku TEXT);\n")
                .ends(69),
            mishap("never_ends", "A root that never ends, looked at")
                .arguments(&["--check"])
                .quietly("CHASSIS_START__TIMEOUT", "300ms")
                .ends(69),
            mishap("never_ends", "A root that never ends")
                .quietly("CHASSIS_START__TIMEOUT", "300ms")
                .ends(69),
        ],
    }
}

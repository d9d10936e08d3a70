//! The hexagons: contracts and domains know no adapter, no runtime and no transport.

// ANCHOR: test
#[test]
fn contracts_and_domains_depend_on_nothing_outside() {
    chassis::testing::hexagon();
}
// ANCHOR_END: test

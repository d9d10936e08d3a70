//! The hexagons: contracts and domains know no adapter, no runtime and no transport.

#[test]
fn contracts_and_domains_depend_on_nothing_outside() {
    chassis::testing::hexagon();
}

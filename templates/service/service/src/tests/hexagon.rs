//! The hexagon: contract and domain know no adapter, no runtime and no transport.

#[test]
fn contract_and_domain_depend_on_nothing_outside() {
    chassis::testing::hexagon();
}

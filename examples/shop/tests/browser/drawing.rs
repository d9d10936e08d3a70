//! The drawing that the README shows.

use std::fs;

use crate::page::printed;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/src/images/shop.svg"
);

#[test]
fn the_readme_shows_what_the_shop_prints() {
    let drawn = printed(&["--hexagon"]);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/src/images"
        ))
        .unwrap();
        fs::write(FILE, &drawn).unwrap();
    }
    let kept = fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        kept == drawn,
        "docs/src/images/shop.svg is not what the shop looks like: cargo run -p shop -- --hexagon > \
         docs/src/images/shop.svg"
    );
}

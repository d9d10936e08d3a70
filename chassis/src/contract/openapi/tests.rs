use super::paths::placeholder;

#[test]
fn placeholders_take_the_first_templates_names() {
    let (first, own) = ("/v1/a/{x}/b/{y}", "/v1/a/{one}/b/{two}");
    assert_eq!(placeholder(first, own, "one"), "x");
    assert_eq!(placeholder(first, own, "two"), "y");
}

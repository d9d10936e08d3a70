mod given;

use std::fs;

use super::serve::bare;
use super::{ICON, SCRIPT, STYLE, html, port, svg};
use crate::admin::model::{Chosen, ChosenPort, Hexagon};

/// All files of the page together.
fn weight(hexagon: &Hexagon) -> usize {
    html(hexagon).len() + STYLE.1.len() + bare(SCRIPT.1).len() + ICON.1.len()
}

#[test]
fn the_page_weighs_little() {
    let weight = weight(&given::shop());
    assert!(weight <= 60 * 1_024, "{weight} bytes");
}

#[test]
fn the_script_has_no_text_over_several_lines() {
    assert!(!SCRIPT.1.contains('`'), "see serve::bare");
    assert!(bare(SCRIPT.1).starts_with("'use strict';\n(() => {\nconst $"));
}

/// Each port as the one that was chosen.
fn ports(hexagon: &Hexagon) -> impl Iterator<Item = Chosen> + '_ {
    hexagon.components.iter().flat_map(|component| {
        let inbound = component.inbound.iter().cloned();
        let inbound = inbound.map(|port| (port.id.clone(), ChosenPort::Inbound(Box::new(port))));
        let outbound = component.outbound.iter().cloned();
        let outbound = outbound.map(|port| (port.id.clone(), ChosenPort::Outbound(Box::new(port))));
        inbound.chain(outbound).map(|(id, port)| Chosen {
            id,
            component: component.name.clone(),
            port: Some(port),
        })
    })
}

#[test]
fn texts_are_texts_wherever_they_stand() {
    let hostile =
        "</style></title><script>alert(1)</script>'\" onload=x <!-- ]]> &amp; \u{0}\u{202e}";
    let hexagon = given::with_texts(hostile);
    let shown = ports(&hexagon).map(|chosen| {
        port(&Hexagon {
            chosen: Some(chosen),
            ..hexagon.clone()
        })
    });
    for page in shown.chain([html(&hexagon), svg(&hexagon)]) {
        assert!(!page.contains("<script>"), "a script of a stranger");
        assert!(!page.contains("</title><script"), "a title that ends");
        assert!(!page.contains("\" onload"), "an attribute that ends");
        assert!(!page.contains("' onload"), "an attribute that ends");
        assert!(!page.contains("<!--"), "a comment that begins");
        assert!(
            !page.contains(['\u{0}', '\u{202e}']),
            "a character that hides"
        );
        assert!(page.contains("&lt;script&gt;alert(1)"), "it isn't shown");
    }
}

#[test]
fn the_tables_hold_what_the_drawing_holds() {
    let page = html(&given::shop());
    let (_, tables) = page.split_once("<section id=\"ports\"").unwrap();
    for word in [
        "Orders",
        "Inventory",
        "Payments",
        "OrderStore",
        "sqlite:orders.db",
        "3.1 ms",
    ] {
        assert!(tables.contains(word), "{word} is missing");
    }
}

#[test]
fn every_link_of_this_page_leads_somewhere() {
    let page = html(&given::shop());
    let links = page.split("href=\"#").skip(1);
    let links: Vec<&str> = links.filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() > 6);
    for link in links {
        assert!(
            page.contains(&format!("id=\"{link}\"")),
            "#{link} leads nowhere"
        );
    }
}

#[test]
fn every_link_of_a_port_leads_to_a_page_that_holds_it() {
    let page = html(&given::shop());
    assert!(!page.contains("<article "), "nobody asked for a port");
    let links = page.split("href=\"?port=").skip(1);
    let links: Vec<&str> = links.filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(links.len(), 2 * ports(&given::shop()).count());
    for link in links {
        let chosen = html(&given::choosing(given::shop(), link));
        assert_eq!(chosen.matches("<article ").count(), 1);
        assert!(
            chosen.contains(&format!("<article id=\"{link}\"")),
            "{link}"
        );
    }
    let page = html(&given::choosing(given::shop(), "shop/out/none"));
    assert!(page.contains("There is no port <code>shop/out/none</code> here."));
}

#[test]
fn components_that_call_each_other_are_joined() {
    let page = html(&given::shop());
    assert_eq!(page.matches("class=\"joint ").count(), 2);
    let circle = html(&given::circle());
    assert_eq!(circle.matches("class=\"joint ").count(), 2);
}

#[test]
fn a_crowd_of_ports_is_drawn_small_and_cut() {
    let page = html(&given::many(100));
    assert_eq!(page.matches("class=\"port in").count(), 40);
    assert_eq!(page.matches("class=\"port out").count(), 40);
    assert_eq!(page.matches("<a href=\"?port=").count(), 80 + 200);
    // Neither the drawing nor the table, which scrolls, is taken for all that there is.
    assert!(page.contains(">120 not drawn</text>"));
    assert!(page.contains(">Ports <i>200</i></h2>"));
}

#[test]
fn nothing_on_the_page_needs_inline_style_or_script() {
    let page = html(&given::shop());
    assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains(" onclick"));
    assert_eq!(page.matches("<script").count(), 1);
}

/// Writes pages into a folder, for a person who works on their looks.
#[test]
fn pages_to_look_at() {
    let Some(folder) = std::env::var_os("PAGES_TO_LOOK_AT").map(std::path::PathBuf::from) else {
        return;
    };
    let write = |name: &str, text: &str| {
        let file = folder.join(name.trim_start_matches('/'));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    let pages = [
        ("shop", given::shop()),
        ("failing", given::failing()),
        ("single", given::single()),
        ("empty", given::empty()),
        ("circle", given::circle()),
        ("many", given::many(50)),
        ("crowd", given::crowd(10_000)),
    ];
    for (name, hexagon) in &pages {
        write(&format!("{name}.html"), &html(hexagon));
        write(&format!("{name}.svg"), &svg(hexagon));
    }
    for (path, text) in [STYLE, SCRIPT, ICON] {
        write(path, text);
    }
    // What the script asks for: the article of a port, and what makes the form to try a route.
    let chosen = given::choosing(given::failing(), "orders/out/orderstore");
    write("admin/port.html", &port(&chosen));
    write("admin/openapi.json", include_str!("openapi.json"));
}

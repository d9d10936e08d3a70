//! The names of components: each is an argument of the command line, a section of the
//! configuration and a service in the registry.

use super::chassis::Composition;
use super::settings::SECTIONS;
use crate::{Error, Result, discovery};

impl Composition {
    /// Looks at the names of the components.
    ///
    /// # Errors
    ///
    /// With every name that cannot be one, and why: a mistake in the program.
    pub(super) fn check_names(&self) -> Result {
        self.check_name()?;
        let names = self.names();
        let wrong: Vec<String> = names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| {
                let why = wrong(name, &names[..index])?;
                Some(format!(".with({name:?}, …): {why}"))
            })
            .collect();
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(Error::bug(format!(
                "{} is composed of components that cannot be named so:\n  {}",
                self.name,
                wrong.join("\n  ")
            ))),
        }
    }
}

impl Composition {
    /// Looks at the name of the whole: it is a service in the registry, a folder for the state, and
    /// stands before each line that is printed.
    fn check_name(&self) -> Result {
        let name = &self.name;
        if discovery::is_service_name(name) && name.len() <= LONGEST {
            return Ok(());
        }
        let how = if self.composed { "compose" } else { "new" };
        let mend = match kebab(name).filter(|near| near.len() <= LONGEST) {
            Some(near) => format!("; did you mean {near:?}?"),
            None => String::new(),
        };
        Err(Error::bug(format!(
            "Chassis::{how}({name:?}): a service is called by letters, digits, `-`, `_` and `.`, \
             not beginning with `.`, at most {LONGEST} of them{mend}"
        )))
    }
}

/// The longest name that DNS and every registry take.
const LONGEST: usize = 63;

/// Why a component cannot be called `name` beside those `before` it, and what to do.
fn wrong(name: &str, before: &[String]) -> Option<String> {
    let why = if name.is_empty() {
        "a component needs a name; give it one, such as \"orders\"".to_owned()
    } else if !is_kebab(name) {
        let mend = match kebab(name) {
            Some(near) => format!("; did you mean {near:?}?"),
            None => String::new(),
        };
        format!("lower-case letters, digits and `-` after a first letter are wanted{mend}")
    } else if name == "split" {
        "as an argument, `split` means every component in a process of its own; choose another name"
            .to_owned()
    } else if SECTIONS.contains(&name) {
        format!("[{name}] is the chassis' own section of the configuration; choose another name")
    } else if before.iter().any(|other| other == name) {
        "a component before it has the same name; rename one of them".to_owned()
    } else {
        return None;
    };
    Some(why)
}

/// `[a-z][a-z0-9-]*`.
fn is_kebab(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// What somebody may have meant: `OrderDesk`, `order_desk` and `order desk` are `order-desk`.
fn kebab(name: &str) -> Option<String> {
    let mut near = String::new();
    let mut after_small = false;
    for c in name.chars() {
        let parts = match c.is_ascii_alphanumeric() {
            true => c.is_ascii_uppercase() && after_small,
            false => !near.is_empty() && !near.ends_with('-'),
        };
        if parts {
            near.push('-');
        }
        if c.is_ascii_alphanumeric() {
            near.push(c.to_ascii_lowercase());
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    let near = near.trim_end_matches('-');
    is_kebab(near).then(|| near.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Chassis;

    fn of(names: &[&str]) -> Composition {
        let shop = Chassis::compose("shop");
        let add = |shop: Composition, name: &&str| shop.with(*name, async |_| Ok(()));
        names.iter().fold(shop, add)
    }

    #[test]
    fn good_names_are_taken() {
        let names = ["orders", "order-desk", "s3", "splitter", "x"];
        assert!(of(&names).check_names().is_ok());
        assert!(of(&[]).check_names().is_ok());
    }

    #[test]
    fn every_wrong_name_is_said_with_its_mend() {
        let names = [
            "orders",
            "",
            "split",
            "orders",
            "client",
            "OrderDesk",
            "2nd",
        ];
        let error = of(&names).check_names().unwrap_err();
        assert_eq!(error.exit_code(), 70);
        let report = error.to_string();
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(lines.len(), 7, "{report}");
        for (line, words) in lines[1..].iter().zip([
            [".with(\"\"", "give it one"],
            [".with(\"split\"", "choose another"],
            [".with(\"orders\"", "rename one"],
            ["[client]", "choose another"],
            ["\"OrderDesk\"", "did you mean \"order-desk\"?"],
            ["\"2nd\"", "after a first letter"],
        ]) {
            for word in words {
                assert!(line.contains(word), "`{word}` is not in: {line}");
            }
        }
    }

    #[test]
    fn what_was_meant_is_guessed() {
        for (written, meant) in [
            ("OrderDesk", "order-desk"),
            ("order_desk", "order-desk"),
            ("Order  Desk", "order-desk"),
            ("_orders_", "orders"),
            ("ORDERS", "orders"),
        ] {
            assert_eq!(kebab(written).as_deref(), Some(meant), "{written}");
        }
        assert_eq!(kebab("42"), None);
    }
}

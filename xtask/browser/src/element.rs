//! One element of the page.

use serde_json::{Value, json};

use crate::{Browser, Key, Result};

/// The key under which WebDriver names an element.
const REFERENCE: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One element of the page, until the page goes or changes it.
#[derive(Debug)]
pub struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

impl<'a> Element<'a> {
    pub(crate) fn of(browser: &'a Browser, value: &Value) -> Result<Self> {
        let id = value[REFERENCE].as_str().ok_or("not an element")?;
        Ok(Self {
            browser,
            id: id.to_owned(),
        })
    }

    /// Its text as a reader sees it.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn text(&self) -> Result<String> {
        Ok(text(&self.get("text")?))
    }

    /// A property of the element, as a script reads it: `value`, `checked`, `textContent`.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn property(&self, name: &str) -> Result<Value> {
        self.get(&format!("property/{name}"))
    }

    /// An attribute; `None` where it has none of this name.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn attribute(&self, name: &str) -> Result<Option<String>> {
        let value = self.get(&format!("attribute/{name}"))?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// The name that a screen reader says.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn label(&self) -> Result<String> {
        Ok(text(&self.get("computedlabel")?))
    }

    /// What a screen reader says it is: `button`, `table`.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn role(&self) -> Result<String> {
        Ok(text(&self.get("computedrole")?))
    }

    /// Whether a reader sees it.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn is_shown(&self) -> Result<bool> {
        Ok(self.get("displayed")? == true)
    }

    /// Clicks it, after scrolling to it.
    ///
    /// # Errors
    ///
    /// When it is gone, hidden, or covered by another one.
    pub fn click(&self) -> Result {
        // At once, whatever the page says: a click doesn't wait until a smooth scroll has ended.
        let scroll = "arguments[0].scrollIntoView({ behavior: 'instant', block: 'center' })";
        self.browser.run(scroll, &[self.argument()])?;
        self.post("click", &json!({}))
    }

    /// Types text into it, behind what it holds.
    ///
    /// # Errors
    ///
    /// When it takes no keys.
    pub fn type_text(&self, text: &str) -> Result {
        self.post("value", &json!({ "text": text }))
    }

    /// Presses a key in it.
    ///
    /// # Errors
    ///
    /// When it takes no keys.
    pub fn press(&self, key: Key) -> Result {
        self.type_text(&key.code().to_string())
    }

    /// Makes this text its whole content.
    ///
    /// # Errors
    ///
    /// When it can't be edited.
    pub fn fill(&self, text: &str) -> Result {
        self.post("clear", &json!({}))?;
        self.type_text(text)
    }

    /// Itself, as an argument of [`Browser::run`].
    pub fn argument(&self) -> Value {
        json!({ REFERENCE: self.id })
    }

    fn get(&self, path: &str) -> Result<Value> {
        let path = format!("element/{}/{path}", self.id);
        self.browser.command("GET", &path, &Value::Null)
    }

    fn post(&self, path: &str, body: &Value) -> Result {
        let path = format!("element/{}/{path}", self.id);
        self.browser.post(&path, body).map(drop)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

//! Two services that know each other, in one process or in two: the subject of the tests of
//! composing and splitting.

use std::process::ExitCode;
use std::sync::Arc;

use chassis::{App, CallError, Chassis, Problem, service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which process answered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Answered {
    /// The text.
    pub text: String,
    /// The ids of the processes that took part, the last to answer first.
    pub processes: Vec<u32>,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error, Problem)]
#[non_exhaustive]
pub enum PairError {
    /// The call itself failed.
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// Greets.
#[service(version = "1")]
pub trait Front {
    /// A greeting, made of a word of the other service.
    #[get("/greetings/{name}")]
    async fn greet(&self, name: String) -> Result<Answered, PairError>;

    /// The mark at the end of a greeting.
    #[get("/mark")]
    async fn mark(&self) -> Result<Answered, PairError>;
}

/// Knows words.
#[service(version = "1")]
pub trait Back {
    /// A word for `name`, with the mark of the other service.
    #[get("/words/{name}")]
    async fn word(&self, name: String) -> Result<Answered, PairError>;
}

struct Greeter {
    back: Arc<dyn Back>,
}

impl Front for Greeter {
    async fn greet(&self, name: String) -> Result<Answered, PairError> {
        let word = self.back.word(name).await?;
        Ok(word.answered_here(|word| format!("Hello, {word}")))
    }

    async fn mark(&self) -> Result<Answered, PairError> {
        let nothing = Answered {
            text: "!".to_owned(),
            processes: vec![],
        };
        Ok(nothing.answered_here(|mark| mark))
    }
}

struct Words {
    front: Arc<dyn Front>,
}

impl Back for Words {
    async fn word(&self, name: String) -> Result<Answered, PairError> {
        let mark = self.front.mark().await?;
        Ok(mark.answered_here(|mark| format!("{name}{mark}")))
    }
}

impl Answered {
    fn answered_here(self, text: impl FnOnce(String) -> String) -> Self {
        let processes = [&[std::process::id()], &self.processes[..]].concat();
        Self {
            text: text(self.text),
            processes,
        }
    }
}

async fn front(app: App) -> chassis::Result {
    let back = app.client::<dyn Back>()?;
    app.serve::<dyn Front>(Greeter { back });
    Ok(())
}

async fn back(app: App) -> chassis::Result {
    let front = app.client::<dyn Front>()?;
    app.serve::<dyn Back>(Words { front });
    Ok(())
}

fn main() -> ExitCode {
    Chassis::compose("pair")
        .with("front", front)
        .with("back", back)
        .default_profile("dev")
        .announce(|listeners| {
            Some(format!(
                "curl {}/v1/greetings/you",
                listeners.service("front")?
            ))
        })
        .run()
}

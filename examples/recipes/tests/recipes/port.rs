//! A port, an adapter behind it, and the fake that a test puts there.

// ANCHOR: recipe
use std::sync::Arc;

use chassis::{CallError, port};

#[port]
trait Mailbox {
    async fn send(&self, to: String) -> Result<(), CallError>;
}

struct Letters {
    mailbox: Arc<dyn Mailbox>,
}

impl Letters {
    async fn invite(&self, guests: &[&str]) -> Result<usize, CallError> {
        for guest in guests {
            self.mailbox.send((*guest).to_owned()).await?;
        }
        Ok(guests.len())
    }
}
// ANCHOR_END: recipe

// ANCHOR: fake
#[tokio::test]
async fn everybody_is_invited() {
    let mailbox = MailboxFake::new().on_send(|_to| Ok(()));
    let letters = Letters {
        mailbox: Arc::new(mailbox),
    };
    assert_eq!(letters.invite(&["Ada", "Grace"]).await.unwrap(), 2);
}
// ANCHOR_END: fake

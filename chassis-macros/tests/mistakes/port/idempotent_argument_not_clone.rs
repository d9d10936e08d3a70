use chassis::{CallError, port};

pub struct Ticket;

#[port]
pub trait Gate {
    #[idempotent]
    async fn open(&self, ticket: Ticket) -> Result<(), CallError>;
}

fn main() {}

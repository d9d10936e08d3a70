pub enum InventoryError {
    /// Nobody knows it.
    #[error("item {sku} is unknown")]
    #[problem(status = 404)]
    UnknownItem { sku: Sku },
    #[error("come back tomorrow")]
    #[problem(status = 503, type = "https://example.com/closed", title = "We are closed", public)]
    Closed,
    #[error("cannot read")]
    #[problem(status = 422)]
    Unreadable { source: ParseIntError, line: u32 },
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

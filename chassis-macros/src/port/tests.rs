//! What the macro makes of tokens.

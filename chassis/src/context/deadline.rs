//! Deadlines on the wire: what is left, relative.

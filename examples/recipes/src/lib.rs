//! The recipes of the book: each is a module of `tests/recipes`, which the book shows and CI runs.

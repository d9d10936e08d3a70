//! The measure, the tables and the choice, against simple models.

mod choice;
mod load;
mod tables;

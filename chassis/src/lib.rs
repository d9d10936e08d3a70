//! A microservice chassis.

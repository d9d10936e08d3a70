//! Metrics, spans and logs of a running service.

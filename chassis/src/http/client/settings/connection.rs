//! What is wrong with the settings of connections and answers where they could not work.

use super::Settings;
use super::balance::Fault;

impl Settings {
    pub(super) fn connection_mistakes(&self) -> Vec<Fault> {
        let zeros = [
            (
                "connect_timeout",
                self.connect_timeout.is_zero(),
                "or nobody is ever reached",
            ),
            (
                "ping_interval",
                self.ping_interval.is_zero(),
                "or nothing but pings is sent",
            ),
            (
                "silence_timeout",
                self.silence_timeout.is_zero(),
                "or every stream has failed before it begins",
            ),
            (
                "max_connections",
                self.max_connections == 0,
                "or nobody is ever called",
            ),
            (
                "max_answer",
                self.max_answer == 0,
                "or no answer is ever taken",
            ),
            ("max_item", self.max_item == 0, "or no stream is ever taken"),
        ];
        let zeros = zeros.into_iter().filter(|(_, is_zero, _)| *is_zero);
        let fault = |(key, _, why)| (key, format!("must be above 0, {why}"));
        zeros.map(fault).collect()
    }
}

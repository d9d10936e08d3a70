//! What is wrong with the settings of connections and answers where they could not work.

use super::Settings;
use super::balance::Fault;

impl Settings {
    pub(super) fn connection_mistakes(&self) -> Vec<Fault> {
        let times = [
            (
                "connect_timeout",
                self.connect_timeout,
                "or nobody is ever reached",
            ),
            (
                "ping_interval",
                self.ping_interval,
                "or nothing but pings is sent",
            ),
            (
                "silence_timeout",
                self.silence_timeout,
                "or every stream has failed before it begins",
            ),
        ];
        let sizes = [
            (
                "max_connections",
                self.max_connections,
                "or nobody is ever called",
            ),
            ("max_answer", self.max_answer, "or no answer is ever taken"),
            ("max_item", self.max_item, "or no stream is ever taken"),
        ];
        let times = times
            .into_iter()
            .filter(|(_, time, _)| time.is_zero())
            .map(|(key, _, why)| (key, why));
        let sizes = sizes
            .into_iter()
            .filter(|(_, size, _)| *size == 0)
            .map(|(key, _, why)| (key, why));
        let fault = |(key, why)| (key, format!("must be above 0, {why}"));
        times.chain(sizes).map(fault).collect()
    }
}

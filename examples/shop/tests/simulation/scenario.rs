//! [`Scenario`]: what goes wrong, what is promised, and what carries the promise.

use crate::promises::Broken;
use crate::shop::{Settings, Shop};

/// One way in which things go wrong.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Lets it happen.
    pub(crate) script: fn(&mut Shop),
    /// What is promised of it, beside what always is.
    pub(crate) promise: fn(&Shop, &mut Broken),
    /// Turns off what carries the promise, so that it breaks; none where no setting does.
    pub(crate) without: Option<Settings>,
}

impl Scenario {
    /// What CI does: it holds, the seed replays it, and without its policy it breaks.
    pub(crate) fn prove(&self, seed: u64) {
        let shop = self.hold(seed);
        self.replays(seed, &shop.world.log());
        if let Some(settings) = self.without {
            let shop = self.run(seed, settings);
            let broken = self.broken(&shop);
            println!("{} without its policy: {broken:?}", self.name);
            assert!(
                !broken.is_empty(),
                "{} holds without what is said to carry it, so it proves nothing: {}",
                self.name,
                shop.summary()
            );
        }
    }

    /// It holds; else it says what did not, and the line that replays it.
    pub(crate) fn hold(&self, seed: u64) -> Shop {
        let shop = self.run(seed, Settings::default());
        println!("{} with seed {seed}: {}", self.name, shop.summary());
        if let Some(file) = std::env::var_os("SIMULATION_LOG") {
            std::fs::write(file, shop.world.log()).unwrap();
        }
        let broken = self.broken(&shop);
        assert!(
            broken.is_empty(),
            "{}\n{}\nreplay: {}",
            broken.join("\n"),
            shop.summary(),
            self.replay_line(seed)
        );
        shop
    }

    /// The same seed gives the same run, line by line.
    fn replays(&self, seed: u64, first: &str) {
        let again = self.run(seed, Settings::default()).world.log();
        let mut lines = first.lines().zip(again.lines());
        let differs = lines.find(|(one, two)| one != two);
        assert_eq!(differs, None, "{} went another way", self.name);
        assert_eq!(first.len(), again.len());
        let lines = first.lines().count();
        assert!(lines > 300, "{} logs {lines} lines only", self.name);
    }

    pub(crate) fn run(&self, seed: u64, settings: Settings) -> Shop {
        let mut shop = Shop::open(seed, settings);
        (self.script)(&mut shop);
        shop.close();
        shop
    }

    fn broken(&self, shop: &Shop) -> Vec<String> {
        let mut broken = Broken::default();
        broken.always(shop);
        (self.promise)(shop, &mut broken);
        broken.0
    }

    /// The line that replays a run.
    pub(crate) fn replay_line(&self, seed: u64) -> String {
        let name = self.name;
        format!("SIMULATION_SEED={seed} cargo test -p shop --test simulation {name}")
    }
}

//! What goes wrong, and what the shop promises all the same.

use std::time::Duration;

use crate::shop::{CUSTOMERS, INVENTORY, ORDERS, PAYMENTS, Shop, confirmed};

/// One way in which things go wrong.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Lets it happen.
    pub(crate) run: fn(u64) -> Shop,
    /// Panics where a promise is broken.
    pub(crate) check: fn(&Shop),
}

macro_rules! scenarios {
    ($($name:ident: $run:expr => $check:expr;)*) => {
        /// All of them.
        pub(crate) const SCENARIOS: &[Scenario] = &[
            $(Scenario { name: stringify!($name), run: $run, check: $check }),*
        ];
        $(#[test]
        fn $name() {
            scenario(stringify!($name)).hold(seed());
        })*
    };
}

/// The scenario of this name.
pub(crate) fn scenario(name: &str) -> &'static Scenario {
    SCENARIOS.iter().find(|one| one.name == name).unwrap()
}

impl Scenario {
    /// Lets it happen; panics where a promise is broken, with the line that replays it.
    pub(crate) fn hold(&self, seed: u64) {
        let shop = (self.run)(seed);
        println!("{} with seed {seed}: {}", self.name, shop.summary());
        shop.promises();
        (self.check)(&shop);
    }
}

/// `SIMULATION_SEED` replays a run that failed.
fn seed() -> u64 {
    let given = std::env::var("SIMULATION_SEED");
    given.map_or(1, |seed| seed.parse().expect("SIMULATION_SEED is a number"))
}

/// The line that replays a run.
pub(crate) fn replay(name: &str, seed: u64) -> String {
    format!("SIMULATION_SEED={seed} cargo test -p shop --test simulation {name}")
}

scenarios! {
    // Nothing goes wrong: the promises hold by more than luck, and nothing is repeated.
    calm: |seed| {
        let mut shop = Shop::open(seed);
        shop.run(10);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(0, 60)) == 1.0, "orders failed on a calm day");
        amplified_by(shop, 1.02);
    };

    // A third of the warehouses can't be reached by anybody.
    partition: |seed| {
        let mut shop = Shop::open(seed);
        ORDERS.iter().for_each(|orders| shop.world.partition(orders, "inventory-1"));
        shop.run(15);
        ORDERS.iter().for_each(|orders| shop.world.repair(orders, "inventory-1"));
        shop.run(10);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(0, 60)) >= 0.99, "one warehouse of three took orders with it");
        shop.promise(confirmed(&shop.between(4, 60)) == 1.0, "it went on after three seconds");
        amplified_by(shop, 1.25);
    };

    // Requests arrive at a warehouse, its answers don't.
    one_way: |seed| {
        let mut shop = Shop::open(seed);
        ORDERS.iter().for_each(|orders| shop.world.partition_oneway("inventory-2", orders));
        shop.run(15);
        ORDERS.iter().for_each(|orders| shop.world.repair("inventory-2", orders));
        shop.run(10);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(4, 60)) == 1.0, "answers that were lost took orders with them");
        amplified_by(shop, 1.25);
    };

    // The way to one warehouse takes 300 ms instead of 3.
    slow_link: |seed| {
        let mut shop = Shop::open(seed);
        let slow = Duration::from_millis(300);
        ORDERS.iter().for_each(|orders| shop.world.latency(orders, "inventory-3", slow));
        shop.run(20);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(0, 60)) == 1.0, "a slow way failed orders");
        let late = shop.between(5, 20);
        let slow = late.iter().filter(|one| one.took > Duration::from_millis(500)).count();
        shop.promise(slow * 20 <= late.len(), format_args!("{slow} of {} orders still take the slow way", late.len()));
    };

    // One message in fifty to two of the warehouses is lost, and its connection with it.
    lossy_link: |seed| {
        let mut shop = Shop::open(seed);
        for orders in ORDERS {
            shop.world.loss(orders, "inventory-1", 0.02);
            shop.world.loss(orders, "inventory-2", 0.02);
        }
        shop.run(20);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(0, 60)) >= 0.98, "a lossy way failed orders");
        amplified_by(shop, 1.3);
    };

    // ANCHOR: crash
    // A warehouse is killed, and comes back.
    crashed_inventory: |seed| {
        let mut shop = Shop::open(seed);
        shop.world.crash("inventory-1");
        shop.run(15);
        shop.world.start("inventory-1");
        shop.run(10);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(0, 60)) >= 0.99, "one crash of three took orders with it");
        shop.promise(confirmed(&shop.between(4, 60)) == 1.0, "it went on after three seconds");
        amplified_by(shop, 1.25);
    };

    // ANCHOR_END: crash

    // Two warehouses of three are killed at once.
    all_but_one: |seed| {
        let mut shop = Shop::open(seed);
        shop.world.crash("inventory-1");
        shop.world.crash("inventory-2");
        shop.run(20);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(5, 60)) == 1.0, "the last warehouse did not carry on alone");
        amplified_by(shop, 1.25);
    };

    // Clocks are an hour apart, and one jumps back a day on the way.
    clock_skew: |seed| {
        let mut shop = Shop::open(seed);
        shop.world.skew("orders-1", 3_600);
        shop.world.skew("inventory-2", -3_600);
        shop.run(5);
        shop.world.skew("payments-1", -86_400);
        shop.run(5);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(0, 60)) == 1.0, "wrong clocks failed orders");
    };

    // Every warehouse is killed and started again, one after the other, again and again.
    restart_storm: |seed| {
        let mut shop = Shop::open(seed);
        for _ in 0..4 {
            for host in INVENTORY {
                shop.world.crash(host);
                shop.world.run(Duration::from_millis(500));
                shop.world.start(host);
                shop.world.run(Duration::from_millis(500));
            }
        }
        shop.run(10);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(0, 13)) >= 0.9, "the storm took too many orders");
        shop.promise(confirmed(&shop.between(16, 60)) == 1.0, "the shop did not recover within three seconds");
        amplified_by(shop, 1.5);
    };

    // The card network hangs: every payment takes longer than anybody waits.
    slow_payment: |seed| {
        let mut shop = Shop::open(seed);
        shop.books.open().cards_take = Duration::from_secs(20);
        shop.run(15);
        shop.books.open().cards_take = Duration::ZERO;
        shop.run(40);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(45, 60)) == 1.0, "the shop did not recover within thirty seconds");
        let (sent, asked) = (shop.diary.read().sent, shop.books.open().asked_to_charge);
        shop.promise(asked as f64 <= 1.25 * sent as f64, format_args!("{asked} charges for {sent} orders"));
    };

    // Every host is deployed anew, one after the other, as an orchestrator does it.
    rolling_deploy: |seed| {
        let mut shop = Shop::open(seed);
        for host in INVENTORY.into_iter().chain(PAYMENTS).chain(ORDERS) {
            shop.world.stop(host);
            while shop.world.is_running(host) {
                shop.run(1);
            }
            shop.world.start(host);
            shop.run(1);
        }
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(0, 120)) == 1.0, "a deploy failed orders");
        amplified_by(shop, 1.02);
    };

    // The customers lose both counters for a while.
    counters_away: |seed| {
        let mut shop = Shop::open(seed);
        ORDERS.iter().for_each(|orders| shop.world.partition(CUSTOMERS, orders));
        shop.run(5);
        ORDERS.iter().for_each(|orders| shop.world.repair(CUSTOMERS, orders));
        shop.run(30);
        shop.close();
        shop
    } => |shop| {
        shop.promise(confirmed(&shop.between(25, 60)) == 1.0, "customers did not find back within twenty seconds");
        amplified_by(shop, 1.05);
    };
}

/// The warehouses were not asked more often than so many times an order.
#[track_caller]
fn amplified_by(shop: &Shop, most: f64) {
    let orders = shop.books.open().orders.len();
    let asked = shop.books.open().asked_to_reserve;
    let factor = asked as f64 / orders.max(1) as f64;
    shop.promise(
        factor <= most,
        format_args!("{asked} reservations for {orders} orders"),
    );
}

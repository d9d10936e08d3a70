//! What goes wrong, what the shop promises all the same, and the settings that break the promise.

use std::time::Duration;

use crate::scenario::Scenario;
use crate::shop::{CUSTOMERS, INVENTORY, ORDERS, PAYMENTS, Settings};

macro_rules! scenarios {
    ($($name:ident: $script:expr => $promise:expr, without $without:expr;)*) => {
        /// All of them.
        pub(crate) const SCENARIOS: &[Scenario] = &[
            $(Scenario {
                name: stringify!($name),
                script: $script,
                promise: $promise,
                without: $without,
            }),*
        ];
        $(#[test]
        fn $name() {
            let name = stringify!($name);
            let scenario = SCENARIOS.iter().find(|one| one.name == name).unwrap();
            scenario.prove(seed());
        })*
    };
}

/// `SIMULATION_SEED` replays a run that failed.
fn seed() -> u64 {
    let given = std::env::var("SIMULATION_SEED");
    given.map_or(1, |seed| seed.parse().unwrap())
}

/// Counters that are configured so.
const fn counters(toml: &'static str) -> Option<Settings> {
    Some(Settings {
        counters: toml,
        warehouses: "",
        customers: "",
    })
}

/// No call is tried again, neither by a counter nor by a customer: it is one order to them both.
const NO_RETRY: Option<Settings> = Some(Settings {
    counters: "client.default.retry.enabled = false",
    warehouses: "",
    customers: "client.default.retry.enabled = false",
});

/// Who fails is called all the same.
const NO_BREAKER: &str = "
client.default.breaker.enabled = false
client.default.ejection.consecutive_failures = 0
";

/// All that comes is taken.
const NO_SHEDDING: &str = "
http.overload.enabled = false
";

/// Every warehouse has its turn, also one that fails: the calls go on, since who can't be reached is passed
/// over within an attempt, yet each of them waits for it first.
const ALL_ALIKE: &str = "
client.inventory.balance.rule = 'round-robin'
client.default.ejection.consecutive_failures = 0
";

scenarios! {
    // Nothing goes wrong: the promises hold by more than luck, and nothing is repeated.
    calm: |shop| shop.run(10) => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_amplified(shop, 1.02);
    }, without counters("client.inventory.hedge = { enabled = true, after = 0.1, minimum_calls = 1, share = 1.0 }");

    // A third of the warehouses can't be reached by anybody.
    partition: |shop| {
        ORDERS.iter().for_each(|orders| shop.world.partition(orders, "inventory-1"));
        shop.run(8);
        ORDERS.iter().for_each(|orders| shop.world.repair(orders, "inventory-1"));
        shop.run(6);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_amplified(shop, 1.25);
    }, without NO_RETRY;

    // Requests arrive at a warehouse, its answers don't.
    one_way: |shop| {
        ORDERS.iter().for_each(|orders| shop.world.partition_oneway("inventory-2", orders));
        shop.run(8);
        ORDERS.iter().for_each(|orders| shop.world.repair("inventory-2", orders));
        shop.run(6);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_amplified(shop, 1.25);
    }, without NO_RETRY;

    // The way to one warehouse takes 300 ms instead of 10.
    slow_link: |shop| {
        let slow = Duration::from_millis(300);
        ORDERS.iter().for_each(|orders| shop.world.latency(orders, "inventory-3", slow));
        shop.run(15);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_slow(shop, (5, 15), 0.05);
    }, without counters("client.inventory.balance.rule = 'round-robin'");

    // One message in fifty to two of the warehouses is lost, and its connection with it.
    lossy_link: |shop| {
        for orders in ORDERS {
            shop.world.loss(orders, "inventory-1", 0.02);
            shop.world.loss(orders, "inventory-2", 0.02);
        }
        shop.run(20);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_amplified(shop, 1.3);
    }, without NO_RETRY;

    // ANCHOR: crash
    // A warehouse is killed, and comes back.
    crashed_inventory: |shop| {
        shop.world.crash("inventory-1");
        shop.run(8);
        shop.world.start("inventory-1");
        shop.run(6);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_amplified(shop, 1.25);
        broken.if_slow(shop, (2, 60), 0.05);
    }, without counters(ALL_ALIKE);
    // ANCHOR_END: crash

    // Two warehouses of three are killed at once.
    all_but_one: |shop| {
        shop.world.crash("inventory-1");
        shop.world.crash("inventory-2");
        shop.run(15);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_amplified(shop, 1.25);
        broken.if_slow(shop, (2, 60), 0.28);
    }, without counters(ALL_ALIKE);

    // Clocks are an hour apart, and one jumps back a day on the way. No setting lets a policy ask a
    // wall clock, so there is none to turn off.
    clock_skew: |shop| {
        shop.world.skew("orders-1", 3_600);
        shop.world.skew("inventory-2", -3_600);
        shop.run(5);
        shop.world.skew("payments-1", -86_400);
        shop.run(5);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_amplified(shop, 1.02);
    }, without None;

    // Every warehouse is killed and started again, one after the other, again and again.
    restart_storm: |shop| {
        shop.books.open().reserving_takes = Duration::from_millis(100);
        for _ in 0..4 {
            for host in INVENTORY {
                shop.world.crash(host);
                shop.world.run(Duration::from_millis(500));
                shop.world.start(host);
                shop.world.run(Duration::from_millis(500));
            }
        }
        shop.run(10);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 60), 1.0);
        broken.if_amplified(shop, 1.5);
    }, without NO_RETRY;

    // The card network hangs: every payment takes longer than anybody waits.
    slow_payment: |shop| {
        shop.books.open().cards_take = Duration::from_secs(20);
        shop.run(12);
        shop.books.open().cards_take = Duration::ZERO;
        shop.run(30);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (32, 60), 1.0);
        broken.if_slow(shop, (2, 14), 0.5);
    }, without Some(Settings {
        counters: NO_BREAKER,
        warehouses: "",
        customers: NO_BREAKER,
    });

    // Half as many orders again as the warehouses can reserve: each has four connections to its books, and a
    // reservation holds one for 100 ms. They serve as many as they can, quickly, and refuse the others.
    flood: |shop| {
        {
            let mut pages = shop.books.open();
            pages.reserving_takes = Duration::from_millis(100);
            pages.pooled = true;
        }
        shop.diary.read().crowd = 18;
        shop.run(12);
        shop.diary.read().crowd = 1;
        shop.run(8);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (2, 12), 0.6);
        broken.if_slow(shop, (2, 12), 0.05);
        broken.unless_confirmed(shop, (16, 60), 1.0);
    }, without Some(Settings {
        counters: NO_SHEDDING,
        warehouses: NO_SHEDDING,
        customers: "",
    });

    // Every host is deployed anew, one after the other, as an orchestrator does it. So many order that each host has
    // some of them at work whenever it is stopped.
    rolling_deploy: |shop| {
        shop.diary.read().crowd = 6;
        shop.books.open().reserving_takes = Duration::from_millis(100);
        for host in INVENTORY.into_iter().chain(PAYMENTS).chain(ORDERS) {
            shop.world.stop(host);
            while shop.world.is_running(host) {
                shop.run(1);
            }
            shop.world.start(host);
            shop.run(1);
        }
    } => |shop, broken| {
        broken.unless_confirmed(shop, (0, 120), 1.0);
        broken.if_amplified(shop, 1.02);
    }, without Some(Settings {
        counters: "client.default.retry.enabled = false",
        warehouses: "stop = { linger = '0s', drain = '0s' }",
        customers: "client.default.retry.enabled = false",
    });

    // The customers lose both counters for a while.
    counters_away: |shop| {
        ORDERS.iter().for_each(|orders| shop.world.partition(CUSTOMERS, orders));
        shop.run(5);
        ORDERS.iter().for_each(|orders| shop.world.repair(CUSTOMERS, orders));
        shop.run(30);
    } => |shop, broken| {
        broken.unless_confirmed(shop, (25, 60), 1.0);
        broken.if_amplified(shop, 1.05);
    }, without Some(Settings {
        counters: "",
        warehouses: "",
        customers: "client.orders.breaker = { open_for = '40s', open_at_most = '60s' }",
    });
}

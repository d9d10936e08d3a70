//! [`spread`]: how much of the calls stays in the own zone, and where the others go.
//!
//! Envoy's zone-aware routing: as much as the own zone's endpoints can take of the calls that come from
//! it stays there; what is too much goes to zones that have more endpoints than callers.

use std::collections::BTreeMap;

/// How calls of one zone are spread.
#[derive(Debug, PartialEq)]
pub struct Spread {
    /// The part that stays, from 0 to 1.
    pub home: f64,
    /// How the rest is spread over the other zones; in sum 1 where `home` is less.
    pub others: BTreeMap<String, f64>,
}

/// How calls from zone `home` are spread. `endpoints` and `callers` are how many (or how heavy) there
/// are in each zone; of callers that nobody knows, empty: as many in each zone that has endpoints.
/// `None`: the zone can't be looked at, all endpoints are alike.
pub fn spread(
    home: &str,
    endpoints: &BTreeMap<String, f64>,
    callers: &BTreeMap<String, f64>,
) -> Option<Spread> {
    let even: BTreeMap<String, f64>;
    let callers = match callers.contains_key(home) {
        true => callers,
        false => {
            even = endpoints.keys().map(|zone| (zone.clone(), 1.0)).collect();
            &even
        }
    };
    let offered = share(endpoints, home);
    let asked = share(callers, home);
    if offered <= 0.0 || asked <= 0.0 {
        return None;
    }
    let stays = (offered / asked).min(1.0);
    if stays >= 1.0 {
        return Some(Spread {
            home: 1.0,
            others: BTreeMap::new(),
        });
    }
    let spare = |zone: &String| (share(endpoints, zone) - share(callers, zone)).max(0.0);
    let others = endpoints.keys().filter(|zone| *zone != home);
    let mut others: BTreeMap<String, f64> =
        others.map(|zone| (zone.clone(), spare(zone))).collect();
    let sum: f64 = others.values().sum();
    // What is too much at home is spare elsewhere, up to rounding.
    for part in others.values_mut() {
        *part = if sum > 0.0 { *part / sum } else { 0.0 };
    }
    Some(Spread {
        home: stays,
        others,
    })
}

/// The part of the whole that lies in `zone`.
fn share(zones: &BTreeMap<String, f64>, zone: &str) -> f64 {
    let sum: f64 = zones.values().sum();
    zones
        .get(zone)
        .map_or(0.0, |part| part / sum.max(f64::MIN_POSITIVE))
}

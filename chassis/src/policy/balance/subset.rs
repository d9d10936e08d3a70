//! [`subset`]: a part of a large set, the same one for as long as the set lasts.
//!
//! Each caller gives every endpoint a rank of its own, by a hash of both (Thaler and Ravishankar,
//! "Using Name-Based Mappings to Increase Hit Rates", 1998), and uses the first ones. An endpoint that
//! comes or goes changes one place of a caller's subset and no more, and no caller has to know of
//! the others. The deterministic subsets of the SRE book and Finagle's aperture spread callers more evenly,
//! but each caller must know its number among all, and a caller that comes or goes moves the
//! connections of the others.

use super::hash::mix;

/// The places of the `most` endpoints that the caller uses, in their order; `keys` are hashes of
/// the endpoints' addresses.
pub fn subset(keys: &[u64], most: usize, caller: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    if most == 0 || most >= keys.len() {
        return places;
    }
    places.select_nth_unstable_by_key(most - 1, |place| mix(keys[*place] ^ caller));
    places.truncate(most);
    places.sort_unstable();
    places
}

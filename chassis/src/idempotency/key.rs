//! [`Key`] and [`Fingerprint`]: by what an answer is found again.

use std::fmt;

use crate::context::{FNV, IdempotencyKey, Principal, fnv};

/// By what an answer is kept: route, principal and the caller's key. Another principal's key is
/// another one, so that nobody is given somebody else's answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(Box<str>);

impl Key {
    /// The key `key` of `principal` on `route`, which names service, contract and method.
    pub fn new(route: &str, principal: Option<&Principal>, key: &IdempotencyKey) -> Self {
        // The length says where the subject ends, whatever it holds.
        Self(match principal.map(Principal::subject) {
            Some(subject) => format!("{route} {}:{subject} {key}", subject.len()).into(),
            None => format!("{route} - {key}").into(),
        })
    }

    /// As text, the same in every process.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a request says, in 128 bits (FNV-1a): the same for the same request, in every process and
/// version. It tells a repetition from a mistake; it is no protection against a forger, who would
/// only deceive himself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub u128);

impl Fingerprint {
    /// Of nothing.
    pub const EMPTY: Self = Self(FNV);

    /// The same with one more part. Where parts end counts: `ab` and `c` is not `a` and `bc`.
    #[must_use]
    pub fn with(self, part: &[u8]) -> Self {
        let length = (part.len() as u64).to_le_bytes();
        Self(fnv(fnv(self.0, &length), part))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_others_are_others() {
        let key = IdempotencyKey::new("k 1").unwrap();
        let of = |subject: &str| Principal::new(subject, [""; 0]);
        let keys = [
            Key::new("shop/orders.v1.place", None, &key),
            Key::new("shop/orders.v1.cancel", None, &key),
            Key::new("shop/orders.v1.place", Some(&of("ann")), &key),
            Key::new("shop/orders.v1.place", Some(&of("bob")), &key),
            // A subject that imitates the end of another one.
            Key::new("shop/orders.v1.place", Some(&of("ann k")), &key),
            Key::new("shop/orders.v1.place", Some(&of("")), &key),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{key:?}");
        }
    }

    #[test]
    fn fingerprints_are_those_of_the_standard_vectors() {
        // FNV-1a 128 of nothing, and of "a" with our length before it as plain bytes.
        assert_eq!(Fingerprint::EMPTY.0, 0x6c62272e07bb014262b821756295c58d);
        let plain = |bytes: &[u8]| {
            bytes.iter().fold(Fingerprint::EMPTY.0, |hash, byte| {
                (hash ^ u128::from(*byte)).wrapping_mul((1 << 88) + 0x13b)
            })
        };
        assert_eq!(plain(b"a"), 0xd228cb696f1a8caf78912b704e4a8964);
        let of_a = Fingerprint::EMPTY.with(b"a");
        assert_eq!(of_a.0, plain(b"\x01\0\0\0\0\0\0\0a"));
    }

    #[test]
    fn where_a_part_ends_counts() {
        let of = |parts: &[&str]| {
            let add = |print: Fingerprint, part: &&str| print.with(part.as_bytes());
            parts.iter().fold(Fingerprint::EMPTY, add)
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&[""]), of(&[]));
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
    }
}

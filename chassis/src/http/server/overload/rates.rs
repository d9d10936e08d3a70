//! [`Rates`]: rate limits, resolved to the routes that they hold for.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, Method};

use super::super::connection::Conn;
use super::super::exchange::{Exchange, Place};
use super::fields::Fields;
use super::settings::{By, RateLimitRule};
use crate::policy::KeyedRateLimit;
use crate::policy::rate_limit::{Granted, Limited};
use crate::{Error, Result};

/// Rules, in the order of their names.
#[derive(Debug, Default)]
pub(in super::super) struct Rates {
    rules: Vec<Rule>,
    /// Of whom a call is, for all rules: that of an address is made once a connection.
    hasher: RandomState,
}

#[derive(Debug)]
struct Rule {
    name: String,
    settings: RateLimitRule,
    header: Option<HeaderName>,
    limit: KeyedRateLimit,
    /// Half of the burst.
    middle: u32,
    fields: Fields,
}

/// Indexes of the rules that hold for a route.
pub(in super::super) type Held = Box<[u16]>;

/// What the answer says of a limit.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Rated {
    rule: u16,
    remaining: u32,
    reset: u32,
    /// When to come again, where the call was refused.
    pub(in super::super) retry_after: Option<u32>,
}

/// Whose call it is.
#[derive(Hash)]
enum Key<'a> {
    Address(Option<IpAddr>),
    Principal(&'a str),
    Header(&'a [u8]),
    Route(usize),
}

impl Rates {
    pub(in super::super) fn new<'r>(
        rules: impl IntoIterator<Item = (&'r String, &'r RateLimitRule)>,
        now: Instant,
    ) -> Result<Self> {
        let rules = rules.into_iter();
        let rules = rules.map(|(name, settings)| Rule::new(name, settings, now));
        Ok(Self {
            rules: rules.collect::<Result<_>>()?,
            hasher: RandomState::new(),
        })
    }

    /// The rules for a contract's route.
    pub(in super::super) fn of_route(&self, method: &Method, template: &str) -> Held {
        self.held(|rule| rule.is_for(method, template))
    }

    fn held(&self, holds: impl Fn(&Rule) -> bool) -> Held {
        let all = self.rules.iter().enumerate();
        all.filter(|(_, rule)| holds(rule))
            .map(|(index, _)| index as u16)
            .collect()
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Asks all of `held`, and gives what the answer says: of the limit that is nearest. A call that one of
    /// them refuses has used up what the others before it granted.
    pub(in super::super) fn check(
        &self,
        held: &[u16],
        exchange: &Exchange,
        headers: &HeaderMap,
        now: Instant,
    ) -> Option<Rated> {
        let mut nearest: Option<Rated> = None;
        for index in held {
            let rule = self.rules.get(usize::from(*index))?;
            let hash = self.hash(rule, exchange, headers);
            let rated = match rule.limit.check_hash(hash, now) {
                Ok(granted) => Rated::granted(*index, granted),
                Err(limited) => return Some(Rated::limited(*index, limited)),
            };
            if nearest.is_none_or(|known| rated.remaining < known.remaining) {
                nearest = Some(rated);
            }
        }
        nearest
    }

    /// The same for a path that no contract knows.
    pub(in super::super) fn check_path(
        &self,
        (method, path): (&Method, &str),
        exchange: &Exchange,
        headers: &HeaderMap,
        now: Instant,
    ) -> Option<Rated> {
        let held = self.held(|rule| rule.is_for(method, path));
        self.check(&held, exchange, headers, now)
    }

    /// What a refused caller is told.
    pub(in super::super) fn limited(&self, rated: &Rated) -> String {
        let after = rated.retry_after.unwrap_or(1);
        match self.rules.get(usize::from(rated.rule)) {
            Some(Rule { name, settings, .. }) => format!(
                "more than {} calls in {:?} (limit {name}); try again in {after} s",
                settings.limit, *settings.per
            ),
            None => format!("too many calls; try again in {after} s"),
        }
    }

    /// The fields of the `RateLimit` draft, where they tell the caller something: with the first answer
    /// of a connection, from the middle of the burst on, and when a call is refused. Who is far from his
    /// limit knows it already; the draft leaves it to us, and callers mustn't count on the fields.
    pub(in super::super) fn say(&self, rated: &Rated, conn: &Conn, headers: &mut HeaderMap) {
        let Some(rule) = self.rules.get(usize::from(rated.rule)) else {
            return;
        };
        if conn.is_new(rated.rule) || rated.remaining <= rule.middle {
            rule.fields.write(rated.remaining, rated.reset, headers);
        }
    }

    /// Whose call it is, for `rule`.
    fn hash(&self, rule: &Rule, exchange: &Exchange, headers: &HeaderMap) -> u64 {
        match rule.key(exchange, headers) {
            Some(key) => self.hasher.hash_one(key),
            None => exchange.conn().caller(|address| {
                let key = Key::Address(address.map(network));
                self.hasher.hash_one(key)
            }),
        }
    }
}

impl Rule {
    fn new(name: &str, settings: &RateLimitRule, now: Instant) -> Result<Self> {
        let wrong = |why: String| Error::bug(format!("http.rate_limit.{name}: {why}"));
        let limit = KeyedRateLimit::new(settings.rate(), settings.max_keys, now);
        let fields = Fields::new(name, settings.limit, *settings.per);
        let header = settings.header.as_deref();
        let header = header.filter(|_| settings.by == By::Header);
        Ok(Self {
            name: name.to_owned(),
            header: header.and_then(|name| HeaderName::try_from(name).ok()),
            limit: limit.map_err(|error| wrong(error.to_string()))?,
            middle: settings.rate().burst / 2,
            fields: fields.map_err(|error| wrong(error.to_string()))?,
            settings: settings.clone(),
        })
    }

    fn is_for(&self, method: &Method, path: &str) -> bool {
        let wanted = self.settings.method.as_deref();
        let head = *method == Method::HEAD;
        let is_method = |wanted: &str| {
            wanted.eq_ignore_ascii_case(method.as_str())
                || (head && wanted.eq_ignore_ascii_case("get"))
        };
        wanted.is_none_or(is_method)
            && match self.settings.route.as_deref() {
                None => true,
                Some(route) => match route.strip_suffix('*') {
                    Some(beginning) => path.starts_with(beginning),
                    None => path == route,
                },
            }
    }

    /// Whose call it is; none: that of an address.
    fn key<'a>(&self, exchange: &'a Exchange, headers: &'a HeaderMap) -> Option<Key<'a>> {
        match self.settings.by {
            By::Address => None,
            By::Principal => exchange
                .context
                .principal()
                .map(|who| Key::Principal(who.subject())),
            By::Header => {
                let value = self.header.as_ref().and_then(|name| headers.get(name));
                value.map(|value| Key::Header(value.as_bytes()))
            }
            By::Route => Some(Key::Route(match exchange.place {
                Place::Route(index) => index,
                Place::Elsewhere => usize::MAX,
            })),
        }
    }
}

/// One caller's addresses as one: an IPv6 caller usually has a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) >> 64 << 64).into(),
        v4 => v4,
    }
}

impl Rated {
    fn granted(rule: u16, granted: Granted) -> Self {
        Self {
            rule,
            remaining: granted.remaining,
            reset: seconds(granted.reset_after),
            retry_after: None,
        }
    }

    fn limited(rule: u16, limited: Limited) -> Self {
        let after = seconds(limited.retry_after).max(1);
        Self {
            rule,
            remaining: 0,
            reset: after,
            retry_after: Some(after),
        }
    }
}

/// Whole seconds, not less than it is.
fn seconds(duration: Duration) -> u32 {
    let whole = duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0));
    u32::try_from(whole).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        let one = network("2001:db8:1:2:3::4".parse().unwrap());
        assert_eq!(one, network("2001:db8:1:2:ffff::".parse().unwrap()));
        assert_ne!(one, network("2001:db8:1:3::".parse().unwrap()));
        assert_eq!(
            network("::ffff:10.0.0.1".parse().unwrap()),
            network("10.0.0.1".parse().unwrap())
        );
        assert_ne!(
            network("10.0.0.1".parse().unwrap()),
            network("10.0.0.2".parse().unwrap())
        );
    }

    #[test]
    fn seconds_are_never_less() {
        assert_eq!(seconds(Duration::from_millis(1)), 1);
        assert_eq!(seconds(Duration::from_secs(2)), 2);
        assert_eq!(seconds(Duration::MAX), u32::MAX);
    }

    #[test]
    fn rules_hold_for_routes_and_beginnings() {
        let rule = |route: Option<&str>, method: Option<&str>| RateLimitRule {
            limit: 1,
            per: crate::config::HumanDuration::from_secs(1),
            burst: None,
            by: By::Address,
            header: None,
            route: route.map(str::to_owned),
            method: method.map(str::to_owned),
            max_keys: 8,
        };
        let rules = [
            ("a".to_owned(), rule(None, None)),
            ("b".to_owned(), rule(Some("/v1/items/{id}"), Some("get"))),
            ("c".to_owned(), rule(Some("/v1/*"), Some("POST"))),
        ];
        let now = crate::context::Env::seeded(1).now();
        let rates = Rates::new(rules.iter().map(|(name, rule)| (name, rule)), now).unwrap();
        let of = |method: Method, path: &str| rates.of_route(&method, path).to_vec();
        assert_eq!(of(Method::GET, "/v1/items/{id}"), [0, 1]);
        assert_eq!(of(Method::HEAD, "/v1/items/{id}"), [0, 1]);
        assert_eq!(of(Method::POST, "/v1/items/{id}"), [0, 2]);
        assert_eq!(of(Method::GET, "/v1/items"), [0]);
    }
}

//! [`Redis`]: answers in a Redis or Valkey server, which all instances share.

use std::fmt;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use super::{Claim, Claimed, Kept, Key, Store, StoreFuture};
use crate::{Error, Result};

/// Answers in a Redis server: one hash a key, each step one script, so that of two calls that come
/// together one is the first. Time is the server's.
///
/// What Redis has not written to disk when it dies is lost with it, and so is what it evicts: give it
/// `appendfsync everysec` or better, and `maxmemory-policy noeviction`.
pub struct Redis {
    connection: ConnectionManager,
    place: String,
    ttl: Duration,
}

/// What stands before every key.
const PREFIX: &str = "chassis:idempotency:";

const FIRST: u8 = 0;
const BEFORE: u8 = 1;
const IN_FLIGHT: u8 = 2;

/// `owner fingerprint lease ttl`; gives one of the numbers above and what belongs to it, else 3.
const CLAIM: &str = "
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local v = redis.call('HMGET', KEYS[1], 'fingerprint', 'answer', 'ends')
if v[1] then
  if v[1] ~= ARGV[2] then return {3, ''} end
  if v[2] then return {1, v[2]} end
  if tonumber(v[3]) > now then return {2, string.format('%.0f', tonumber(v[3]) - now)} end
end
local ends = string.format('%.0f', now + ARGV[3])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'fingerprint', ARGV[2], 'ends', ends)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {0, ''}";

/// `owner lease`
const RENEW: &str = "
local v = redis.call('HMGET', KEYS[1], 'owner', 'answer')
if v[1] ~= ARGV[1] or v[2] then return 0 end
local t = redis.call('TIME')
local ends = string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[2])
redis.call('HSET', KEYS[1], 'ends', ends)
return 1";

/// `owner answer ttl`
const KEEP: &str = "
local v = redis.call('HMGET', KEYS[1], 'owner', 'answer')
if v[1] ~= ARGV[1] or v[2] then return 0 end
redis.call('HSET', KEYS[1], 'answer', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1";

/// `owner`
const RELEASE: &str = "
local v = redis.call('HMGET', KEYS[1], 'owner', 'answer')
if v[1] ~= ARGV[1] or v[2] then return 0 end
return redis.call('DEL', KEYS[1])";

impl Redis {
    /// How long a step may take, and a connection to open: what is slower is away.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Opens nothing before it is asked. `url` is `redis://USER:PASSWORD@HOST:PORT/DATABASE`; a
    /// claim that died is remembered for `ttl`, so that its key takes no other request.
    ///
    /// # Errors
    ///
    /// When the URL is none of Redis'.
    pub fn open(url: &str, place: &str, ttl: Duration) -> Result<Self> {
        let wrong = |error: redis::RedisError| {
            // What it says may hold the URL, and so a password.
            let kind = error.kind();
            Error::configuration(format!(
                "idempotency.url: expected redis://HOST:PORT/DATABASE ({kind:?})"
            ))
        };
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Self::PATIENCE))
            .set_response_timeout(Some(Self::PATIENCE))
            .set_number_of_retries(1);
        let client = redis::Client::open(url).map_err(wrong)?;
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(wrong)?;
        Ok(Self {
            connection,
            place: place.to_owned(),
            ttl,
        })
    }

    /// Whether it answers.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn ping(&self) -> Result {
        let mut connection = self.connection.clone();
        let pong = redis::cmd("PING").query_async::<()>(&mut connection).await;
        pong.map_err(|error| self.failed(error))
    }

    async fn run<T: redis::FromRedisValue>(
        &self,
        script: &str,
        key: &Key,
        arguments: &[&[u8]],
    ) -> Result<T> {
        let mut command = redis::cmd("EVAL");
        command
            .arg(script)
            .arg(1)
            .arg(format!("{PREFIX}{}", key.as_str()));
        for argument in arguments {
            command.arg(*argument);
        }
        let mut connection = self.connection.clone();
        let answer = command.query_async(&mut connection).await;
        answer.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: redis::RedisError) -> Error {
        Error::unavailable(format!("{} does not answer", self.place)).because(error)
    }

    fn claimed(&self, (code, said): (u8, Vec<u8>)) -> Result<Claimed> {
        let broken = || Error::unavailable(format!("{} holds what is none of ours", self.place));
        Ok(match code {
            FIRST => Claimed::First,
            BEFORE => Claimed::Before(Kept::from_bytes(said).ok_or_else(broken)?),
            IN_FLIGHT => {
                let left = std::str::from_utf8(&said).ok();
                let left = left.and_then(|text| text.parse().ok()).ok_or_else(broken)?;
                Claimed::InFlight(Duration::from_millis(left))
            }
            _ => Claimed::Other,
        })
    }
}

/// Milliseconds, at least one: Redis deletes at zero.
fn millis(duration: Duration) -> String {
    duration.as_millis().max(1).to_string()
}

fn owner(claim: &Claim) -> String {
    format!("{:016x}", claim.owner)
}

impl Store for Redis {
    fn location(&self) -> String {
        self.place.clone()
    }

    fn claim<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, Claimed> {
        Box::pin(async move {
            let (owner, print) = (owner(claim), claim.fingerprint.to_string());
            let times = [millis(claim.lease), millis(self.ttl.max(claim.lease))];
            let arguments = [&owner, &print, &times[0], &times[1]].map(String::as_bytes);
            let said = self.run(CLAIM, key, &arguments).await?;
            self.claimed(said)
        })
    }

    fn renew<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let (owner, lease) = (owner(claim), millis(claim.lease));
            let arguments = [owner.as_bytes(), lease.as_bytes()];
            self.run(RENEW, key, &arguments).await
        })
    }

    fn keep<'a>(
        &'a self,
        key: &'a Key,
        claim: &'a Claim,
        answer: &'a Kept,
        ttl: Duration,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let (owner, answer, ttl) = (owner(claim), answer.to_bytes(), millis(ttl));
            let arguments = [owner.as_bytes(), &answer, ttl.as_bytes()];
            self.run(KEEP, key, &arguments).await
        })
    }

    fn release<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let owner = owner(claim);
            self.run(RELEASE, key, &[owner.as_bytes()]).await
        })
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

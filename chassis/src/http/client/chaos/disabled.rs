//! A build without chaos: nothing that costs.

use std::time::Instant;

use http::Response;

use super::super::call::Taken;
use super::super::pool::Endpoint;
use crate::context::Env;
use crate::contract::ContractInfo;
use crate::port::{Crossing, PortInfo};
use crate::{CallError, Context};

/// Lets no call suffer: this build has no chaos.
#[derive(Debug, Clone, Default)]
pub struct Injector(());

/// What an attempt suffers: nothing.
pub(in super::super) struct Suffering;

impl Injector {
    /// Lets no call of an own port suffer.
    pub(crate) fn port(&self, crossing: Crossing, _: &'static PortInfo) -> Crossing {
        crossing
    }

    /// What calls of the contract or port may suffer, for people: nothing.
    pub(crate) fn describe(&self, _: &str) -> Option<String> {
        None
    }

    #[inline(always)]
    pub(in super::super) fn decide(
        &self,
        _: (&'static ContractInfo, usize),
        _: &Context,
        _: Instant,
    ) -> Suffering {
        Suffering
    }
}

impl Suffering {
    #[inline(always)]
    pub(in super::super) fn refused(&self, _: &Endpoint) -> Option<CallError> {
        None
    }

    #[inline(always)]
    pub(in super::super) async fn before(&self, _: &Env) -> Option<Response<Taken>> {
        None
    }

    #[inline(always)]
    pub(in super::super) fn after(&self) -> Option<CallError> {
        None
    }
}

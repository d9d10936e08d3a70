/// What the warehouse offers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement the contract `Inventory`",
    note = "`&dyn Inventory` cannot call the methods of `Inventory`: take `&Arc<dyn Inventory>` or `&impl Inventory`"
)]
pub trait Inventory: __InventoryDyn + ::core::marker::Send + ::core::marker::Sync + 'static {
    /// Stock of one item.
    fn stock(
        &self,
        sku: Sku,
    ) -> impl ::core::future::Future<
        Output = Result<Stock, InventoryError>,
    > + ::core::marker::Send
    where
        Self: ::core::marker::Sized;
    fn set(
        &self,
        sku: Sku,
        version: Option<u64>,
        count: u32,
    ) -> impl ::core::future::Future<
        Output = Result<(), InventoryError>,
    > + ::core::marker::Send
    where
        Self: ::core::marker::Sized;
    /// Takes some of an item for an order.
    fn reserve(
        &self,
        request: ReservationRequest,
    ) -> impl ::core::future::Future<
        Output = Result<Reservation, InventoryError>,
    > + ::core::marker::Send
    where
        Self: ::core::marker::Sized;
    /// Changes of one item's stock.
    fn watch(
        &self,
        sku: Sku,
    ) -> impl ::core::future::Future<
        Output = Result<Streaming<Stock, InventoryError>, InventoryError>,
    > + ::core::marker::Send
    where
        Self: ::core::marker::Sized;
}
#[doc(hidden)]
pub trait __InventoryDyn: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn __stock<'__a>(
        &'__a self,
        sku: Sku,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<Stock, InventoryError>>;
    fn __set<'__a>(
        &'__a self,
        sku: Sku,
        version: Option<u64>,
        count: u32,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<(), InventoryError>>;
    fn __reserve<'__a>(
        &'__a self,
        request: ReservationRequest,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<Reservation, InventoryError>>;
    fn __watch<'__a>(
        &'__a self,
        sku: Sku,
    ) -> ::chassis::__private::BoxFuture<
        '__a,
        Result<Streaming<Stock, InventoryError>, InventoryError>,
    >;
    fn __call(
        self: ::std::sync::Arc<Self>,
        __method: usize,
        __request: &::chassis::contract::Request<'_>,
    ) -> ::core::result::Result<
        ::chassis::contract::Answer,
        ::chassis::__private::Refusal,
    >;
}
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl<__T: Inventory> __InventoryDyn for __T {
    fn __stock<'__a>(
        &'__a self,
        sku: Sku,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<Stock, InventoryError>> {
        ::std::boxed::Box::pin(<Self as Inventory>::stock(self, sku))
    }
    fn __set<'__a>(
        &'__a self,
        sku: Sku,
        version: Option<u64>,
        count: u32,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<(), InventoryError>> {
        ::std::boxed::Box::pin(<Self as Inventory>::set(self, sku, version, count))
    }
    fn __reserve<'__a>(
        &'__a self,
        request: ReservationRequest,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<Reservation, InventoryError>> {
        ::std::boxed::Box::pin(<Self as Inventory>::reserve(self, request))
    }
    fn __watch<'__a>(
        &'__a self,
        sku: Sku,
    ) -> ::chassis::__private::BoxFuture<
        '__a,
        Result<Streaming<Stock, InventoryError>, InventoryError>,
    > {
        ::std::boxed::Box::pin(<Self as Inventory>::watch(self, sku))
    }
    fn __call(
        self: ::std::sync::Arc<Self>,
        __method: usize,
        __request: &::chassis::contract::Request<'_>,
    ) -> ::core::result::Result<
        ::chassis::contract::Answer,
        ::chassis::__private::Refusal,
    > {
        match __method {
            0usize => {
                let sku = ::chassis::__private::path::<Sku>(__request, 0usize, "sku")?;
                ::core::result::Result::Ok(
                    ::chassis::contract::Answer::Later(
                        ::std::boxed::Box::pin(async move {
                            let __result = <__T as Inventory>::stock(&*self, sku).await;
                            ::chassis::__private::answer_json(__result, "inventory")
                        }),
                    ),
                )
            }
            1usize => {
                let sku = ::chassis::__private::path::<Sku>(__request, 0usize, "sku")?;
                let version = ::chassis::__private::header_optional::<
                    u64,
                >(__request, "if-match")?;
                let count = ::chassis::__private::body::<u32>(__request)?;
                {
                    #[allow(unused_imports)]
                    use ::chassis::__private::{CheckAnything as _, CheckValidated as _};
                    (&::chassis::__private::Check(&count)).check()?;
                }
                ::core::result::Result::Ok(
                    ::chassis::contract::Answer::Later(
                        ::std::boxed::Box::pin(async move {
                            let __result = <__T as Inventory>::set(
                                    &*self,
                                    sku,
                                    version,
                                    count,
                                )
                                .await;
                            ::chassis::__private::answer_empty(__result, "inventory")
                        }),
                    ),
                )
            }
            2usize => {
                let request = ::chassis::__private::body::<
                    ReservationRequest,
                >(__request)?;
                {
                    #[allow(unused_imports)]
                    use ::chassis::__private::{CheckAnything as _, CheckValidated as _};
                    (&::chassis::__private::Check(&request)).check()?;
                }
                ::core::result::Result::Ok(
                    ::chassis::contract::Answer::Later(
                        ::std::boxed::Box::pin(async move {
                            let __result = <__T as Inventory>::reserve(&*self, request)
                                .await;
                            ::chassis::__private::answer_json(__result, "inventory")
                        }),
                    ),
                )
            }
            3usize => {
                let __format = ::chassis::__private::accept(__request)?;
                let sku = ::chassis::__private::path::<Sku>(__request, 0usize, "sku")?;
                ::core::result::Result::Ok(
                    ::chassis::contract::Answer::Later(
                        ::std::boxed::Box::pin(async move {
                            let __result = <__T as Inventory>::watch(&*self, sku).await;
                            ::chassis::__private::answer_streaming(
                                __result,
                                "inventory",
                                __format,
                            )
                        }),
                    ),
                )
            }
            _ => ::core::result::Result::Err(::chassis::__private::unknown_method()),
        }
    }
}
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl Inventory for ::std::sync::Arc<dyn Inventory> {
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError> {
        (**self).__stock(sku).await
    }
    async fn set(
        &self,
        sku: Sku,
        version: Option<u64>,
        count: u32,
    ) -> Result<(), InventoryError> {
        (**self).__set(sku, version, count).await
    }
    async fn reserve(
        &self,
        request: ReservationRequest,
    ) -> Result<Reservation, InventoryError> {
        (**self).__reserve(request).await
    }
    async fn watch(
        &self,
        sku: Sku,
    ) -> Result<Streaming<Stock, InventoryError>, InventoryError> {
        (**self).__watch(sku).await
    }
}
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl<__T: Inventory> Inventory for ::std::sync::Arc<__T> {
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError> {
        <__T as Inventory>::stock(self, sku).await
    }
    async fn set(
        &self,
        sku: Sku,
        version: Option<u64>,
        count: u32,
    ) -> Result<(), InventoryError> {
        <__T as Inventory>::set(self, sku, version, count).await
    }
    async fn reserve(
        &self,
        request: ReservationRequest,
    ) -> Result<Reservation, InventoryError> {
        <__T as Inventory>::reserve(self, request).await
    }
    async fn watch(
        &self,
        sku: Sku,
    ) -> Result<Streaming<Stock, InventoryError>, InventoryError> {
        <__T as Inventory>::watch(self, sku).await
    }
}
///A fake of [`Inventory`] for tests: say what each method answers with `on_…`. A method of which nothing was said panics. Clones share their counts.
#[allow(dead_code)]
#[derive(::core::clone::Clone, ::core::default::Default)]
pub struct InventoryFake {
    on_stock: ::core::option::Option<
        ::std::sync::Arc<
            dyn ::core::ops::Fn(
                Sku,
            ) -> Result<
                    Stock,
                    InventoryError,
                > + ::core::marker::Send + ::core::marker::Sync,
        >,
    >,
    on_set: ::core::option::Option<
        ::std::sync::Arc<
            dyn ::core::ops::Fn(
                Sku,
                Option<u64>,
                u32,
            ) -> Result<(), InventoryError> + ::core::marker::Send + ::core::marker::Sync,
        >,
    >,
    on_reserve: ::core::option::Option<
        ::std::sync::Arc<
            dyn ::core::ops::Fn(
                ReservationRequest,
            ) -> Result<
                    Reservation,
                    InventoryError,
                > + ::core::marker::Send + ::core::marker::Sync,
        >,
    >,
    on_watch: ::core::option::Option<
        ::std::sync::Arc<
            dyn ::core::ops::Fn(
                Sku,
            ) -> Result<
                    Streaming<Stock, InventoryError>,
                    InventoryError,
                > + ::core::marker::Send + ::core::marker::Sync,
        >,
    >,
    stock_calls: ::std::sync::Arc<::core::sync::atomic::AtomicUsize>,
    set_calls: ::std::sync::Arc<::core::sync::atomic::AtomicUsize>,
    reserve_calls: ::std::sync::Arc<::core::sync::atomic::AtomicUsize>,
    watch_calls: ::std::sync::Arc<::core::sync::atomic::AtomicUsize>,
}
#[allow(dead_code, clippy::all, clippy::pedantic)]
impl InventoryFake {
    /// A fake of which nothing is said yet.
    #[must_use]
    pub fn new() -> Self {
        ::core::default::Default::default()
    }
    ///Says what `stock` answers.
    #[must_use]
    pub fn on_stock(
        mut self,
        answer: impl ::core::ops::Fn(
            Sku,
        ) -> Result<
                Stock,
                InventoryError,
            > + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> Self {
        self.on_stock = ::core::option::Option::Some(::std::sync::Arc::new(answer));
        self
    }
    ///How often `stock` was called.
    pub fn stock_calls(&self) -> usize {
        self.stock_calls.load(::core::sync::atomic::Ordering::SeqCst)
    }
    ///Says what `set` answers.
    #[must_use]
    pub fn on_set(
        mut self,
        answer: impl ::core::ops::Fn(
            Sku,
            Option<u64>,
            u32,
        ) -> Result<
                (),
                InventoryError,
            > + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> Self {
        self.on_set = ::core::option::Option::Some(::std::sync::Arc::new(answer));
        self
    }
    ///How often `set` was called.
    pub fn set_calls(&self) -> usize {
        self.set_calls.load(::core::sync::atomic::Ordering::SeqCst)
    }
    ///Says what `reserve` answers.
    #[must_use]
    pub fn on_reserve(
        mut self,
        answer: impl ::core::ops::Fn(
            ReservationRequest,
        ) -> Result<
                Reservation,
                InventoryError,
            > + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> Self {
        self.on_reserve = ::core::option::Option::Some(::std::sync::Arc::new(answer));
        self
    }
    ///How often `reserve` was called.
    pub fn reserve_calls(&self) -> usize {
        self.reserve_calls.load(::core::sync::atomic::Ordering::SeqCst)
    }
    ///Says what `watch` answers.
    #[must_use]
    pub fn on_watch(
        mut self,
        answer: impl ::core::ops::Fn(
            Sku,
        ) -> Result<
                Streaming<Stock, InventoryError>,
                InventoryError,
            > + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> Self {
        self.on_watch = ::core::option::Option::Some(::std::sync::Arc::new(answer));
        self
    }
    ///How often `watch` was called.
    pub fn watch_calls(&self) -> usize {
        self.watch_calls.load(::core::sync::atomic::Ordering::SeqCst)
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for InventoryFake {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct(::core::stringify!(InventoryFake)).finish_non_exhaustive()
    }
}
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl Inventory for InventoryFake {
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError> {
        self.stock_calls.fetch_add(1, ::core::sync::atomic::Ordering::SeqCst);
        match &self.on_stock {
            ::core::option::Option::Some(__answer) => __answer(sku),
            ::core::option::Option::None => {
                ::core::panic!(
                    "{}",
                    "InventoryFake: `stock` was called, but nothing says what it answers; add `.on_stock(|sku| …)`"
                )
            }
        }
    }
    async fn set(
        &self,
        sku: Sku,
        version: Option<u64>,
        count: u32,
    ) -> Result<(), InventoryError> {
        self.set_calls.fetch_add(1, ::core::sync::atomic::Ordering::SeqCst);
        match &self.on_set {
            ::core::option::Option::Some(__answer) => __answer(sku, version, count),
            ::core::option::Option::None => {
                ::core::panic!(
                    "{}",
                    "InventoryFake: `set` was called, but nothing says what it answers; add `.on_set(|sku, version, count| …)`"
                )
            }
        }
    }
    async fn reserve(
        &self,
        request: ReservationRequest,
    ) -> Result<Reservation, InventoryError> {
        self.reserve_calls.fetch_add(1, ::core::sync::atomic::Ordering::SeqCst);
        match &self.on_reserve {
            ::core::option::Option::Some(__answer) => __answer(request),
            ::core::option::Option::None => {
                ::core::panic!(
                    "{}",
                    "InventoryFake: `reserve` was called, but nothing says what it answers; add `.on_reserve(|request| …)`"
                )
            }
        }
    }
    async fn watch(
        &self,
        sku: Sku,
    ) -> Result<Streaming<Stock, InventoryError>, InventoryError> {
        self.watch_calls.fetch_add(1, ::core::sync::atomic::Ordering::SeqCst);
        match &self.on_watch {
            ::core::option::Option::Some(__answer) => __answer(sku),
            ::core::option::Option::None => {
                ::core::panic!(
                    "{}",
                    "InventoryFake: `watch` was called, but nothing says what it answers; add `.on_watch(|sku| …)`"
                )
            }
        }
    }
}
const _: () = {
    struct __Client(::chassis::contract::Link<dyn Inventory>);
    #[automatically_derived]
    #[allow(deprecated, clippy::all, clippy::pedantic)]
    impl Inventory for __Client {
        async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError> {
            match self.0.bound() {
                ::core::result::Result::Ok(
                    ::chassis::contract::Bound::Local {
                        service: __service,
                        crossing: __crossing,
                    },
                ) => __crossing.call(0usize, (**__service).__stock(sku)).await,
                ::core::result::Result::Ok(
                    ::chassis::contract::Bound::Remote(__transport),
                ) => {
                    let __info = <dyn Inventory as ::chassis::contract::Contract>::info();
                    let __call = (|| {
                        let mut __encoder = ::chassis::__private::Encoder::new(
                            __info,
                            0usize,
                        );
                        __encoder.literal("/v1/items/");
                        __encoder.path("sku", &sku)?;
                        ::core::result::Result::<
                            _,
                            ::chassis::CallError,
                        >::Ok(__encoder.finish())
                    })();
                    let __received = match __call {
                        ::core::result::Result::Ok(__call) => {
                            __transport.call(__call).await
                        }
                        ::core::result::Result::Err(__error) => {
                            ::core::result::Result::Err(__error)
                        }
                    };
                    ::chassis::__private::Decoder::new(__info, 0usize).json(__received)
                }
                ::core::result::Result::Err(__error) => {
                    ::core::result::Result::Err(
                        <InventoryError as ::core::convert::From<
                            ::chassis::CallError,
                        >>::from(__error),
                    )
                }
            }
        }
        async fn set(
            &self,
            sku: Sku,
            version: Option<u64>,
            count: u32,
        ) -> Result<(), InventoryError> {
            match self.0.bound() {
                ::core::result::Result::Ok(
                    ::chassis::contract::Bound::Local {
                        service: __service,
                        crossing: __crossing,
                    },
                ) => {
                    __crossing
                        .call(1usize, (**__service).__set(sku, version, count))
                        .await
                }
                ::core::result::Result::Ok(
                    ::chassis::contract::Bound::Remote(__transport),
                ) => {
                    let __info = <dyn Inventory as ::chassis::contract::Contract>::info();
                    let __call = (|| {
                        let mut __encoder = ::chassis::__private::Encoder::new(
                            __info,
                            1usize,
                        );
                        __encoder.literal("/v1/items/");
                        __encoder.path("sku", &sku)?;
                        __encoder.literal("/count");
                        if let ::core::option::Option::Some(__value) = &version {
                            __encoder.header("if-match", __value)?;
                        }
                        __encoder.body("count", &count)?;
                        ::core::result::Result::<
                            _,
                            ::chassis::CallError,
                        >::Ok(__encoder.finish())
                    })();
                    let __received = match __call {
                        ::core::result::Result::Ok(__call) => {
                            __transport.call(__call).await
                        }
                        ::core::result::Result::Err(__error) => {
                            ::core::result::Result::Err(__error)
                        }
                    };
                    ::chassis::__private::Decoder::new(__info, 1usize).empty(__received)
                }
                ::core::result::Result::Err(__error) => {
                    ::core::result::Result::Err(
                        <InventoryError as ::core::convert::From<
                            ::chassis::CallError,
                        >>::from(__error),
                    )
                }
            }
        }
        async fn reserve(
            &self,
            request: ReservationRequest,
        ) -> Result<Reservation, InventoryError> {
            match self.0.bound() {
                ::core::result::Result::Ok(
                    ::chassis::contract::Bound::Local {
                        service: __service,
                        crossing: __crossing,
                    },
                ) => __crossing.call(2usize, (**__service).__reserve(request)).await,
                ::core::result::Result::Ok(
                    ::chassis::contract::Bound::Remote(__transport),
                ) => {
                    let __info = <dyn Inventory as ::chassis::contract::Contract>::info();
                    let __call = (|| {
                        let mut __encoder = ::chassis::__private::Encoder::new(
                            __info,
                            2usize,
                        );
                        __encoder.literal("/v1/reservations");
                        __encoder.body("request", &request)?;
                        ::core::result::Result::<
                            _,
                            ::chassis::CallError,
                        >::Ok(__encoder.finish())
                    })();
                    let __received = match __call {
                        ::core::result::Result::Ok(__call) => {
                            __transport.call(__call).await
                        }
                        ::core::result::Result::Err(__error) => {
                            ::core::result::Result::Err(__error)
                        }
                    };
                    ::chassis::__private::Decoder::new(__info, 2usize).json(__received)
                }
                ::core::result::Result::Err(__error) => {
                    ::core::result::Result::Err(
                        <InventoryError as ::core::convert::From<
                            ::chassis::CallError,
                        >>::from(__error),
                    )
                }
            }
        }
        async fn watch(
            &self,
            sku: Sku,
        ) -> Result<Streaming<Stock, InventoryError>, InventoryError> {
            match self.0.bound() {
                ::core::result::Result::Ok(
                    ::chassis::contract::Bound::Local {
                        service: __service,
                        crossing: __crossing,
                    },
                ) => {
                    __crossing
                        .stream(
                            3usize,
                            ::core::option::Option::Some(
                                ::core::time::Duration::from_millis(5000u64),
                            ),
                            (**__service).__watch(sku),
                        )
                        .await
                }
                ::core::result::Result::Ok(
                    ::chassis::contract::Bound::Remote(__transport),
                ) => {
                    let __info = <dyn Inventory as ::chassis::contract::Contract>::info();
                    let __call = (|| {
                        let mut __encoder = ::chassis::__private::Encoder::new(
                            __info,
                            3usize,
                        );
                        __encoder.literal("/v1/items/");
                        __encoder.path("sku", &sku)?;
                        __encoder.literal("/changes");
                        __encoder.stream();
                        ::core::result::Result::<
                            _,
                            ::chassis::CallError,
                        >::Ok(__encoder.finish())
                    })();
                    let __received = match __call {
                        ::core::result::Result::Ok(__call) => {
                            __transport.stream(__call).await
                        }
                        ::core::result::Result::Err(__error) => {
                            ::core::result::Result::Err(__error)
                        }
                    };
                    ::chassis::__private::Decoder::new(__info, 3usize)
                        .streaming(__received)
                }
                ::core::result::Result::Err(__error) => {
                    ::core::result::Result::Err(
                        <InventoryError as ::core::convert::From<
                            ::chassis::CallError,
                        >>::from(__error),
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::chassis::contract::Contract for dyn Inventory {
        fn info() -> &'static ::chassis::contract::ContractInfo {
            static INFO: ::chassis::contract::ContractInfo = ::chassis::contract::ContractInfo {
                name: "inventory",
                version: "1",
                doc: "What the warehouse offers.",
                source: ::core::concat!(::core::file!(), ":", ::core::line!()),
                methods: &[
                    ::chassis::contract::MethodInfo {
                        name: "stock",
                        verb: ::chassis::__private::Method::GET,
                        path: "/v1/items/{sku}",
                        doc: "Stock of one item.",
                        source: ::core::concat!(::core::file!(), ":", ::core::line!()),
                        timeout: ::core::option::Option::Some(
                            ::core::time::Duration::from_millis(250u64),
                        ),
                        max_body: ::core::option::Option::None,
                        idempotent: false,
                        cache: ::core::option::Option::Some(::chassis::contract::CacheInfo {
                            fresh: ::core::time::Duration::from_millis(30000u64),
                            public: true,
                        }),
                        deprecated: false,
                        since: ::core::option::Option::Some("1.2"),
                        cancel: ::chassis::contract::Cancel::Always,
                        params: &[
                            ::chassis::contract::ParamInfo {
                                name: "sku",
                                place: ::chassis::contract::ParamPlace::Path,
                                required: true,
                                schema: ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                    Sku,
                                >,
                            },
                        ],
                        success: 200u16,
                        answer: ::core::option::Option::Some(
                            ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                Stock,
                            >,
                        ),
                        bytes: false,
                        stream: ::core::option::Option::None,
                        problems: <InventoryError as ::chassis::Problem>::variants,
                    },
                    ::chassis::contract::MethodInfo {
                        name: "set",
                        verb: ::chassis::__private::Method::PUT,
                        path: "/v1/items/{sku}/count",
                        doc: "",
                        source: ::core::concat!(::core::file!(), ":", ::core::line!()),
                        timeout: ::core::option::Option::None,
                        max_body: ::core::option::Option::Some(1024usize),
                        idempotent: false,
                        cache: ::core::option::Option::None,
                        deprecated: true,
                        since: ::core::option::Option::None,
                        cancel: ::chassis::contract::Cancel::Never,
                        params: &[
                            ::chassis::contract::ParamInfo {
                                name: "sku",
                                place: ::chassis::contract::ParamPlace::Path,
                                required: true,
                                schema: ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                    Sku,
                                >,
                            },
                            ::chassis::contract::ParamInfo {
                                name: "if-match",
                                place: ::chassis::contract::ParamPlace::Header,
                                required: false,
                                schema: ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                    u64,
                                >,
                            },
                            ::chassis::contract::ParamInfo {
                                name: "count",
                                place: ::chassis::contract::ParamPlace::Body,
                                required: true,
                                schema: ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                    u32,
                                >,
                            },
                        ],
                        success: 204u16,
                        answer: ::core::option::Option::None,
                        bytes: false,
                        stream: ::core::option::Option::None,
                        problems: <InventoryError as ::chassis::Problem>::variants,
                    },
                    ::chassis::contract::MethodInfo {
                        name: "reserve",
                        verb: ::chassis::__private::Method::POST,
                        path: "/v1/reservations",
                        doc: "Takes some of an item for an order.",
                        source: ::core::concat!(::core::file!(), ":", ::core::line!()),
                        timeout: ::core::option::Option::None,
                        max_body: ::core::option::Option::None,
                        idempotent: true,
                        cache: ::core::option::Option::None,
                        deprecated: false,
                        since: ::core::option::Option::None,
                        cancel: ::chassis::contract::Cancel::Never,
                        params: &[
                            ::chassis::contract::ParamInfo {
                                name: "request",
                                place: ::chassis::contract::ParamPlace::Body,
                                required: true,
                                schema: ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                    ReservationRequest,
                                >,
                            },
                        ],
                        success: 200u16,
                        answer: ::core::option::Option::Some(
                            ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                Reservation,
                            >,
                        ),
                        bytes: false,
                        stream: ::core::option::Option::None,
                        problems: <InventoryError as ::chassis::Problem>::variants,
                    },
                    ::chassis::contract::MethodInfo {
                        name: "watch",
                        verb: ::chassis::__private::Method::GET,
                        path: "/v1/items/{sku}/changes",
                        doc: "Changes of one item's stock.",
                        source: ::core::concat!(::core::file!(), ":", ::core::line!()),
                        timeout: ::core::option::Option::None,
                        max_body: ::core::option::Option::None,
                        idempotent: false,
                        cache: ::core::option::Option::None,
                        deprecated: false,
                        since: ::core::option::Option::None,
                        cancel: ::chassis::contract::Cancel::Always,
                        params: &[
                            ::chassis::contract::ParamInfo {
                                name: "sku",
                                place: ::chassis::contract::ParamPlace::Path,
                                required: true,
                                schema: ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                    Sku,
                                >,
                            },
                        ],
                        success: 200u16,
                        answer: ::core::option::Option::None,
                        bytes: false,
                        stream: ::core::option::Option::Some(::chassis::contract::StreamInfo {
                            item: ::chassis::__private::schemars::SchemaGenerator::subschema_for::<
                                Stock,
                            >,
                            item_timeout: ::core::option::Option::Some(
                                ::core::time::Duration::from_millis(5000u64),
                            ),
                            problems: <InventoryError as ::chassis::Problem>::variants,
                        }),
                        problems: <InventoryError as ::chassis::Problem>::variants,
                    },
                ],
            };
            &INFO
        }
        fn call(
            service: &::std::sync::Arc<Self>,
            method: usize,
            request: &::chassis::contract::Request<'_>,
        ) -> ::chassis::contract::Answer {
            let service = ::std::sync::Arc::clone(service);
            <Self as __InventoryDyn>::__call(service, method, request)
                .unwrap_or_else(::core::convert::From::from)
        }
        fn connect(link: ::chassis::contract::Link<Self>) -> ::std::sync::Arc<Self> {
            ::std::sync::Arc::new(__Client(link))
        }
    }
    #[automatically_derived]
    impl<__T: Inventory> ::chassis::contract::Serves<__T> for dyn Inventory {
        fn serve(value: __T) -> ::std::sync::Arc<Self> {
            ::std::sync::Arc::new(value)
        }
    }
};

/// Where stock is kept.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement the port `StockStore`",
    note = "`&dyn StockStore` cannot call the methods of `StockStore`: take `&Arc<dyn StockStore>` or `&impl StockStore`"
)]
pub trait StockStore: __StockStoreDyn + ::core::marker::Send + ::core::marker::Sync + 'static {
    fn load(
        &self,
        sku: &Sku,
    ) -> impl ::core::future::Future<
        Output = Result<Option<Stock>, StoreError>,
    > + ::core::marker::Send
    where
        Self: ::core::marker::Sized;
    fn rename<'n>(
        &self,
        old: &'n Sku,
        new: Cow<'_, str>,
    ) -> impl ::core::future::Future<
        Output = Result<(), StoreError>,
    > + ::core::marker::Send
    where
        Self: ::core::marker::Sized;
    fn changes(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Streaming<Stock, StoreError>, StoreError>,
    > + ::core::marker::Send
    where
        Self: ::core::marker::Sized;
}
#[doc(hidden)]
pub trait __StockStoreDyn: ::core::marker::Send + ::core::marker::Sync + 'static {
    fn __load<'__a>(
        &'__a self,
        sku: &'__a Sku,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<Option<Stock>, StoreError>>;
    fn __rename<'__a, 'n: '__a>(
        &'__a self,
        old: &'n Sku,
        new: Cow<'__a, str>,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<(), StoreError>>;
    fn __changes<'__a>(
        &'__a self,
    ) -> ::chassis::__private::BoxFuture<
        '__a,
        Result<Streaming<Stock, StoreError>, StoreError>,
    >;
}
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl<__T: StockStore> __StockStoreDyn for __T {
    fn __load<'__a>(
        &'__a self,
        sku: &'__a Sku,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<Option<Stock>, StoreError>> {
        ::std::boxed::Box::pin(<Self as StockStore>::load(self, sku))
    }
    fn __rename<'__a, 'n: '__a>(
        &'__a self,
        old: &'n Sku,
        new: Cow<'__a, str>,
    ) -> ::chassis::__private::BoxFuture<'__a, Result<(), StoreError>> {
        ::std::boxed::Box::pin(<Self as StockStore>::rename(self, old, new))
    }
    fn __changes<'__a>(
        &'__a self,
    ) -> ::chassis::__private::BoxFuture<
        '__a,
        Result<Streaming<Stock, StoreError>, StoreError>,
    > {
        ::std::boxed::Box::pin(<Self as StockStore>::changes(self))
    }
}
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl StockStore for ::std::sync::Arc<dyn StockStore> {
    async fn load(&self, sku: &Sku) -> Result<Option<Stock>, StoreError> {
        (**self).__load(sku).await
    }
    async fn rename<'n>(
        &self,
        old: &'n Sku,
        new: Cow<'_, str>,
    ) -> Result<(), StoreError> {
        (**self).__rename(old, new).await
    }
    async fn changes(&self) -> Result<Streaming<Stock, StoreError>, StoreError> {
        (**self).__changes().await
    }
}
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl<__T: StockStore> StockStore for ::std::sync::Arc<__T> {
    async fn load(&self, sku: &Sku) -> Result<Option<Stock>, StoreError> {
        <__T as StockStore>::load(self, sku).await
    }
    async fn rename<'n>(
        &self,
        old: &'n Sku,
        new: Cow<'_, str>,
    ) -> Result<(), StoreError> {
        <__T as StockStore>::rename(self, old, new).await
    }
    async fn changes(&self) -> Result<Streaming<Stock, StoreError>, StoreError> {
        <__T as StockStore>::changes(self).await
    }
}
///A fake of [`StockStore`] for tests: say what each method answers with `on_…`. A method of which nothing was said panics. Clones share their counts.
#[allow(dead_code)]
#[derive(::core::clone::Clone, ::core::default::Default)]
pub struct StockStoreFake {
    on_load: ::core::option::Option<
        ::std::sync::Arc<
            dyn ::core::ops::Fn(
                &Sku,
            ) -> Result<
                    Option<Stock>,
                    StoreError,
                > + ::core::marker::Send + ::core::marker::Sync,
        >,
    >,
    on_rename: ::core::option::Option<
        ::std::sync::Arc<
            dyn for<'n> ::core::ops::Fn(
                &'n Sku,
                Cow<'_, str>,
            ) -> Result<(), StoreError> + ::core::marker::Send + ::core::marker::Sync,
        >,
    >,
    on_changes: ::core::option::Option<
        ::std::sync::Arc<
            dyn ::core::ops::Fn(
            ) -> Result<
                    Streaming<Stock, StoreError>,
                    StoreError,
                > + ::core::marker::Send + ::core::marker::Sync,
        >,
    >,
    load_calls: ::std::sync::Arc<::core::sync::atomic::AtomicUsize>,
    rename_calls: ::std::sync::Arc<::core::sync::atomic::AtomicUsize>,
    changes_calls: ::std::sync::Arc<::core::sync::atomic::AtomicUsize>,
}
#[allow(dead_code, clippy::all, clippy::pedantic)]
impl StockStoreFake {
    /// A fake of which nothing is said yet.
    #[must_use]
    pub fn new() -> Self {
        ::core::default::Default::default()
    }
    ///Says what `load` answers.
    #[must_use]
    pub fn on_load(
        mut self,
        answer: impl ::core::ops::Fn(
            &Sku,
        ) -> Result<
                Option<Stock>,
                StoreError,
            > + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> Self {
        self.on_load = ::core::option::Option::Some(::std::sync::Arc::new(answer));
        self
    }
    ///How often `load` was called.
    pub fn load_calls(&self) -> usize {
        self.load_calls.load(::core::sync::atomic::Ordering::SeqCst)
    }
    ///Says what `rename` answers.
    #[must_use]
    pub fn on_rename(
        mut self,
        answer: impl for<'n> ::core::ops::Fn(
            &'n Sku,
            Cow<'_, str>,
        ) -> Result<
                (),
                StoreError,
            > + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> Self {
        self.on_rename = ::core::option::Option::Some(::std::sync::Arc::new(answer));
        self
    }
    ///How often `rename` was called.
    pub fn rename_calls(&self) -> usize {
        self.rename_calls.load(::core::sync::atomic::Ordering::SeqCst)
    }
    ///Says what `changes` answers.
    #[must_use]
    pub fn on_changes(
        mut self,
        answer: impl ::core::ops::Fn(
        ) -> Result<
                Streaming<Stock, StoreError>,
                StoreError,
            > + ::core::marker::Send + ::core::marker::Sync + 'static,
    ) -> Self {
        self.on_changes = ::core::option::Option::Some(::std::sync::Arc::new(answer));
        self
    }
    ///How often `changes` was called.
    pub fn changes_calls(&self) -> usize {
        self.changes_calls.load(::core::sync::atomic::Ordering::SeqCst)
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for StockStoreFake {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct(::core::stringify!(StockStoreFake)).finish_non_exhaustive()
    }
}
#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl StockStore for StockStoreFake {
    async fn load(&self, sku: &Sku) -> Result<Option<Stock>, StoreError> {
        self.load_calls.fetch_add(1, ::core::sync::atomic::Ordering::SeqCst);
        match &self.on_load {
            ::core::option::Option::Some(__answer) => __answer(sku),
            ::core::option::Option::None => {
                ::core::panic!(
                    "{}",
                    "StockStoreFake: `load` was called, but nothing says what it answers; add `.on_load(|sku| …)`"
                )
            }
        }
    }
    async fn rename<'n>(
        &self,
        old: &'n Sku,
        new: Cow<'_, str>,
    ) -> Result<(), StoreError> {
        self.rename_calls.fetch_add(1, ::core::sync::atomic::Ordering::SeqCst);
        match &self.on_rename {
            ::core::option::Option::Some(__answer) => __answer(old, new),
            ::core::option::Option::None => {
                ::core::panic!(
                    "{}",
                    "StockStoreFake: `rename` was called, but nothing says what it answers; add `.on_rename(|old, new| …)`"
                )
            }
        }
    }
    async fn changes(&self) -> Result<Streaming<Stock, StoreError>, StoreError> {
        self.changes_calls.fetch_add(1, ::core::sync::atomic::Ordering::SeqCst);
        match &self.on_changes {
            ::core::option::Option::Some(__answer) => __answer(),
            ::core::option::Option::None => {
                ::core::panic!(
                    "{}",
                    "StockStoreFake: `changes` was called, but nothing says what it answers; add `.on_changes(|| …)`"
                )
            }
        }
    }
}
const _: () = {
    struct __Crossed<__T> {
        adapter: __T,
        crossing: ::chassis::port::Crossing,
    }
    #[automatically_derived]
    #[allow(deprecated, clippy::all, clippy::pedantic)]
    impl<__T: StockStore> StockStore for __Crossed<__T> {
        async fn load(&self, sku: &Sku) -> Result<Option<Stock>, StoreError> {
            self.crossing
                .repeated(
                    0usize,
                    |__error: &StoreError| {
                        #[allow(unused_imports)]
                        use ::chassis::__private::{
                            ByFault as _, ByNothing as _, ByProblem as _,
                        };
                        (&&::chassis::__private::Judged(__error)).meaning()
                    },
                    || <__T as StockStore>::load(&self.adapter, sku),
                )
                .await
        }
        async fn rename<'n>(
            &self,
            old: &'n Sku,
            new: Cow<'_, str>,
        ) -> Result<(), StoreError> {
            self.crossing
                .judged(
                    1usize,
                    |__error: &StoreError| {
                        #[allow(unused_imports)]
                        use ::chassis::__private::{
                            ByFault as _, ByNothing as _, ByProblem as _,
                        };
                        (&&::chassis::__private::Judged(__error)).meaning()
                    },
                    <__T as StockStore>::rename(&self.adapter, old, new),
                )
                .await
        }
        async fn changes(&self) -> Result<Streaming<Stock, StoreError>, StoreError> {
            self.crossing
                .streamed(
                    2usize,
                    |__error: &StoreError| {
                        #[allow(unused_imports)]
                        use ::chassis::__private::{
                            ByFault as _, ByNothing as _, ByProblem as _,
                        };
                        (&&::chassis::__private::Judged(__error)).meaning()
                    },
                    <__T as StockStore>::changes(&self.adapter),
                )
                .await
        }
    }
    #[automatically_derived]
    impl ::chassis::port::Port for dyn StockStore {
        fn info() -> &'static ::chassis::port::PortInfo {
            static INFO: ::chassis::port::PortInfo = ::chassis::port::PortInfo {
                name: "stock-store",
                doc: "Where stock is kept.",
                methods: &[
                    ::chassis::port::PortMethod {
                        name: "load",
                        doc: "",
                        idempotent: true,
                    },
                    ::chassis::port::PortMethod {
                        name: "rename",
                        doc: "",
                        idempotent: false,
                    },
                    ::chassis::port::PortMethod {
                        name: "changes",
                        doc: "",
                        idempotent: false,
                    },
                ],
            };
            &INFO
        }
    }
    #[automatically_derived]
    impl<__T: StockStore> ::chassis::port::Adapts<__T> for dyn StockStore {
        fn adapt(
            adapter: __T,
            crossing: ::chassis::port::Crossing,
        ) -> ::std::sync::Arc<Self> {
            ::std::sync::Arc::new(__Crossed { adapter, crossing })
        }
    }
};

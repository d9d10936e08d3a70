#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic)]
impl ::chassis::Problem for InventoryError {
    fn to_problem(&self, contract: &str) -> ::chassis::ProblemDetails {
        match self {
            Self::UnknownItem { sku: __sku, .. } => {
                let mut __problem = ::chassis::ProblemDetails::new(
                    ::chassis::__private::type_uri(contract, "unknown-item"),
                    404u16,
                );
                __problem.title = ::std::borrow::Cow::Borrowed("Unknown item");
                let __detail = ::std::string::ToString::to_string(self);
                __problem.detail = ::core::option::Option::Some(__detail);
                ::chassis::__private::put(&mut __problem, "sku", __sku);
                __problem
            }
            Self::Closed { .. } => {
                let mut __problem = ::chassis::ProblemDetails::new(
                    "https://example.com/closed",
                    503u16,
                );
                __problem.title = ::std::borrow::Cow::Borrowed("We are closed");
                let __detail = ::std::string::ToString::to_string(self);
                __problem.detail = ::core::option::Option::Some(__detail);
                __problem
            }
            Self::Unreadable { line: __line, .. } => {
                let mut __problem = ::chassis::ProblemDetails::new(
                    ::chassis::__private::type_uri(contract, "unreadable"),
                    422u16,
                );
                __problem.title = ::std::borrow::Cow::Borrowed("Unreadable");
                ::chassis::__private::put(&mut __problem, "line", __line);
                __problem
            }
            Self::Call(__call) => ::chassis::CallError::to_problem(__call),
        }
    }
    fn from_problem(
        problem: ::std::boxed::Box<::chassis::ProblemDetails>,
        contract: &str,
    ) -> ::core::result::Result<Self, ::std::boxed::Box<::chassis::ProblemDetails>> {
        if problem.type_uri == ::chassis::__private::type_uri(contract, "unknown-item") {
            if let (::core::option::Option::Some(__sku),) = (
                ::chassis::__private::take::<Sku>(&problem, "sku"),
            ) {
                return ::core::result::Result::Ok(Self::UnknownItem { sku: __sku });
            }
        }
        if problem.type_uri == "https://example.com/closed" {
            return ::core::result::Result::Ok(Self::Closed {});
        }
        ::core::result::Result::Err(problem)
    }
    fn kind(&self) -> &'static str {
        match self {
            Self::UnknownItem { .. } => "unknown-item",
            Self::Closed { .. } => "closed",
            Self::Unreadable { .. } => "unreadable",
            Self::Call(__call) => ::chassis::CallError::kind(__call),
        }
    }
    fn variants() -> &'static [::chassis::problem::ProblemInfo] {
        &[
            ::chassis::problem::ProblemInfo {
                name: "unknown-item",
                type_uri: ::core::option::Option::None,
                status: 404u16,
                doc: "Nobody knows it.",
            },
            ::chassis::problem::ProblemInfo {
                name: "closed",
                type_uri: ::core::option::Option::Some("https://example.com/closed"),
                status: 503u16,
                doc: "",
            },
            ::chassis::problem::ProblemInfo {
                name: "unreadable",
                type_uri: ::core::option::Option::None,
                status: 422u16,
                doc: "",
            },
        ]
    }
}

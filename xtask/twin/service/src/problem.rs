//! Errors as `application/problem+json`.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use twin_contract::ItemError;

/// What a caller is answered.
pub(crate) enum Problem {
    Item(ItemError),
    Invalid(garde::Report),
}

impl From<ItemError> for Problem {
    fn from(error: ItemError) -> Self {
        Self::Item(error)
    }
}

impl From<garde::Report> for Problem {
    fn from(report: garde::Report) -> Self {
        Self::Invalid(report)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, name, detail) = match &self {
            Self::Item(ItemError::UnknownItem { .. }) => {
                (StatusCode::NOT_FOUND, "unknown-item", self.detail())
            }
            Self::Item(ItemError::IdTaken { .. }) => {
                (StatusCode::CONFLICT, "id-taken", self.detail())
            }
            Self::Item(_) => (StatusCode::BAD_GATEWAY, "failed", String::new()),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", self.detail()),
        };
        let body = json!({
            "type": format!("urn:problem:twin:{name}"),
            "status": status.as_u16(),
            "detail": detail,
        });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, Json(body)).into_response()
    }
}

impl Problem {
    fn detail(&self) -> String {
        match self {
            Self::Item(error) => error.to_string(),
            Self::Invalid(report) => report.to_string(),
        }
    }
}

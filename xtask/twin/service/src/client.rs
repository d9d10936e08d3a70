//! What another service calls this one by.

use reqwest::{Response, StatusCode};
use twin_contract::{Item, ItemError, ItemId, NewItem};

/// The service, elsewhere.
pub struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    /// The service at this URL.
    pub fn new(url: &str) -> Self {
        let (http, url) = (reqwest::Client::new(), url.to_owned());
        Self { http, url }
    }

    /// One item.
    ///
    /// # Errors
    ///
    /// There is none of this id, or the call failed.
    pub async fn item(&self, id: &ItemId) -> Result<Item, ItemError> {
        let call = self.http.get(format!("{}/v1/items/{}", self.url, id.0));
        read(call.send().await.map_err(failed)?, id).await
    }

    /// Writes an item down.
    ///
    /// # Errors
    ///
    /// The id is taken by another item, or the call failed.
    pub async fn keep(&self, id: &ItemId, item: &NewItem) -> Result<Item, ItemError> {
        let call = self.http.put(format!("{}/v1/items/{}", self.url, id.0));
        read(call.json(item).send().await.map_err(failed)?, id).await
    }
}

async fn read(answer: Response, id: &ItemId) -> Result<Item, ItemError> {
    let id = id.clone();
    match answer.status() {
        StatusCode::NOT_FOUND => Err(ItemError::UnknownItem { id }),
        StatusCode::CONFLICT => Err(ItemError::IdTaken { id }),
        _ => answer
            .error_for_status()
            .map_err(failed)?
            .json()
            .await
            .map_err(failed),
    }
}

fn failed(error: reqwest::Error) -> ItemError {
    ItemError::Failed(error.into())
}

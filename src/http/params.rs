//! The parameters of a GraphQL request, from a JSON body or a query string, each of its right type.

use std::collections::HashMap;

use async_graphql::{Request, Value, Variables};
use axum::extract::Query;
use http::Uri;
use serde::Deserialize;

/// A request or, where allowed, several.
pub enum Body {
    /// One operation.
    One(Box<Request>),
    /// A list of operations.
    Batch(Vec<Request>),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Variables>,
    extensions: Option<HashMap<String, Value>>,
}

impl Params {
    fn into_request(self) -> Result<Request, String> {
        let extensions = self.extensions.unwrap_or_default();
        let query = match self.query {
            Some(query) => query,
            None if extensions.contains_key("persistedQuery") => String::new(),
            None => return Err("the parameter `query` is missing".to_owned()),
        };
        let mut request = Request::new(query).variables(self.variables.unwrap_or_default());
        request.operation_name = self.operation_name;
        *request.extensions = extensions;
        Ok(request)
    }
}

/// Parses a JSON body; the error is a sentence for the client.
pub fn from_json(body: &[u8]) -> Result<Body, String> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        let all: Vec<Params> = serde_json::from_slice(body).map_err(|error| explain(body, &error))?;
        return all.into_iter().map(Params::into_request).collect::<Result<_, _>>().map(Body::Batch);
    }
    let params: Params = serde_json::from_slice(body).map_err(|error| explain(body, &error))?;
    params.into_request().map(|request| Body::One(Box::new(request)))
}

/// Parses the parameters of a GET request.
pub fn from_query_string(uri: &Uri) -> Result<Request, String> {
    let mut params = Params::default();
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|error| error.body_text())?;
    for (name, value) in pairs {
        match name.as_str() {
            "query" => params.query = Some(value),
            "operationName" => params.operation_name = Some(value).filter(|name| !name.is_empty()),
            "variables" => params.variables = object(&name, &value)?,
            "extensions" => params.extensions = object(&name, &value)?,
            _ => {}
        }
    }
    params.into_request()
}

/// A parameter that holds a JSON object; an empty one counts as absent.
fn object<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<Option<T>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map_err(|_| format!("`{name}` must be a JSON object"))
}

/// Says which parameter is of the wrong type. Only for bodies that were refused, so the second parse costs nobody.
fn explain(body: &[u8], error: &serde_json::Error) -> String {
    let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(body) else {
        return format!("the body must be a JSON object in UTF-8: {error}");
    };
    let wrong = |name: &str, fits: fn(&serde_json::Value) -> bool| {
        object.get(name).is_some_and(|value| !value.is_null() && !fits(value))
    };
    match () {
        () if wrong("query", serde_json::Value::is_string) => "`query` must be a string".to_owned(),
        () if wrong("operationName", serde_json::Value::is_string) => "`operationName` must be a string".to_owned(),
        () if wrong("variables", serde_json::Value::is_object) => "`variables` must be an object".to_owned(),
        () if wrong("extensions", serde_json::Value::is_object) => "`extensions` must be an object".to_owned(),
        () => format!("malformed request: {error}"),
    }
}

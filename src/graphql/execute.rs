//! One operation, from request to answer: document, limits, execution, masking, the log line.

use std::{any::Any, collections::HashSet, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use async_graphql::{
    Request, Response, Schema, ServerError, ValidationMode, Value,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use futures_util::{FutureExt, Stream, StreamExt};

use super::{
    arrange::{arrange, selected},
    charge::{Charge, Refusal},
    documents::{Document, DocumentError, Documents},
    limits,
    live::{self, Live, Validated},
    nulls,
    rewrite::{Rewritten, rewrite},
    rules,
    scan::Unparsed,
    schema::{Mutation, Query, Subscription, builder},
    types,
    variables::{Given, check_required, fill_in, given},
};
use crate::{
    app::App,
    kernel::{
        access::{Actor, Principal},
        error::{Error, Incident},
        loader::Loaders,
        telemetry::OperationMeter,
    },
};

/// Errors answered at most: nobody reads more, and a document can be wrong in thousands of places.
const MOST_ERRORS: usize = 50;

pub(super) type AppSchema = Schema<Query, Mutation, Subscription>;

/// The GraphQL engine of one server.
#[derive(Clone)]
pub struct GraphQl {
    app: App,
    /// For queries and mutations. No extension: with one, every field would pay for its hook.
    schema: AppSchema,
    /// The same for documents that were found valid before: they are not validated again. It says that it belongs to a
    /// federation, which nobody sees, because else the library looks through all types for each root field of a query.
    known: AppSchema,
    /// For subscriptions, for validation alone, and for valid documents that ask for the schema.
    live: AppSchema,
    documents: Arc<Documents>,
}

/// An operation's answer and what it cost.
pub struct Outcome {
    /// The answer.
    pub response: Response,
    /// SQL statements sent.
    pub statements: u64,
    /// Time spent waiting for them, in microseconds.
    pub sql_micros: u64,
}

/// What was found out about an operation before it runs.
struct Prepared {
    document: Arc<Document>,
    /// What is executed in the operation's place.
    rewritten: Option<Rewritten>,
    given: Given,
    /// Which of the document's operations, where it has several.
    operation: Option<String>,
    kind: OperationType,
    name: String,
    cost: u64,
    charge: Charge,
}

impl Prepared {
    fn arrange(&self, response: &mut Response) {
        let executed = match &self.rewritten {
            Some(rewritten) => {
                rewritten.forget(&mut response.data);
                Some(&rewritten.operation)
            }
            None => operation(&self.document, self.operation.as_deref()).map(|(_, operation)| operation),
        };
        if let Some(executed) = executed {
            // Written anew, an operation has no fragments to look up.
            let (set, fragments) = (&executed.selection_set.node, &self.document.fragments);
            nulls::put(&mut response.data, &response.errors, self.kind, set, fragments);
            arrange(&mut response.data, Some(types::root(self.kind)), set, fragments);
        }
    }
}

impl GraphQl {
    /// Builds both schemas over the application.
    pub fn build(app: App) -> anyhow::Result<Self> {
        let documents = Arc::new(Documents::new(app.config.graphql.trusted_documents.as_deref())?);
        let schema = finish(&app, builder());
        let known = finish(&app, builder().validation_mode(ValidationMode::Fast).enable_federation());
        let live = finish(&app, builder().extension(Live));
        Ok(Self { app, schema, known, live, documents })
    }

    /// Whether the request's operation is a query, a mutation or a subscription; `None` when it cannot be told.
    pub fn operation_type(&self, request: &mut Request) -> Option<OperationType> {
        let document = self.documents.prepare(request).ok()?;
        operation(&document, request.operation_name.as_deref()).map(|(_, operation)| operation.ty)
    }

    /// Executes a query or mutation.
    pub async fn execute(&self, request: Request, actor: Arc<Actor>) -> Outcome {
        let started = Instant::now();
        let meter = Arc::new(OperationMeter::default());
        let (prepared, response) = match self.prepare(request, &actor).await {
            Ok((prepared, _)) if prepared.kind == OperationType::Subscription => {
                let message = "subscriptions are served over WebSocket at /graphql/ws".to_owned();
                (Some(prepared), Response::from_errors(vec![top_level(&Error::BadInput(message))]))
            }
            Ok((prepared, request)) => {
                let mut response = self.run(&prepared, request, &actor, &meter).await;
                prepared.arrange(&mut response);
                if prepared.given == Given::All && response.is_ok() {
                    prepared.document.mark_valid();
                }
                let charge = prepared.charge;
                (Some(prepared), charge.shown_in(response))
            }
            Err(Refusal { errors, charge }) => (None, charge.shown_in(Response::from_errors(errors))),
        };
        let response = masked(response, &actor);
        report(prepared.as_ref(), &actor, &meter, started, &response);
        Outcome { response, statements: meter.statements(), sql_micros: meter.sql_micros() }
    }

    /// Executes any operation as a stream of answers: one for a query or mutation, many for a subscription.
    pub fn execute_stream(&self, request: Request, actor: Arc<Actor>) -> impl Stream<Item = Response> + Send + 'static {
        let engine = self.clone();
        futures_util::stream::once(async move {
            let mut request = request;
            if engine.operation_type(&mut request) == Some(OperationType::Subscription) {
                engine.subscribe(request, actor).await
            } else {
                futures_util::stream::once(async move { engine.execute(request, actor).await.response }).boxed()
            }
        })
        .flatten()
    }

    async fn subscribe(
        self,
        request: Request,
        actor: Arc<Actor>,
    ) -> futures_util::stream::BoxStream<'static, Response> {
        match self.prepare(request, &actor).await {
            Ok((prepared, request)) => {
                tracing::info!(operation.name = prepared.name, actor = %label(&actor), "subscribed");
                let mut request = request.data(self.app.clone()).data(Arc::clone(&actor));
                if prepared.rewritten.is_some() {
                    request = request.data(Validated);
                }
                let stream = AssertUnwindSafe(self.live.execute_stream(request)).catch_unwind();
                let stream = stream.map(|answer| answer.unwrap_or_else(|panic| after_panic(&*panic)));
                let answers = stream.map(move |mut response| {
                    prepared.arrange(&mut response);
                    masked(response, &actor)
                });
                answers.boxed()
            }
            Err(Refusal { errors, charge }) => {
                let response = masked(charge.shown_in(Response::from_errors(errors)), &actor);
                futures_util::stream::once(async move { response }).boxed()
            }
        }
    }

    async fn prepare(&self, mut request: Request, actor: &Actor) -> Result<(Prepared, Request), Refusal> {
        let document = self.documents.prepare(&mut request).map_err(document_error)?;
        let Some((name, operation)) = operation(&document, request.operation_name.as_deref()) else {
            return Err(no_operation(request.operation_name.as_deref()).into());
        };
        check_required(operation, &request.variables)?;
        fill_in(operation, &mut request.variables);
        check_once(&document, operation)?;
        let cost = limits::check(&self.app.config, &document, operation, &request.variables)
            .map_err(|error| top_level(&error))?;
        let charge = Charge::take(&self.app, actor, cost).await?;
        if !document.is_known_valid()
            && let Some(error) = rules::check(&document).into_iter().next()
        {
            return Err(Refusal { errors: vec![error], charge });
        }
        let (kind, name) = (operation.ty, name.unwrap_or("anonymous").to_owned());
        let given = given(&document, operation, &request.variables);
        let rewritten = if document.is_rewritten {
            // The library would validate what is left, so it looks at the whole beforehand.
            if given == Given::Unclear || !document.is_known_valid() {
                let name = request.operation_name.as_deref();
                let errors = live::validate(&self.live, &document, name, &request.variables).await;
                if !errors.is_empty() {
                    return Err(Refusal { errors, charge });
                }
            }
            match rewrite(operation, &document.fragments, &request.variables) {
                Ok(rewritten) => Some(rewritten),
                Err(error) => return Err(Refusal { errors: vec![top_level(&error)], charge }),
            }
        } else {
            None
        };
        let operation = request.operation_name.clone();
        match &rewritten {
            Some(rewritten) => {
                request.operation_name = None;
                request.set_parsed_query(rewritten.document());
            }
            None => request.set_parsed_query(ExecutableDocument::clone(&document)),
        }
        let prepared = Prepared { document, rewritten, given, operation, kind, name, cost, charge };
        Ok((prepared, request))
    }

    async fn run(
        &self,
        prepared: &Prepared,
        request: Request,
        actor: &Arc<Actor>,
        meter: &Arc<OperationMeter>,
    ) -> Response {
        let known = || prepared.given != Given::Unclear && prepared.document.is_known_valid();
        let valid = prepared.rewritten.is_some() || known();
        let (schema, request) = match valid {
            false => (self.schema.clone(), request),
            true if prepared.document.introspects => (self.live.clone(), request.data(Validated)),
            true => (self.known.clone(), request),
        };
        let (app, actor) = (self.app.clone(), Arc::clone(actor));
        let is_mutation = prepared.kind == OperationType::Mutation;
        let work = Arc::clone(meter).measure(async move {
            let loaders = Loaders::new(app.db.clone(), Arc::clone(&actor), !is_mutation);
            schema.execute(request.data(app).data(actor).data(loaders)).await
        });
        if !is_mutation {
            return AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| after_panic(&*panic));
        }
        // A client that hangs up must not leave a half-done mutation.
        match self.app.spawn(work).await {
            Ok(response) => response,
            Err(error) => Response::from_errors(vec![top_level(&Error::internal(error))]),
        }
    }
}

fn after_panic(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown");
    Response::from_errors(vec![top_level(&Error::internal(anyhow::anyhow!("a resolver panicked: {text}")))])
}

fn finish(app: &App, builder: async_graphql::SchemaBuilder<Query, Mutation, Subscription>) -> AppSchema {
    let limits = &app.config.graphql;
    let builder = builder.limit_recursive_depth(limits::FRAGMENT_DEPTH + limits.max_depth);
    if app.config.graphiql() {
        builder.finish()
    } else {
        builder.disable_introspection().disable_suggestions().finish()
    }
}

/// The operation that a request means, with its name.
fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<(Option<&'a str>, &'a OperationDefinition)> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some((None, &operation.node)),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            all.iter().next().map(|(name, operation)| (Some(name.as_str()), &operation.node))
        }
        (DocumentOperations::Multiple(_), None) => None,
        (DocumentOperations::Multiple(all), Some(wanted)) => all
            .iter()
            .find(|(name, _)| name.as_str() == wanted)
            .map(|(name, operation)| (Some(name.as_str()), &operation.node)),
    }
}

/// A mutation that is selected twice would run twice, though its two answers are one; and a subscription has one root
/// field (GraphQL specification, "Single Root Field").
fn check_once(document: &ExecutableDocument, operation: &OperationDefinition) -> Result<(), ServerError> {
    if operation.ty == OperationType::Query {
        return Ok(());
    }
    let selected = selected(&operation.selection_set.node, &document.fragments);
    let mut keys = HashSet::new();
    if operation.ty == OperationType::Subscription {
        keys.extend(selected.fields.iter().map(|field| &field.response_key().node));
        if keys.len() == 1 {
            return Ok(());
        }
        let error = ServerError::new("a subscription selects one root field", Some(operation.selection_set.pos));
        return Err(with_code(error, "GRAPHQL_VALIDATION_FAILED"));
    }
    if !selected.repeated && selected.fields.iter().all(|field| keys.insert(&field.response_key().node)) {
        return Ok(());
    }
    let message = "a mutation is selected twice: select it once, or give it an alias to run it twice";
    Err(with_code(ServerError::new(message, Some(operation.selection_set.pos)), "GRAPHQL_VALIDATION_FAILED"))
}

fn no_operation(name: Option<&str>) -> ServerError {
    let message = match name {
        Some(name) => format!("the document has no operation {name:?}"),
        None => "name one of the document's operations in `operationName`".to_owned(),
    };
    with_code(ServerError::new(message, None), "OPERATION_RESOLUTION_FAILURE")
}

fn document_error(error: DocumentError) -> ServerError {
    match error {
        DocumentError::Syntax(error) => with_code(error, "GRAPHQL_PARSE_FAILED"),
        DocumentError::Unparsed(Unparsed::TooComplex(message)) => top_level(&Error::TooComplex(message)),
        DocumentError::Unparsed(Unparsed::RepeatedField(name)) => {
            let message = format!("There can be only one input field named \"{name}\".");
            with_code(ServerError::new(message, None), "GRAPHQL_VALIDATION_FAILED")
        }
        // Apollo's and urql's clients look for exactly this message and code.
        DocumentError::PersistedQueryNotFound => {
            with_code(ServerError::new("PersistedQueryNotFound", None), "PERSISTED_QUERY_NOT_FOUND")
        }
        DocumentError::HashMismatch => {
            with_code(ServerError::new("the query does not have the given sha256Hash", None), "BAD_USER_INPUT")
        }
        DocumentError::NotTrusted => {
            with_code(ServerError::new("this server executes only registered operations", None), "NOT_TRUSTED")
        }
    }
}

fn with_code(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

pub(super) fn top_level(error: &Error) -> ServerError {
    let mut out = with_code(ServerError::new(error.to_string(), None), error.code());
    out.source = Some(Arc::new(error.clone()));
    out
}

/// Gives every error its code, and hides causes that are none of the client's business.
fn masked(mut response: Response, actor: &Actor) -> Response {
    response.errors.truncate(MOST_ERRORS);
    for error in &mut response.errors {
        let ours = error.source::<Error>().cloned();
        match ours {
            Some(Error::Internal(cause)) => mask(error, &format!("{cause:#}"), actor),
            Some(ours) => {
                if let Error::RateLimited { retry_after_seconds } = ours {
                    error.extensions.get_or_insert_default().set("retryAfterSeconds", retry_after_seconds);
                }
                error.extensions.get_or_insert_default().set("code", ours.code());
            }
            None if error.source.is_some() => {
                let cause = error.message.clone();
                mask(error, &cause, actor);
            }
            None => {
                let coded = error.extensions.as_ref().is_some_and(|e| e.get("code").is_some());
                let code = if error.path.is_empty() { "GRAPHQL_VALIDATION_FAILED" } else { "BAD_USER_INPUT" };
                if !coded {
                    error.extensions.get_or_insert_default().set("code", code);
                }
            }
        }
    }
    response
}

fn mask(error: &mut ServerError, cause: &str, actor: &Actor) {
    let incident = Incident(actor.request_id);
    tracing::error!(incident = %incident.0.simple(), path = ?error.path, cause, "internal error");
    error.message = incident.to_string();
    error.extensions.get_or_insert_default().set("code", "INTERNAL");
    error.extensions.get_or_insert_default().set("incident", incident.0.simple().to_string());
}

fn label(actor: &Actor) -> String {
    match actor.principal {
        Principal::Anonymous => "anonymous".to_owned(),
        Principal::Account { id, .. } => format!("account:{id}"),
        Principal::ApiKey { id } => format!("api_key:{id}"),
        Principal::System => "system".to_owned(),
    }
}

/// One line and one measurement per operation.
fn report(prepared: Option<&Prepared>, actor: &Actor, meter: &OperationMeter, started: Instant, response: &Response) {
    let code = response.errors.first().and_then(|error| match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.as_str()),
        _ => None,
    });
    let code = code.unwrap_or("OK");
    let kind = match prepared.map(|p| p.kind) {
        Some(OperationType::Query) => "query",
        Some(OperationType::Mutation) => "mutation",
        Some(OperationType::Subscription) => "subscription",
        None => "refused",
    };
    let elapsed = started.elapsed();
    metrics::histogram!("freshvilla_graphql_seconds", "kind" => kind).record(elapsed);
    metrics::counter!("freshvilla_graphql_total", "kind" => kind, "code" => code.to_owned()).increment(1);
    tracing::info!(
        request = %actor.request_id.simple(), operation.kind = kind,
        operation.name = prepared.map_or("", |p| p.name.as_str()), operation.cost = prepared.map_or(0, |p| p.cost),
        actor = %label(actor), code, sql.statements = meter.statements(), sql.us = meter.sql_micros(),
        duration.us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), "graphql"
    );
}

//! GraphQL objects that are read straight from a struct, by `#[derive(PlainObject)]`.
//!
//! The library's own `SimpleObject` makes a boxed future of every field and drives them all with a queue. Most fields
//! are values that are simply there: these are read on the spot, and only what has fields of its own, or is computed,
//! becomes a future. For a page of products that halves the work.
//!
//! An object of which nothing selected has to be waited for is answered with all that is below it in one go
//! ([`at_once`]); where something has to be, its fields wait side by side ([`resolve`]).
//!
//! What drives an object or a list knows neither its type: it is compiled once, where the library compiles it for each
//! of some hundred types. A key that is selected twice is one field with what both select (GraphQL specification,
//! "Field Collection"); the library resolves it twice.

use std::{
    borrow::Cow,
    future::poll_fn,
    ops::Deref,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context as TaskContext, Poll, Waker},
};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};
use futures_util::future::BoxFuture;

mod held;
mod register;

pub use held::{Held, ListOfObjects, ListOfOutput, OfObject, OfOutput};
pub use register::{Edges, FieldInfo, register, register_interface};

/// A field's value, or the way to it.
pub enum Answer<'a> {
    /// The value.
    Ready(ServerResult<Value>),
    /// An object.
    Object(&'a dyn PlainObject),
    /// A list of objects.
    Objects(Vec<&'a dyn PlainObject>),
    /// Has to be awaited.
    Later(BoxFuture<'a, ServerResult<Value>>),
}

/// An object whose own fields are those of a struct.
pub trait PlainObject: Send + Sync {
    /// Name of its GraphQL type.
    fn graphql_name(&self) -> &'static str;

    /// A field of the struct; None for one that is computed.
    fn field<'a>(&'a self, ctx: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Option<Answer<'a>>;

    /// A computed field for which nothing but the struct is needed; None for others, and where the value has to be
    /// awaited.
    fn derived(&self, _ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> Option<Value> {
        None
    }

    /// A computed field; None where the object has none.
    fn computed<'a>(&'a self, _ctx: &'a Context<'a>) -> Option<BoxFuture<'a, ServerResult<Option<Value>>>> {
        None
    }
}

/// The computed fields of an object for which nothing but the struct is needed: those that are a plain `fn` in its
/// `#[edges]` block.
pub trait Derived {
    /// See [`PlainObject::derived`].
    fn derived(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Option<Value>;
}

/// A field that is a plain object, or null in its place.
pub trait MaybeObject {
    /// The object.
    fn object(&self) -> Option<&dyn PlainObject>;
}

impl<T: PlainObject> MaybeObject for T {
    fn object(&self) -> Option<&dyn PlainObject> {
        Some(self)
    }
}

impl<T: PlainObject> MaybeObject for Option<T> {
    fn object(&self) -> Option<&dyn PlainObject> {
        self.as_ref().map(|object| object as &dyn PlainObject)
    }
}

/// Refers to what stands elsewhere.
macro_rules! refers {
    ($($pointer:ty),+) => {
        $(impl<T: PlainObject> PlainObject for $pointer {
            fn graphql_name(&self) -> &'static str {
                (**self).graphql_name()
            }

            fn field<'a>(
                &'a self,
                ctx: &'a ContextSelectionSet<'a>,
                field: &'a Positioned<Field>,
            ) -> Option<Answer<'a>> {
                (**self).field(ctx, field)
            }

            fn derived(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Option<Value> {
                (**self).derived(ctx, field)
            }

            fn computed<'a>(&'a self, ctx: &'a Context<'a>) -> Option<BoxFuture<'a, ServerResult<Option<Value>>>> {
                (**self).computed(ctx)
            }
        })+
    };
}
refers!(&T, Arc<T>);

/// A value of whatever type, as an item of a list.
pub trait Item: Send + Sync {
    /// The value as far as it was selected.
    fn value<'a>(
        &'a self,
        ctx: &'a ContextSelectionSet<'a>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>>;
}

impl<T: OutputType> Item for T {
    fn value<'a>(
        &'a self,
        ctx: &'a ContextSelectionSet<'a>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>> {
        Box::pin(self.resolve(ctx, field))
    }
}

/// A struct's field as the answer to a GraphQL field. A value without fields of its own is there at the first look.
pub fn answer<'a, T: OutputType>(
    value: &'a T,
    ctx: &'a ContextSelectionSet<'a>,
    field: &'a Positioned<Field>,
) -> Answer<'a> {
    if is_leaf(field) {
        let mut task = TaskContext::from_waker(Waker::noop());
        if let Poll::Ready(value) = pin!(value.resolve(ctx, field)).poll(&mut task) {
            return Answer::Ready(value);
        }
    }
    Answer::Later(Box::pin(value.resolve(ctx, field)))
}

/// The same of a list.
pub fn answer_list<'a, T: OutputType + 'a>(
    items: impl IntoIterator<Item = &'a T>,
    ctx: &'a ContextSelectionSet<'a>,
    field: &'a Positioned<Field>,
) -> Answer<'a> {
    let items = items.into_iter().map(|item| item as &dyn Item).collect();
    let mut list: BoxFuture<'a, _> = Box::pin(resolve_list(items, ctx, field));
    if is_leaf(field) {
        let mut task = TaskContext::from_waker(Waker::noop());
        if let Poll::Ready(value) = list.as_mut().poll(&mut task) {
            return Answer::Ready(value);
        }
    }
    Answer::Later(list)
}

/// A list as the answer of a resolver; `#[edges]` and the root blocks put it around a `Vec`.
pub struct List<T>(pub Vec<T>);

impl<T: OutputType> OutputType for List<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        resolve_list(self.0.iter().map(|item| item as &dyn Item).collect(), ctx, field).await
    }
}

fn is_leaf(field: &Positioned<Field>) -> bool {
    field.node.selection_set.node.items.is_empty()
}

/// All items side by side; the first that failed fails the list.
async fn resolve_list(
    items: Vec<&dyn Item>,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let places: Vec<_> = (0..items.len()).map(|at| ctx.with_index(at)).collect();
    let mut results = Awaited::with_capacity(items.len());
    for (item, place) in items.into_iter().zip(&places) {
        results.later(item.value(place, field));
    }
    list_of(results.all().await, &places)
}

/// The same of plain objects.
async fn resolve_objects(items: Vec<&dyn PlainObject>, ctx: &ContextSelectionSet<'_>) -> ServerResult<Value> {
    let places: Vec<_> = (0..items.len()).map(|at| ctx.with_index(at)).collect();
    let mut results = Awaited::with_capacity(items.len());
    for (item, place) in items.into_iter().zip(&places) {
        match at_once(place, item) {
            Some(value) => results.ready(Ok(value)),
            None => results.later(resolve_fields(place, item)),
        }
    }
    list_of(results.all().await, &places)
}

fn list_of(values: Vec<ServerResult<Value>>, places: &[ContextSelectionSet<'_>]) -> ServerResult<Value> {
    let values = values.into_iter().zip(places);
    values
        .map(|(value, place)| value.map_err(|error| place.set_error_path(error)))
        .collect::<Result<_, _>>()
        .map(Value::List)
}

/// What the client selected of an object, in the order of the selection.
pub async fn resolve(ctx: &ContextSelectionSet<'_>, object: &dyn PlainObject) -> ServerResult<Value> {
    match at_once(ctx, object) {
        Some(value) => Ok(value),
        None => resolve_fields(ctx, object).await,
    }
}

/// The object, where nothing that is selected of it or below it has to be waited for, and nothing fails. What has fields
/// of its own is looked at first: if something has to be waited for, it is there, and little was done in vain.
pub fn at_once(ctx: &ContextSelectionSet<'_>, object: &dyn PlainObject) -> Option<Value> {
    let fields = fields_of(ctx, object);
    let mut values = vec![None; fields.len()];
    for leaves in [false, true] {
        for (field, value) in fields.iter().zip(&mut values).filter(|(field, _)| is_leaf(field) == leaves) {
            *value = Some(field_at_once(ctx, object, field)?);
        }
    }
    let mut answer = IndexMap::with_capacity(fields.len());
    let keys = fields.iter().map(|field| field.node.response_key().node.clone());
    answer.extend(keys.zip(values.into_iter().flatten()));
    Some(Value::Object(answer))
}

fn field_at_once(ctx: &ContextSelectionSet<'_>, object: &dyn PlainObject, field: &Positioned<Field>) -> Option<Value> {
    if field.node.name.node == "__typename" {
        return Some(Value::String(object.graphql_name().to_owned()));
    }
    let ctx_field = ctx.with_field(field);
    let inner = ctx_field.with_selection_set(&field.node.selection_set);
    match object.field(&inner, field) {
        Some(answer) => answer.at_once(&inner),
        None => object.derived(&inner, field),
    }
}

impl Answer<'_> {
    /// The value, where it is there, or can be had without waiting.
    pub fn at_once(self, ctx: &ContextSelectionSet<'_>) -> Option<Value> {
        match self {
            Self::Ready(value) => value.ok(),
            Self::Object(object) => at_once(ctx, object),
            Self::Objects(objects) => {
                let items = objects.into_iter().enumerate();
                items.map(|(at, object)| at_once(&ctx.with_index(at), object)).collect::<Option<_>>().map(Value::List)
            }
            Self::Later(_) => None,
        }
    }
}

/// All fields side by side: those that have to be waited for wait together.
fn resolve_fields<'a>(
    ctx: &'a ContextSelectionSet<'a>,
    object: &'a dyn PlainObject,
) -> BoxFuture<'a, ServerResult<Value>> {
    Box::pin(async move {
        let fields = fields_of(ctx, object);
        let mut results = Awaited::with_capacity(fields.len());
        for field in &fields {
            match field_at_once(ctx, object, field) {
                Some(value) => results.ready(Ok(value)),
                None => results.later(Box::pin(async move { read(object, &ctx.with_field(field)).await })),
            }
        }
        let values = results.all().await;
        Ok(assemble(ctx, object.graphql_name(), fields.iter().map(|field| &field.node).zip(values)))
    })
}

fn fields_of<'a>(ctx: &ContextSelectionSet<'a>, object: &dyn PlainObject) -> Vec<Picked<'a>> {
    let mut fields = Vec::with_capacity(ctx.item.node.items.len());
    collect(ctx, &ctx.item.node, object.graphql_name(), &mut fields);
    fields
}

/// A field's value, awaited.
async fn read(object: &dyn PlainObject, ctx: &Context<'_>) -> ServerResult<Value> {
    let inner = ctx.with_selection_set(&ctx.item.node.selection_set);
    match object.field(&inner, ctx.item) {
        Some(Answer::Ready(value)) => value.map_err(|error| ctx.set_error_path(error)),
        Some(Answer::Object(object)) => resolve_fields(&inner, object).await,
        Some(Answer::Objects(objects)) => resolve_objects(objects, &inner).await,
        Some(Answer::Later(value)) => value.await,
        None => match object.computed(ctx) {
            Some(value) => value.await.map(Option::unwrap_or_default),
            None => Ok(Value::Null),
        },
    }
}

/// The selected fields, fragments spread. Directives have done their work when the document was prepared.
fn collect<'a>(ctx: &ContextSelectionSet<'a>, set: &'a SelectionSet, type_name: &str, fields: &mut Vec<Picked<'a>>) {
    for selection in &set.items {
        let (condition, below) = match &selection.node {
            Selection::Field(field) => {
                add(fields, field);
                continue;
            }
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
            }
            Selection::FragmentSpread(spread) => {
                let Some(fragment) = ctx.query_env.fragments.get(&spread.node.fragment_name.node) else { continue };
                (Some(&fragment.node.type_condition), &fragment.node.selection_set)
            }
        };
        if condition.is_none_or(|condition| is_a(ctx, type_name, condition.node.on.node.as_str())) {
            collect(ctx, &below.node, type_name, fields);
        }
    }
}

/// A field of the answer. Small: most of what is selected is a single leaf.
enum Picked<'a> {
    /// Selected once.
    Once(&'a Positioned<Field>),
    /// Selected more than once: with all that is selected below.
    Merged(Box<Positioned<Field>>),
}

impl Deref for Picked<'_> {
    type Target = Positioned<Field>;

    fn deref(&self) -> &Positioned<Field> {
        match self {
            Self::Once(field) => field,
            Self::Merged(field) => field,
        }
    }
}

/// Adds a field, to the one with the same key where there is one.
fn add<'a>(fields: &mut Vec<Picked<'a>>, field: &'a Positioned<Field>) {
    let key = &field.node.response_key().node;
    match fields.iter_mut().find(|other| other.node.response_key().node == *key) {
        None => fields.push(Picked::Once(field)),
        Some(_) if is_leaf(field) => {}
        Some(other) => {
            let mut merged = Positioned::clone(other);
            merged.node.selection_set.node.items.extend(field.node.selection_set.node.items.iter().cloned());
            *other = Picked::Merged(Box::new(merged));
        }
    }
}

/// Whether a type is the one of a fragment's condition, or one of those that the condition's type stands for.
fn is_a(ctx: &ContextSelectionSet<'_>, type_name: &str, condition: &str) -> bool {
    let stands_for = || ctx.schema_env.registry.types.get(condition).is_some_and(|of| of.is_possible_type(type_name));
    condition == type_name || stands_for()
}

/// Values as they come in, each at its place.
struct Awaited<'a> {
    values: Vec<ServerResult<Value>>,
    waiting: Vec<(usize, BoxFuture<'a, ServerResult<Value>>)>,
}

impl<'a> Awaited<'a> {
    fn with_capacity(places: usize) -> Self {
        Self { values: Vec::with_capacity(places), waiting: Vec::new() }
    }

    fn ready(&mut self, value: ServerResult<Value>) {
        self.values.push(value);
    }

    fn later(&mut self, value: BoxFuture<'a, ServerResult<Value>>) {
        self.waiting.push((self.values.len(), value));
        self.values.push(Ok(Value::Null));
    }

    /// Awaits the rest, all at once.
    async fn all(mut self) -> Vec<ServerResult<Value>> {
        if !self.waiting.is_empty() {
            poll_fn(|task| self.poll(task)).await;
        }
        self.values
    }

    fn poll(&mut self, task: &mut TaskContext<'_>) -> Poll<()> {
        let Self { values, waiting } = self;
        waiting.retain_mut(|(at, value)| match Pin::new(value).poll(task) {
            Poll::Pending => true,
            Poll::Ready(value) => {
                if let Some(place) = values.get_mut(*at) {
                    *place = value;
                }
                false
            }
        });
        if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// The object of its fields. One that failed is null; where it must not be null, the object is.
fn assemble<'a>(
    ctx: &ContextSelectionSet<'_>,
    type_name: &str,
    fields: impl ExactSizeIterator<Item = (&'a Field, ServerResult<Value>)>,
) -> Value {
    let mut object = IndexMap::with_capacity(fields.len());
    let mut broken = false;
    for (field, value) in fields {
        let value = value.unwrap_or_else(|error| {
            ctx.add_error(error);
            broken |= !may_be_null(ctx, type_name, field);
            Value::Null
        });
        object.insert(field.response_key().node.clone(), value);
    }
    if broken { Value::Null } else { Value::Object(object) }
}

fn may_be_null(ctx: &ContextSelectionSet<'_>, type_name: &str, field: &Field) -> bool {
    let object = ctx.schema_env.registry.types.get(type_name);
    let known = object.and_then(|object| object.field_by_name(field.name.node.as_str()));
    known.is_some_and(|field| !field.ty.ends_with('!'))
}

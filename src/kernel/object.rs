//! GraphQL objects that are read straight from a struct, by `#[derive(PlainObject)]`.
//!
//! The library's own `SimpleObject` makes a boxed future of every field and drives them all with a queue. Most fields
//! are values that are simply there: these are read on the spot, and only what has fields of its own, or is computed,
//! becomes a future. For a page of products that halves the work, and a derive generates a third of the code.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context as TaskContext, Poll, Waker},
};

use async_graphql::{
    Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::{Deprecation, MetaField, MetaType, MetaTypeId, Registry},
    resolver_utils::resolve_container,
};
use futures_util::future::BoxFuture;

/// A field's value, or the way to it.
pub enum Answer<'a> {
    /// The value.
    Ready(ServerResult<Value>),
    /// Has to be awaited.
    Later(BoxFuture<'a, ServerResult<Value>>),
}

/// An object whose own fields are those of a struct.
pub trait PlainObject: ObjectType + Sized {
    /// A field of the struct; None for one that is computed.
    fn field<'a>(&'a self, ctx: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Option<Answer<'a>>;
}

/// A struct's field as the answer to a GraphQL field. A value without fields of its own is there at the first look.
pub fn answer<'a, T: OutputType>(
    value: &'a T,
    ctx: &'a ContextSelectionSet<'a>,
    field: &'a Positioned<Field>,
) -> Answer<'a> {
    if field.node.selection_set.node.items.is_empty() {
        let mut task = TaskContext::from_waker(Waker::noop());
        if let Poll::Ready(value) = pin!(value.resolve(ctx, field)).poll(&mut task) {
            return Answer::Ready(value);
        }
    }
    Answer::Later(Box::pin(value.resolve(ctx, field)))
}

/// A struct's field, awaited; None for one that is computed.
pub async fn read<T: PlainObject>(object: &T, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
    let inner = ctx.with_selection_set(&ctx.item.node.selection_set);
    match object.field(&inner, ctx.item) {
        None => Ok(None),
        Some(Answer::Ready(value)) => value.map(Some),
        Some(Answer::Later(value)) => value.await.map(Some),
    }
}

/// What the client selected of an object, in the order of the selection.
pub async fn resolve<T: PlainObject>(ctx: &ContextSelectionSet<'_>, object: &T) -> ServerResult<Value> {
    let mut fields = Vec::with_capacity(ctx.item.node.items.len());
    if !collect(ctx, &ctx.item.node, &T::type_name(), &mut fields) {
        return resolve_container(ctx, object).await;
    }
    let mut results = Results::with_capacity(fields.len());
    for field in fields {
        if field.node.name.node == "__typename" {
            results.ready(&field.node, Ok(Value::String(T::type_name().into_owned())));
            continue;
        }
        if field.node.selection_set.node.items.is_empty() {
            let ctx_field = ctx.with_field(field);
            let inner = ctx_field.with_selection_set(&field.node.selection_set);
            if let Some(Answer::Ready(value)) = object.field(&inner, field) {
                results.ready(&field.node, value.map_err(|error| ctx_field.set_error_path(error)));
                continue;
            }
        }
        let value = async move {
            let ctx_field = ctx.with_field(field);
            object.resolve_field(&ctx_field).await.map(Option::unwrap_or_default)
        };
        results.later(&field.node, Box::pin(value));
    }
    Ok(results.finish::<T>(ctx).await)
}

/// The selected fields, fragments spread. False for what only the library's own way covers: directives, fragments on
/// other types, and a key that is selected twice.
fn collect<'a>(
    ctx: &ContextSelectionSet<'a>,
    set: &'a SelectionSet,
    type_name: &str,
    fields: &mut Vec<&'a Positioned<Field>>,
) -> bool {
    set.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => {
            let key = field.node.response_key();
            let fresh = fields.iter().all(|other| other.node.response_key().node != key.node);
            fields.push(field);
            fresh && field.node.directives.is_empty()
        }
        Selection::FragmentSpread(spread) => {
            let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
            fragment.is_some_and(|fragment| {
                spread.node.directives.is_empty()
                    && fragment.node.type_condition.node.on.node == type_name
                    && collect(ctx, &fragment.node.selection_set.node, type_name, fields)
            })
        }
        Selection::InlineFragment(fragment) => {
            let condition = fragment.node.type_condition.as_ref();
            fragment.node.directives.is_empty()
                && condition.is_none_or(|condition| condition.node.on.node == type_name)
                && collect(ctx, &fragment.node.selection_set.node, type_name, fields)
        }
    })
}

/// An object's fields as they come in.
struct Results<'a> {
    slots: Vec<(&'a Field, ServerResult<Value>)>,
    waiting: Vec<(usize, BoxFuture<'a, ServerResult<Value>>)>,
}

impl<'a> Results<'a> {
    fn with_capacity(fields: usize) -> Self {
        Self { slots: Vec::with_capacity(fields), waiting: Vec::new() }
    }

    fn ready(&mut self, field: &'a Field, value: ServerResult<Value>) {
        self.slots.push((field, value));
    }

    fn later(&mut self, field: &'a Field, value: BoxFuture<'a, ServerResult<Value>>) {
        self.waiting.push((self.slots.len(), value));
        self.slots.push((field, Ok(Value::Null)));
    }

    /// Awaits the rest, all at once. A field that failed is null; where it must not be null, the object is.
    async fn finish<T: PlainObject>(mut self, ctx: &ContextSelectionSet<'_>) -> Value {
        if !self.waiting.is_empty() {
            poll_fn(|task| self.poll(task)).await;
        }
        let mut object = IndexMap::with_capacity(self.slots.len());
        let mut broken = false;
        for (field, value) in self.slots {
            let value = value.unwrap_or_else(|error| {
                ctx.add_error(error);
                broken |= !may_be_null::<T>(ctx, field);
                Value::Null
            });
            object.insert(field.response_key().node.clone(), value);
        }
        if broken { Value::Null } else { Value::Object(object) }
    }

    fn poll(&mut self, task: &mut TaskContext<'_>) -> Poll<()> {
        let Self { slots, waiting } = self;
        waiting.retain_mut(|(slot, value)| match Pin::new(value).poll(task) {
            Poll::Pending => true,
            Poll::Ready(value) => {
                if let Some((_, place)) = slots.get_mut(*slot) {
                    *place = value;
                }
                false
            }
        });
        if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }
}

fn may_be_null<T: PlainObject>(ctx: &ContextSelectionSet<'_>, field: &Field) -> bool {
    let object = ctx.schema_env.registry.types.get(T::type_name().as_ref());
    let known = object.and_then(|object| object.field_by_name(field.name.node.as_str()));
    known.is_some_and(|field| !field.ty.ends_with('!'))
}

/// A field for the schema: its name, its description, and what registers its type.
pub type FieldInfo = (&'static str, &'static str, fn(&mut Registry) -> String);

/// Adds the object to the schema, once; answers its type's name with the mark of what is never null.
pub fn register<T: ObjectType>(
    registry: &mut Registry,
    description: &'static str,
    fields: &[FieldInfo],
    edges: fn(&mut Registry) -> Vec<(String, MetaField)>,
) -> String {
    registry.create_output_type::<T, _>(MetaTypeId::Object, |registry| {
        let own = fields.iter().map(|field| meta_field(registry, *field)).collect::<Vec<_>>();
        MetaType::Object {
            name: T::type_name().into_owned(),
            description: Some(description.to_owned()),
            fields: own.into_iter().chain(edges(registry)).collect(),
            cache_control: Default::default(),
            extends: false,
            shareable: false,
            resolvable: true,
            inaccessible: false,
            interface_object: false,
            tags: Vec::new(),
            keys: None,
            visible: None,
            is_subscription: false,
            rust_typename: Some(std::any::type_name::<T>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    })
}

fn meta_field(registry: &mut Registry, (name, description, ty): FieldInfo) -> (String, MetaField) {
    let field = MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args: IndexMap::new(),
        ty: ty(registry),
        deprecation: Deprecation::NoDeprecated,
        cache_control: Default::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    (name.to_owned(), field)
}

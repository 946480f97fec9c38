//! How a struct's field is answered, by its type: plain objects take a way of their own.

use async_graphql::{ContextSelectionSet, OutputType, Positioned, Value, parser::types::Field};

use super::{Answer, MaybeObject, PlainObject, answer, answer_list};

/// What a struct holds in a field. `(&Held(&value)).answer(..)` takes the way of plain objects where the value is one,
/// else the library's: the compiler looks for a method of `Held` first ([`OfObject`]), then for one of `&Held`
/// ([`OfOutput`]).
pub struct Held<'a, T>(pub &'a T);

/// Fields that are plain objects, and lists of them.
pub trait OfObject<'a> {
    /// The field's value.
    fn answer(&self, ctx: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Answer<'a>;
}

impl<'a, T: MaybeObject> OfObject<'a> for Held<'a, T> {
    fn answer(&self, _ctx: &'a ContextSelectionSet<'a>, _field: &'a Positioned<Field>) -> Answer<'a> {
        self.0.object().map_or(Answer::Ready(Ok(Value::Null)), Answer::Object)
    }
}

/// Fields that are something else.
pub trait OfOutput<'a> {
    /// The field's value.
    fn answer(&self, ctx: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Answer<'a>;
}

impl<'a, T: OutputType> OfOutput<'a> for &Held<'a, T> {
    fn answer(&self, ctx: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Answer<'a> {
        answer(self.0, ctx, field)
    }
}

/// Lists of plain objects.
pub trait ListOfObjects<'a> {
    /// The field's value.
    fn list(&self, ctx: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Answer<'a>;
}

impl<'a, T: PlainObject> ListOfObjects<'a> for Held<'a, Vec<T>> {
    fn list(&self, _ctx: &'a ContextSelectionSet<'a>, _field: &'a Positioned<Field>) -> Answer<'a> {
        Answer::Objects(self.0.iter().map(|item| item as &dyn PlainObject).collect())
    }
}

/// Lists of something else.
pub trait ListOfOutput<'a> {
    /// The field's value.
    fn list(&self, ctx: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Answer<'a>;
}

impl<'a, T: OutputType> ListOfOutput<'a> for &Held<'a, Vec<T>> {
    fn list(&self, ctx: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> Answer<'a> {
        answer_list(self.0, ctx, field)
    }
}

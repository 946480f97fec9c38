//! The schema for what lives longer than an answer, and for looking at documents without executing them.
//!
//! Both need an extension of the library, for which every field pays: nothing else runs here.

use std::sync::Arc;

use async_graphql::{
    Positioned, Request, Response, ServerError, ValidationResult, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation},
    parser::types::{DocumentOperations, ExecutableDocument, InlineFragment, Selection, SelectionSet},
};

use super::execute::AppSchema;
use crate::{
    app::App,
    kernel::{access::Actor, loader::Loaders},
};

/// Goes with a request that is only to be validated.
struct OnlyValidate;

/// Goes with a request whose document was written anew after it was found valid.
pub struct Validated;

/// Makes fresh loaders for every execution of a subscription event: an event must not see rows of the one before.
pub struct Live;

impl ExtensionFactory for Live {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Live {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        match ctx.data_opt::<Validated>() {
            Some(_) => Ok(ValidationResult { cache_control: Default::default(), complexity: 0, depth: 0 }),
            None => next.run(ctx).await,
        }
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if ctx.data_opt::<OnlyValidate>().is_some() {
            return Response::default();
        }
        let (Ok(app), Ok(actor)) = (ctx.data::<App>(), ctx.data::<Arc<Actor>>()) else {
            return next.run(ctx, operation_name).await;
        };
        let mut data = async_graphql::context::Data::default();
        data.insert(Loaders::new(app.db.clone(), Arc::clone(actor), true));
        next.run_with_data(ctx, operation_name, data).await
    }
}

/// What the library finds wrong with an operation.
pub async fn validate(
    live: &AppSchema,
    document: &ExecutableDocument,
    operation: Option<&str>,
    variables: &Variables,
) -> Vec<ServerError> {
    let mut request = Request::new("").variables(variables.clone()).data(OnlyValidate);
    request.operation_name = operation.map(str::to_owned);
    request.set_parsed_query(shown(document));
    live.execute(request).await.errors
}

/// The document so that the library looks at all of it: it passes over what stands at `__typename`, so directives go
/// around it, where they mean the same.
fn shown(document: &ExecutableDocument) -> ExecutableDocument {
    let mut shown = document.clone();
    match &mut shown.operations {
        DocumentOperations::Single(operation) => put_around(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(all) => {
            all.values_mut().for_each(|operation| put_around(&mut operation.node.selection_set.node));
        }
    }
    shown.fragments.values_mut().for_each(|fragment| put_around(&mut fragment.node.selection_set.node));
    shown
}

fn put_around(set: &mut SelectionSet) {
    for selection in &mut set.items {
        let pos = selection.pos;
        match &mut selection.node {
            Selection::Field(field) if field.node.name.node == "__typename" && !field.node.directives.is_empty() => {
                let directives = std::mem::take(&mut field.node.directives);
                let items = vec![Positioned::new(Selection::Field(field.clone()), pos)];
                let selection_set = Positioned::new(SelectionSet { items }, pos);
                let fragment = InlineFragment { type_condition: None, directives, selection_set };
                selection.node = Selection::InlineFragment(Positioned::new(fragment, pos));
            }
            Selection::Field(field) => put_around(&mut field.node.selection_set.node),
            Selection::InlineFragment(fragment) => put_around(&mut fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

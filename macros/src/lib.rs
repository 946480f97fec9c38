//! `#[query]`, `#[mutation]` and `#[subscription]`: root blocks that deny by default.
//!
//! Every method of such a block carries `#[access(...)]` (`Public`, `SignedIn`, `Can(Permission::X)`), one
//! declaration from which three things follow: the guard that enforces it, the `@auth` directive that prints it
//! into `schema.graphql`, and a compile error where it is missing.
//!
//! In these blocks and under `#[edges]` (fields of an entity), a parameter `page: PageArgs` is spelt out in the schema
//! as the four paging arguments of a Relay connection.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{
    Attribute, FnArg, GenericArgument, ImplItem, ImplItemFn, ItemImpl, PatType, PathArguments, ReturnType, Type,
    parse_macro_input, parse_quote, spanned::Spanned,
};

mod names;
mod plain_object;

/// A GraphQL object read straight from a struct: every field that is not `#[graphql(skip)]`, and with
/// `#[graphql(complex)]` the computed fields of its `#[edges]` block. Struct and fields need doc comments.
#[proc_macro_derive(PlainObject, attributes(graphql))]
pub fn plain_object(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as syn::DeriveInput);
    plain_object::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// A block of `Query` fields.
#[proc_macro_attribute]
pub fn query(_args: TokenStream, item: TokenStream) -> TokenStream {
    let block = parse_macro_input!(item as ItemImpl);
    expand(block, quote!(#[::async_graphql::Object]))
}

/// A block of `Mutation` fields.
#[proc_macro_attribute]
pub fn mutation(_args: TokenStream, item: TokenStream) -> TokenStream {
    let block = parse_macro_input!(item as ItemImpl);
    expand(block, quote!(#[::async_graphql::Object]))
}

/// A block of `Subscription` fields.
#[proc_macro_attribute]
pub fn subscription(_args: TokenStream, item: TokenStream) -> TokenStream {
    let block = parse_macro_input!(item as ItemImpl);
    expand(block, quote!(#[::async_graphql::Subscription]))
}

/// A block of an entity's computed fields and connections; use in place of `#[ComplexObject]`.
#[proc_macro_attribute]
pub fn edges(_args: TokenStream, item: TokenStream) -> TokenStream {
    let mut block = parse_macro_input!(item as ItemImpl);
    let derived = derived(&mut block);
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        spell_out_paging(method);
        wrap_list(method);
        if let Some(access) = take_access(&mut method.attrs) {
            match access {
                Ok(access) => method.attrs.push(guard_and_directive(&access)),
                Err(error) => return error.to_compile_error().into(),
            }
        }
    }
    quote!(#[::async_graphql::ComplexObject] #block #derived).into()
}

/// Implements `Derived` of the fields that are a plain `fn`, and lets the library, which knows asynchronous ones only,
/// ask for them, too.
fn derived(block: &mut ItemImpl) -> Tokens {
    let mut arms = Tokens::new();
    let mut methods = Tokens::new();
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        let (ReturnType::Type(_, ty), None) = (&method.sig.output, &method.sig.asyncness) else { continue };
        let options = method.attrs.iter().find(|attr| !attr.path().is_ident("doc"));
        if options.is_some() || method.sig.inputs.len() != 1 {
            let error =
                "a field with arguments, access or options is an `async fn`: a plain `fn` reads the struct alone";
            return syn::Error::new(method.sig.span(), error).to_compile_error();
        }
        let field = names::camel_case(&method.sig.ident.to_string());
        let value = quote::format_ident!("{}_of_struct", method.sig.ident);
        let answer = plain_object::answer(ty, &quote!(&value));
        arms.extend(quote!(#field => { let value = self.#value(); #answer.at_once(ctx) }));
        let body = &method.block;
        methods.extend(quote!(fn #value(&self) -> #ty #body));
        method.block = parse_quote!({ self.#value() });
        method.sig.asyncness = Some(Default::default());
    }
    let (generics, ty, bounds) = (&block.generics, &block.self_ty, &block.generics.where_clause);
    quote! {
        impl #generics #ty #bounds { #methods }

        impl #generics crate::kernel::object::Derived for #ty #bounds {
            fn derived(
                &self,
                ctx: &::async_graphql::ContextSelectionSet<'_>,
                field: &::async_graphql::Positioned<::async_graphql::parser::types::Field>,
            ) -> Option<::async_graphql::Value> {
                match field.node.name.node.as_str() {
                    #arms
                    _ => None,
                }
            }
        }
    }
}

fn expand(mut block: ItemImpl, outer: Tokens) -> TokenStream {
    let mut errors = Tokens::new();
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        spell_out_paging(method);
        wrap_list(method);
        time(method);
        match take_access(&mut method.attrs) {
            Some(Ok(access)) => method.attrs.push(guard_and_directive(&access)),
            Some(Err(error)) => errors.extend(error.to_compile_error()),
            None => errors.extend(
                syn::Error::new(
                    method.sig.span(),
                    "declare who may call this field: #[access(Public)], #[access(SignedIn)] or #[access(Can(..))]",
                )
                .to_compile_error(),
            ),
        }
    }
    quote!(#errors #outer #block).into()
}

/// Measures how long the field's resolver takes.
fn time(method: &mut ImplItemFn) {
    let field = names::camel_case(&method.sig.ident.to_string());
    let start: syn::Stmt = parse_quote!(let _timer = crate::kernel::telemetry::ResolverTimer::start(#field););
    method.block.stmts.insert(0, start);
}

/// Removes `#[access(...)]` from the attributes and returns its argument.
fn take_access(attrs: &mut Vec<Attribute>) -> Option<syn::Result<syn::Expr>> {
    let at = attrs.iter().position(|attr| attr.path().is_ident("access"))?;
    Some(attrs.remove(at).parse_args())
}

/// Lets a field that answers `Vec<T>` or `Result<Vec<T>>` answer a `List<T>`, which resolves all types in the same way.
fn wrap_list(method: &mut ImplItemFn) {
    let ReturnType::Type(_, answer) = &method.sig.output else { return };
    let (list, wrap): (Type, Tokens) = if let Some(item) = argument(answer, "Vec") {
        (parse_quote!(crate::kernel::object::List<#item>), quote!(crate::kernel::object::List(answer)))
    } else if let Some(item) = argument(answer, "Result").and_then(|vec| argument(vec, "Vec")) {
        (parse_quote!(Result<crate::kernel::object::List<#item>>), quote!(answer.map(crate::kernel::object::List)))
    } else {
        return;
    };
    let body = &method.block;
    method.block = parse_quote!({
        let answer: #answer = async #body.await;
        #wrap
    });
    method.sig.output = parse_quote!(-> #list);
}

/// `T` of `name<T>`.
fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn guard_and_directive(access: &syn::Expr) -> Attribute {
    // The variants of `Access` read best bare: `#[access(SignedIn)]`.
    let access = quote!({ use crate::kernel::access::Access::*; #access });
    parse_quote! {
        #[graphql(
            guard = #access,
            directive = crate::kernel::access::auth::apply(#access.requires())
        )]
    }
}

/// Replaces `page: PageArgs` by `first`, `after`, `last`, `before` and builds the value at the top of the body.
fn spell_out_paging(method: &mut ImplItemFn) {
    let is_page = |arg: &FnArg| match arg {
        FnArg::Typed(PatType { ty, .. }) => {
            matches!(&**ty, Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "PageArgs"))
        }
        FnArg::Receiver(_) => false,
    };
    let Some(at) = method.sig.inputs.iter().position(is_page) else { return };
    let mut inputs: Vec<FnArg> = method.sig.inputs.iter().cloned().collect();
    let FnArg::Typed(PatType { pat, ty, .. }) = inputs.remove(at) else { return };
    let spelt: [FnArg; 4] = [
        parse_quote!(#[graphql(desc = "Number of items to answer, at most 100; 20 when neither `first` nor `last` is given")] first: Option<i32>),
        parse_quote!(#[graphql(desc = "Answer the items after this cursor (`pageInfo.endCursor` of the page before)")] after: Option<String>),
        parse_quote!(#[graphql(desc = "Number of items to answer from the end, at most 100")] last: Option<i32>),
        parse_quote!(#[graphql(desc = "Answer the items before this cursor (`pageInfo.startCursor` of the page after)")] before: Option<String>),
    ];
    inputs.splice(at..at, spelt);
    method.sig.inputs = inputs.into_iter().collect();
    let build: syn::Stmt = parse_quote!(let #pat = <#ty>::new(first, after, last, before)?;);
    method.block.stmts.insert(0, build);
}

//! `#[derive(PlainObject)]`: a GraphQL object that is read straight from a struct.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Field, Fields, Lit, Meta, Type, spanned::Spanned};

use super::names::camel_case;

/// What `#[graphql(...)]` says on a struct or on a field.
#[derive(Default)]
struct Options {
    name: Option<String>,
    skip: bool,
    complex: bool,
}

impl Options {
    fn read(attrs: &[Attribute]) -> syn::Result<Self> {
        let mut options = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("graphql")) {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("skip") {
                    options.skip = true;
                } else if meta.path.is_ident("complex") {
                    options.complex = true;
                } else if meta.path.is_ident("name") {
                    options.name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
                } else {
                    return Err(meta.error("expected `name = \"...\"`, `skip` or `complex`"));
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

/// The doc comment as one text.
fn description(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

pub fn expand(input: &DeriveInput) -> syn::Result<Tokens> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new(input.span(), "a plain object is a struct"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(syn::Error::new(input.span(), "a plain object has named fields"));
    };
    let options = Options::read(&input.attrs)?;
    let ident = &input.ident;
    let name = options.name.unwrap_or_else(|| ident.to_string());
    let about = description(&input.attrs);
    let (generics, arguments, bounds) = input.generics.split_for_impl();

    let mut arms = Tokens::new();
    let mut infos = Tokens::new();
    for field in &named.named {
        let Some((arm, info)) = expand_field(field)? else { continue };
        arms.extend(arm);
        infos.extend(info);
    }
    let (edges, computed) = match options.complex {
        true => (
            quote!(<Self as ::async_graphql::ComplexObject>::fields),
            quote! {
                fn derived(
                    &self,
                    ctx: &::async_graphql::ContextSelectionSet<'_>,
                    field: &::async_graphql::Positioned<::async_graphql::parser::types::Field>,
                ) -> Option<::async_graphql::Value> {
                    crate::kernel::object::Derived::derived(self, ctx, field)
                }

                fn computed<'call>(
                    &'call self,
                    ctx: &'call ::async_graphql::Context<'call>,
                ) -> Option<::futures_util::future::BoxFuture<'call, ::async_graphql::ServerResult<Option<::async_graphql::Value>>>>
                {
                    Some(Box::pin(<Self as ::async_graphql::ComplexObject>::resolve_field(self, ctx)))
                }
            },
        ),
        false => (quote!(|_| ::std::vec::Vec::new()), Tokens::new()),
    };
    Ok(quote! {
        impl #generics crate::kernel::object::PlainObject for #ident #arguments #bounds {
            fn graphql_name(&self) -> &'static str {
                #name
            }

            fn field<'call>(
                &'call self,
                ctx: &'call ::async_graphql::ContextSelectionSet<'call>,
                field: &'call ::async_graphql::Positioned<::async_graphql::parser::types::Field>,
            ) -> Option<crate::kernel::object::Answer<'call>> {
                match field.node.name.node.as_str() {
                    #arms
                    _ => None,
                }
            }

            #computed
        }

        impl #generics ::async_graphql::OutputType for #ident #arguments #bounds {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(#name)
            }

            fn create_type_info(registry: &mut ::async_graphql::registry::Registry) -> String {
                let names = (#name, ::std::any::type_name::<Self>());
                crate::kernel::object::register(registry, names, #about, &[#infos], #edges)
            }

            async fn resolve(
                &self,
                ctx: &::async_graphql::ContextSelectionSet<'_>,
                _field: &::async_graphql::Positioned<::async_graphql::parser::types::Field>,
            ) -> ::async_graphql::ServerResult<::async_graphql::Value> {
                crate::kernel::object::resolve(ctx, self).await
            }
        }
    })
}

/// The arm that answers a field, and its entry in the schema; None for one that is skipped.
fn expand_field(field: &Field) -> syn::Result<Option<(Tokens, Tokens)>> {
    let options = Options::read(&field.attrs)?;
    let Some(ident) = field.ident.as_ref().filter(|_| !options.skip) else { return Ok(None) };
    let name = options.name.unwrap_or_else(|| camel_case(&ident.to_string()));
    let (ty, about) = (&field.ty, description(&field.attrs));
    let answer = answer(ty, &quote!(&self.#ident));
    let arm = quote!(#name => Some(#answer),);
    let info = quote!((#name, #about, <#ty as ::async_graphql::OutputType>::create_type_info),);
    Ok(Some((arm, info)))
}

/// The answer to a field of a type.
pub fn answer(ty: &Type, value: &Tokens) -> Tokens {
    let method = if is_list(ty) { quote!(list) } else { quote!(answer) };
    quote!({
        use crate::kernel::object::{ListOfObjects as _, ListOfOutput as _, OfObject as _, OfOutput as _};
        (&crate::kernel::object::Held(#value)).#method(ctx, field)
    })
}

fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Vec"))
}
